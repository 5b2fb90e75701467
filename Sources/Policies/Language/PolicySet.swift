package import Model

/// Policies that load, with the schema and settings they stand on. Immutable; shared by every worker.
package struct PolicySet: Sendable {
    package let schema: Schema
    /// Sorted by id.
    package let policies: [Policy]
    /// 32 hexadecimal digits: a hash of every source, of the schema, the settings, and of plugins and their data.
    package let version: String
    let settings: [ExactName: SettingValues]
    package let plugins: PluginSet

    /// The same set, some policies left out.
    package func without(_ ids: Set<ExactName>) -> PolicySet {
        PolicySet(
            schema: schema, policies: policies.filter { !ids.contains($0.id) }, version: version, settings: settings,
            plugins: plugins)
    }

    /// Which policies a tenant has turned on; observing ones included.
    func isEnabled(_ policy: Policy, tenant: ExactName?) -> Bool {
        if case .boolean(let value)? = settings[policy.id]?.value("enabled", tenant: tenant) { return value }
        return policy.isEnabled
    }

    /// The texts that the schema and the policies name.
    var knownTexts: Set<[UInt8]> {
        var texts = Set(policies.flatMap(\.texts))
        for name in Array(schema.actions.keys) + (schema.resources + schema.subjects).map(\.name) {
            texts.insert(Array(name.utf8))
        }
        return texts
    }

    /// Every text that the settings set, for all tenants or one: ids of departments and users among them.
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

    /// Runs what of the plugins is Lua.
    func runner(_ budget: Budget) -> PluginRunner? {
        plugins.plugins.isEmpty
            ? nil
            : PluginRunner(
                plugins: plugins, schema: schema, roots: roots, budget: budget)
    }

    /// What facts and resolvers need to know of each policy, in the order of their numbers.
    var facts: [PolicyFacts] {
        policies.map {
            PolicyFacts(
                grants: PermissionSet($0.grants), initial: $0.settings, values: settings[$0.id] ?? SettingValues())
        }
    }

    /// Whether its policies tell where their programs go.
    var isInstrumented: Bool { policies.contains { $0.instrumentation != nil } }

    /// The kinds of request that the policies see, each once.
    var roots: [RequestShape] {
        var roots: [RequestShape] = []
        for policy in policies where !roots.contains(policy.root) { roots.append(policy.root) }
        return roots
    }
}

/// What loading came to: a set, or what is wrong with it; every fault, not only the first.
package struct LoadResult: Sendable {
    /// `nil` when there is any error: a set that does not load decides nothing.
    package let set: PolicySet?
    /// The schema, when that loads.
    package let schema: Schema?
    /// Sorted by path and line.
    package let diagnostics: [Diagnostic]
}
