internal import Model

/// The global options that a verb uses. Any other one is refused after the verb.
///
/// `OptionUseTests` holds each verb to what it declares: it reads these options, and no others.
package struct GlobalUse: Sendable {
    private let names: Set<ExactName>

    package init(_ options: [any OptionDeclaration]) {
        names = Set(options.map { ExactName($0.name) })
    }

    private init(names: Set<ExactName>) { self.names = names }

    /// True for an option that the verb uses. Every verb uses those of the program itself.
    package func contains(_ option: any OptionDeclaration) -> Bool {
        names.contains(ExactName(option.name)) || Self.program.names.contains(ExactName(option.name))
    }

    package func adding(_ options: any OptionDeclaration...) -> GlobalUse {
        GlobalUse(names: names.union(GlobalUse(options).names))
    }

    package func removing(_ options: any OptionDeclaration...) -> GlobalUse {
        GlobalUse(names: names.subtracting(GlobalUse(options).names))
    }

    package func adding(_ other: GlobalUse) -> GlobalUse { GlobalUse(names: names.union(other.names)) }

    private static let program = GlobalUse([Option.color, Option.version, Option.help])
    /// Every global option: a verb that acts on tokens.
    package static let all = GlobalUse(GlobalOptions.all)
    package static let nothing = GlobalUse([])
    /// The store, and nothing else.
    package static let store = GlobalUse([Option.store, Option.keys, Option.onRollback])
    /// The store, and an act of the operator on it.
    static let act = store.adding(Option.at, Option.as)
    /// A tenant's directory.
    static let directory = store.adding(Option.tenant, Option.json)
    /// The policies and their plugins.
    static let policies = GlobalUse([Option.policies, Option.plugins, Option.locked])
    /// A command of a session, which has its store and its policies already.
    package static let session = GlobalUse([Option.tenant, Option.as, Option.at, Option.json])
}
