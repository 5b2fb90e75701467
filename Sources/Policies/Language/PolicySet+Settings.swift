package import Model

/// A setting of a policy, with the value that a tenant has.
package struct SettingInForce: Equatable, Sendable {
    package let policy: ExactName
    package let name: ExactName
    package let type: ValueType
    /// In the form of `settings.json`: departments and users by id.
    package let value: JSON
}

extension PolicySet {
    /// Every setting, by policy and name; `enabled`, which every policy has, after the others.
    /// - Parameter tenant: the tenant; `nil` for the values of no tenant in particular.
    package func settingsInForce(tenant: ExactName?) -> [SettingInForce] {
        policies.flatMap { policy in
            let own = policy.settings.sorted { $0.key < $1.key }.compactMap { name, setting in
                (settings[policy.id]?.value(name, tenant: tenant) ?? setting.initial).json(in: .empty).map {
                    SettingInForce(policy: policy.id, name: name, type: setting.type, value: $0)
                }
            }
            let isEnabled = JSON.boolean(isEnabled(policy, tenant: tenant))
            return own + [SettingInForce(policy: policy.id, name: "enabled", type: .boolean, value: isEnabled)]
        }
    }

    /// The same policies with one setting changed.
    /// - Parameters:
    ///   - name: one that the policy declares, or `enabled`.
    ///   - tenant: the only tenant it changes for; `nil` for all that have no value of their own.
    /// - Throws: `.setting`, with what was expected.
    package func setting(
        _ name: ExactName, of policy: ExactName, to value: JSON, tenant: ExactName? = nil
    ) throws(PolicyError) -> PolicySet {
        guard let known = policies.first(where: { $0.id == policy }) else {
            let hint = Suggestion.hint(for: policy, among: policies.map(\.id))
            throw PolicyError(.setting, "there is no policy `\(policy)`\(hint)")
        }
        guard let type = name == "enabled" ? .boolean : known.settings[name]?.type else {
            let names = known.settings.keys.sorted() + ["enabled"]
            throw PolicyError(
                .setting, "`\(policy)` declares no setting `\(name)`\(Suggestion.hint(for: name, among: names))")
        }
        let read: Value
        do throws(ValueFault) { read = try Value(value, in: type) } catch {
            let colon = error.message.hasPrefix("must be") ? "" : ":"
            throw PolicyError(.setting, "`\(policy).\(name)`\(colon) \(error.message)")
        }
        var changed = settings
        if let tenant {
            changed[policy, default: SettingValues()].tenants[tenant, default: [:]][name] = read
        } else {
            changed[policy, default: SettingValues()].all[name] = read
        }
        let change = [version, policy.text, name.text, value.compact, tenant?.text ?? "*"].joined(separator: "\u{0}")
        return PolicySet(
            schema: schema, policies: policies, version: Fingerprint.of(Array(change.utf8), bytes: 16),
            settings: changed,
            plugins: plugins, libraries: libraries)
    }
}

extension PolicySet {
    /// The strings in the policies' sources, sorted; values that requests may be compared with.
    package var literals: [String] {
        Set(policies.flatMap(\.texts)).map { String(decoding: $0, as: UTF8.self) }.sorted()
    }
}
