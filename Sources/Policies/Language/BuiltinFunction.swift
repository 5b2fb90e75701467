package import Lua
internal import Model

/// A function that the host gives to policies or to plugins, and that is not a method.
@usableFromInline package enum BuiltinFunction: UInt32, CaseIterable, Sendable {
    case permit, deny, advise, oblige, settings, use, data
    case date, instant, time, duration, network, ip

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
        case .date, .instant, .time, .duration, .network, .ip: constantType!.name
        }
    }

    package init?(name: String) {
        guard let function = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = function
    }

    /// The type of the constants that the function writes: `date "2026-12-31"`; `nil` for any other function.
    package var constantType: ValueType? {
        switch self {
        case .date: .date
        case .instant: .instant
        case .time: .time
        case .duration: .duration
        case .network: .network
        case .ip: .ip
        default: nil
        }
    }

    /// The functions that write constants.
    package static let ofConstants = allCases.filter { $0.constantType != nil }

    /// The largest number of arguments that the function takes.
    package var arity: Int {
        switch self {
        case .permit, .settings, .use, .data: 1
        case .date, .instant, .time, .duration, .network, .ip: 1
        case .deny, .advise, .oblige: 2
        }
    }
}

extension BuiltinFunction {
    /// The functions for policies.
    package static let ofPolicies = hostFunctions(
        PolicyStatement.Effect.allCases.map(Self.init) + [.settings, .use] + ofConstants)
    /// The functions for plugins.
    package static let ofPlugins = hostFunctions([.use, .data] + ofConstants)

    private static func hostFunctions(_ functions: [Self]) -> [HostFunction] {
        functions.map { HostFunction(name: $0.name, code: $0.rawValue) }
    }
}
