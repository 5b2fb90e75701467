package import Lua
internal import Model

/// A function that the host gives to policies or to plugins, and that is not a method.
@usableFromInline package enum BuiltinFunction: UInt32, CaseIterable, Sendable {
    case permit, deny, advise, oblige, settings, use, data

    init(_ effect: PolicyStatement.Effect) {
        self =
            switch effect {
            case .permit: .permit
            case .deny: .deny
            case .advise: .advise
            case .oblige: .oblige
            }
    }

    package var name: String {
        switch self {
        case .permit: PolicyStatement.Effect.permit.rawValue
        case .deny: PolicyStatement.Effect.deny.rawValue
        case .advise: PolicyStatement.Effect.advise.rawValue
        case .oblige: PolicyStatement.Effect.oblige.rawValue
        case .settings: "settings"
        case .use: "use"
        case .data: "data"
        }
    }

    package init?(name: String) {
        guard let function = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = function
    }

    /// The largest number of arguments that the function takes.
    package var arity: Int {
        switch self {
        case .permit, .settings, .use, .data: 1
        case .deny, .advise, .oblige: 2
        }
    }
}

extension BuiltinFunction {
    /// The functions for policies.
    package static let ofPolicies = hostFunctions(PolicyStatement.Effect.allCases.map(Self.init) + [.settings, .use])
    /// The functions for plugins.
    package static let ofPlugins = hostFunctions([.use, .data])

    private static func hostFunctions(_ functions: [Self]) -> [HostFunction] {
        functions.map { HostFunction(name: $0.name, code: $0.rawValue) }
    }
}
