package import Lua

/// A function that the host gives to policies or to plugins, and that is not a method.
@usableFromInline package enum BuiltinFunction: UInt32, CaseIterable, Sendable {
    case permit, deny, advise, oblige, settings, use, data

    package var name: String {
        switch self {
        case .permit: "permit"
        case .deny: "deny"
        case .advise: "advise"
        case .oblige: "oblige"
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
    package static let ofPolicies = hostFunctions([.permit, .deny, .advise, .oblige, .settings, .use])
    /// The functions for plugins.
    package static let ofPlugins = hostFunctions([.use, .data])

    private static func hostFunctions(_ functions: [Self]) -> [HostFunction] {
        functions.map { HostFunction(name: $0.name, code: $0.rawValue) }
    }
}
