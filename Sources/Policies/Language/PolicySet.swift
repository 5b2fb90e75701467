package import Model

/// Policies that load, with their schema and settings. Immutable; shared by every worker.
package struct PolicySet: Sendable {
    package let schema: Schema
    /// Sorted by id.
    package let policies: [Policy]
    /// 32 hexadecimal digits: a hash of every source, those of libraries included, of the schema, the settings, and of
    /// plugins and their data.
    package let version: String
    let settings: [ExactName: SettingValues]
    package let plugins: PluginSet
    /// The code that the policies share.
    package internal(set) var libraries = LibrarySet.none

    /// True when the other set holds these very policies, with the same settings, schema, plugins and data.
    package func isSame(as other: PolicySet) -> Bool {
        version == other.version && policies.count == other.policies.count
            && zip(policies, other.policies).allSatisfy(===)
    }

    /// The same set, without some policies.
    package func without(_ ids: Set<ExactName>) -> PolicySet {
        PolicySet(
            schema: schema, policies: policies.filter { !ids.contains($0.id) }, version: version, settings: settings,
            plugins: plugins, libraries: libraries)
    }

    /// The same set with one policy alone.
    package func only(_ id: ExactName) -> PolicySet { without(Set(policies.map(\.id)).subtracting([id])) }

    /// The same set with another version of one of its policies, which was loaded with the same schema, libraries and
    /// plugins; the same set when it has no policy of that id.
    package func replacing(_ policy: Policy) -> PolicySet {
        guard let index = policies.firstIndex(where: { $0.id == policy.id }) else { return self }
        var changed = policies
        changed[index] = policy
        return PolicySet(
            schema: schema, policies: changed,
            version: Fingerprint.of(Array(version.utf8) + policy.program, bytes: 16), settings: settings,
            plugins: plugins, libraries: libraries)
    }

    /// True when a tenant has enabled a policy; observing ones included.
    package func isEnabled(_ policy: Policy, tenant: ExactName?) -> Bool {
        if case .boolean(let value)? = settings[policy.id]?.value("enabled", tenant: tenant) { return value }
        return policy.isEnabled
    }

    /// The parts of ceilings that some policy enforces in a tenant's decisions of a kind that tokens ask for.
    /// - Parameter tenant: `nil` for those that every tenant has enforced.
    package func ceilingParts(_ kind: DecisionKind, tenant: ExactName?) -> Set<Ceiling.Part> {
        policies.reduce(into: []) { parts, policy in
            let takesTokens =
                switch policy.shape.subject {
                case .token, .any: true
                default: kind != .access
                }
            guard takesTokens, policy.shape.kinds.contains(kind) else { return }
            let isEnabled =
                tenant.map { self.isEnabled(policy, tenant: $0) }
                ?? (self.isEnabled(policy, tenant: nil)
                    && settings[policy.id]?.tenants.keys.allSatisfy { self.isEnabled(policy, tenant: $0) } ?? true)
            if isEnabled { parts.formUnion(policy.ceilingParts) }
        }
    }

    /// The strings that the schema and the policies name.
    package var knownTexts: Set<[UInt8]> {
        var texts = Set(policies.flatMap(\.texts))
        for name in Array(schema.actions.keys) + (schema.resources + schema.subjects).map(\.name) {
            texts.insert(Array(name.utf8))
        }
        return texts
    }

    /// Every string that the settings set, for all tenants or one, including ids of departments and users.
    package var textsOfSettings: Set<ExactName> {
        var texts: Set<ExactName> = []
        func note(_ value: Value) {
            switch value {
            case .string(let text): texts.insert(ExactName(text))
            case .list(let list): list.forEach(note)
            default: break
            }
        }
        for values in settings.values {
            for section in [values.all] + values.tenants.values { section.values.forEach(note) }
        }
        return texts
    }

    /// The data of each policy that facts and resolvers depend on, by policy number.
    package var facts: [PolicyFacts] {
        policies.map {
            PolicyFacts(
                grants: PermissionSet($0.grants), initial: $0.settings, values: settings[$0.id] ?? SettingValues())
        }
    }

    /// True when its policies report coverage.
    package var isInstrumented: Bool { policies.contains { $0.instrumentation != nil } }

    /// The request shapes of the policies, each once.
    package var shapes: [RequestShape] {
        var shapes: [RequestShape] = []
        for policy in policies where !shapes.contains(policy.shape) { shapes.append(policy.shape) }
        return shapes
    }
}

/// The result of loading: a set, or every fault that prevents it, not only the first.
package struct LoadResult: Sendable {
    /// `nil` when there is any error: a set that does not load decides nothing.
    package let set: PolicySet?
    /// The schema, when it loads.
    package let schema: Schema?
    /// The libraries that load.
    package let libraries: LibrarySet
    /// Sorted by path and line.
    package let diagnostics: [Diagnostic]
}
