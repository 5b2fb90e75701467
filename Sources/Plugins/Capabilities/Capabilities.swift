internal import Model
internal import Policies

/// The capabilities that the host offers to plugins: each in its own file, all of them listed here.
enum Capabilities {
    /// All capabilities, sorted by name. A plugin has only those that it names in `needs`.
    static let all: [Plugin] = [log, network, text, tuples, zone].sorted { $0.name < $1.name }

    static func capability(_ name: ExactName, _ about: String, _ functions: [any NativeFunction]) -> Plugin {
        var plugin = Plugin(name: name)
        plugin.about = about
        plugin.functions = functions.map { function in
            PluginFunction(
                name: function.name, about: function.about, parameters: function.parameters, result: function.result,
                body: .native(function, tables: []))
        }
        return plugin
    }
}

/// A function of the host, assembled from its parts.
struct HostedFunction: NativeFunction {
    let name: ExactName
    let about: String
    let parameters: [PluginFunction.Parameter]
    let result: PluginFunction.Result
    var tables: [[PluginTable.Column]] = []
    var isNetworkTest = false
    let body:
        @Sendable (_ fixed: [Value?], _ tables: [PluginTable], _ tenant: ExactName?) throws(NativeFault) ->
            PreparedFunction

    func prepare(
        _ fixed: [Value?], tables: [PluginTable], tenant: ExactName?
    ) throws(NativeFault) -> PreparedFunction { try body(fixed, tables, tenant) }
}
