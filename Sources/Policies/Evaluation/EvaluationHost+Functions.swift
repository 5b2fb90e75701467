internal import Lua
internal import Model

/// The functions of the host, and the tags of types that declarations name.
extension EvaluationHost {
    /// Codes of the host functions that are not methods.
    enum Function: UInt32, CaseIterable {
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

        var name: String {
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
    }

    static let functions = named(PolicyStatement.Effect.allCases.map(Function.init) + [.settings, .use])
    /// The functions of the host for plugins.
    static let pluginFunctions = named([.use, .data])
    static let pluginTags = tags + ["one_of"]

    private static func named(_ functions: [Function]) -> [HostFunction] {
        functions.map { HostFunction(name: $0.name, code: $0.rawValue) }
    }

    static let tags = ["optional", "list"]
}
