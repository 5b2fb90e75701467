internal import Model

/// Runs the functions of plugins that are Lua, each plugin in a sandbox of its own: for one thread only.
///
/// A plugin's sandbox is made when one of its functions is asked first.
final class PluginRunner {
    private let plugins: PluginSet
    private let schema: Schema
    private let roots: [RequestShape]
    private let budget: Budget
    /// By plugin.
    private var running: [RunningPlugin?]

    /// - Parameter budget: of which a function has the memory and the time; its fuel is its own.
    init(plugins: PluginSet, schema: Schema, roots: [RequestShape], budget: Budget) {
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
    @unsafe func value(
        _ function: Int, of asked: [Expressions.ID], _ values: [Value], in expressions: Expressions,
        _ request: UnsafeMutablePointer<ResolvedRequest>
    ) -> PluginResult {
        let plugin = plugins.functions[function].plugin
        if running[plugin] == nil || running[plugin]!.isWorn {
            do throws(PolicyError) {
                running[plugin] = try RunningPlugin(plugin, plugins, schema: schema, roots: roots, budget: budget)
            } catch {
                return PluginResult(
                    value: .failure("`\(plugins.name(of: function))`: \(error.message)"), reads: ReadSet(),
                    isStopped: true)
            }
        }
        let running = running[plugin]!
        return unsafe running.value(function, of: asked, values, in: expressions, request)
    }
}

/// The result of a function of a plugin that is Lua.
struct PluginResult {
    /// A failure where it gave none.
    let value: Value
    /// The places of the request that were read for it, by itself and by all that it called.
    let reads: ReadSet
    /// Whether memory or time stopped it, which says nothing of the function.
    let isStopped: Bool
}
