internal import Lua

/// The functions of the host, and the tags of types that declarations name.
extension EvaluationHost {
    /// Codes of the host functions that are not methods.
    enum Function: UInt32, CaseIterable {
        case permit, deny, advise, oblige, settings, use, data

        var name: String {
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
    }

    static let functions = named([.permit, .deny, .advise, .oblige, .settings, .use])
    /// The functions of the host for plugins.
    static let pluginFunctions = named([.use, .data])
    static let pluginTags = tags + ["one_of"]

    private static func named(_ functions: [Function]) -> [HostFunction] {
        functions.map { HostFunction(name: $0.name, code: $0.rawValue) }
    }

    static let tags = ["optional", "list"]
}
