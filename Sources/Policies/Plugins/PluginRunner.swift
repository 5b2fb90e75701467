internal import Model

/// Runs the functions of plugins that are Lua, each plugin in a sandbox of its own: for one thread only.
///
/// A plugin's sandbox is made when one of its functions is asked first.
final class PluginRunner {
    private let plugins: PluginSet
    private let schema: Schema
    private let roots: [Root]
    private let budget: Budget
    /// By plugin.
    private var running: [RunningPlugin?]

    /// - Parameter budget: of which a function has the memory and the time; its fuel is its own.
    init(plugins: PluginSet, schema: Schema, roots: [Root], budget: Budget) {
        self.plugins = plugins
        self.schema = schema
        self.roots = roots
        self.budget = budget
        running = plugins.plugins.map { _ in nil }
    }

    /// What a function comes to.
    /// - Parameters:
    ///   - asked: the arguments, as whoever asks has formed them.
    ///   - values: theirs; those of entities say nothing.
    ///   - request: lent while it is asked about.
    /// - Returns: the value, or a failure; and whether it was stopped by memory or time, which says nothing of it.
    @unsafe func value(
        _ function: Int, of asked: [Expressions.ID], _ values: [Value], in expressions: Expressions,
        _ request: UnsafeMutablePointer<Request>
    ) -> (Value, isStopped: Bool) {
        let plugin = plugins.functions[function].plugin
        if running[plugin] == nil || running[plugin]!.isWorn {
            do throws(PolicyError) {
                running[plugin] = try RunningPlugin(plugin, plugins, schema: schema, roots: roots, budget: budget)
            } catch { return (.failure("`\(plugins.name(of: function))`: \(error.message)"), true) }
        }
        let running = running[plugin]!
        return unsafe running.value(function, of: asked, values, in: expressions, request)
    }
}
