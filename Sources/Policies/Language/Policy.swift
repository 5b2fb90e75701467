package import Model

/// A loaded policy: its source, prepared for the interpreter, and its declaration.
package final class Policy: Sendable {
    /// The file's name without `.lua`.
    package let id: ExactName
    package let path: String
    package let shape: RequestShape
    package let grants: [ExactName]
    /// Evaluated, logged and counted, but never decides.
    package let isObserving: Bool
    package let isEnabled: Bool
    package let settings: [ExactName: Setting]
    /// The plugins it uses, by number in the set.
    package let plugins: Set<Int>
    /// The libraries it uses, directly or through others, each after those that it uses itself.
    package let libraries: [ExactName]
    /// The rewritten source, with its lines unmoved.
    package let program: [UInt8]
    /// The coverage sites of its program, when it was loaded with instrumentation.
    package let instrumentation: PolicyInstrumentation?
    /// True when its functions could remember something, so that the program is run anew for each evaluation.
    package let keepsState: Bool
    /// The requests that it is about; `nil` where its source does not show them.
    package let target: PolicyTarget?
    /// The strings of the source, and of the libraries it uses, as bytes.
    let texts: Set<[UInt8]>
    /// The names of the members that the source, and the libraries it uses, read of anything.
    let memberNames: Set<ExactName>
    /// The strings of the source in which names in braces, such as `{token.department}`, are filled in.
    package let templates: Set<ExactName>

    init(
        id: ExactName, path: String, _ declaration: PolicyDeclaration, program: [UInt8], libraries: [Library] = [],
        instrumentation: PolicyInstrumentation? = nil,
        keepsState: Bool, target: PolicyTarget? = nil, texts: Set<[UInt8]>, memberNames: Set<ExactName>,
        templates: Set<ExactName>
    ) {
        self.id = id
        self.path = path
        shape = declaration.shape
        grants = declaration.grants
        isObserving = declaration.isObserving
        isEnabled = declaration.isEnabled
        settings = declaration.settings
        plugins = declaration.plugins
        self.libraries = libraries.map(\.name)
        self.program = program
        self.instrumentation = instrumentation
        self.keepsState = keepsState || libraries.contains(where: \.keepsState)
        self.target = target
        self.texts = libraries.reduce(texts) { $0.union($1.texts) }
        self.memberNames = libraries.reduce(memberNames) { $0.union($1.memberNames) }
        self.templates = templates
    }

    /// The parts of ceilings that it enforces where it decides: those that its source reads.
    package var ceilingParts: Set<Ceiling.Part> {
        if isObserving { return [] }
        // Every limit at once.
        if memberNames.contains("beyond_ceiling") || texts.contains(Array("beyond_ceiling".utf8)) {
            return Set(Ceiling.Part.allCases)
        }
        guard memberNames.contains("ceiling") else { return [] }
        return Set(
            Ceiling.Part.allCases.filter { part in
                switch part {
                case .permissions: !memberNames.isDisjoint(with: ["permits", "permissions"])
                case .hours: memberNames.isSuperset(of: ["weekdays", "opens", "closes"])
                // Nothing but its presence can be judged.
                case .uses: memberNames.contains("uses") || texts.contains(Array("uses".utf8))
                default: memberNames.contains(ExactName(part.rawValue))
                }
            })
    }

    package var on: [DecisionKind] { shape.kinds.sorted { $0.rawValue < $1.rawValue } }
}

/// The data of a policy that facts depend on: its grants, and its settings as the tenants set them.
package struct PolicyFacts: Sendable {
    package let grants: PermissionSet
    let initial: [ExactName: Setting]
    let values: SettingValues

    package init(
        grants: PermissionSet, initial: [ExactName: Setting] = [:], values: SettingValues = SettingValues()
    ) {
        (self.grants, self.initial, self.values) = (grants, initial, values)
    }

    /// The tenants for which settings are set, sorted.
    package var tenants: [ExactName] { values.tenants.keys.sorted() }

    /// A setting's value as it is written, in `settings.json` for a tenant or for all, or as the default: departments and
    /// users by their ids.
    /// - Parameter tenant: `nil` for a tenant for which nothing is set.
    /// - Returns: `absent` for a required setting without a value.
    package func written(_ name: ExactName, tenant: ExactName?) -> Value {
        values.value(name, tenant: tenant) ?? initial[name]?.initial ?? .absent
    }

    /// Every value that a setting has for some tenant, each once.
    package func writtenValues(of name: ExactName) -> [Value] {
        var found: [Value] = []
        for tenant in [nil] + tenants.map(Optional.some) {
            let value = written(name, tenant: tenant)
            if !found.contains(where: { $0.equals(value) }) { found.append(value) }
        }
        return found
    }

    /// A setting's value for a tenant (an index into the directory, -1 for none).
    package func setting(_ name: ExactName, tenant: Int, in directory: Directory) -> Value {
        let stored = values.value(name, tenant: tenant < 0 ? nil : directory.tenants[tenant].id)
        guard let setting = initial[name] else { return .failure("there is no setting `\(name)`") }
        if stored == nil, setting.isRequired {
            return .failure("the setting `\(name)` is required and has no value here: set it in `settings.json`")
        }
        return Self.resolve(stored ?? setting.initial, as: setting.type, name: name, tenant: tenant, in: directory)
    }

    /// Settings write departments and users by id, and mean those of the tenant.
    private static func resolve(
        _ value: Value, as type: ValueType, name: ExactName, tenant: Int, in directory: Directory
    ) -> Value {
        switch (type, value) {
        case (.list(let element), .list(let list)):
            let resolved = list.map { resolve($0, as: element, name: name, tenant: tenant, in: directory) }
            for case .failure(let message) in resolved { return .failure(message) }
            return .list(resolved)
        case (.department, .string(let id)):
            guard tenant >= 0, let index = directory.department(ExactName(id), tenant: tenant) else {
                return .failure("setting `\(name)`: this tenant has no department with the id `\(id)`")
            }
            return .department(index)
        case (.user, .string(let id)):
            guard tenant >= 0, let index = directory.user(ExactName(id), tenant: tenant) else {
                return .failure("setting `\(name)`: this tenant has no user with the id `\(id)`")
            }
            return .user(index)
        default: return value
        }
    }
}

/// The values that `settings.json` sets for one policy: for all tenants, and for some.
package struct SettingValues: Sendable {
    var all: [ExactName: Value] = [:]
    var tenants: [ExactName: [ExactName: Value]] = [:]

    package init() {}

    func value(_ name: ExactName, tenant: ExactName?) -> Value? {
        tenant.flatMap { tenants[$0]?[name] } ?? all[name]
    }
}
