internal import Model
internal import Policies

/// Runs the functions of plugins that are written in Lua, each plugin in its own sandbox: for one thread only.
///
/// A plugin's sandbox is made when one of its functions is first called.
final class PluginRunner {
    private let plugins: PluginSet
    private let schema: Schema
    private let shapes: [RequestShape]
    private let budget: Budget
    /// By plugin.
    private var running: [RunningPlugin?]

    /// - Parameter budget: the memory and the time of a function; its fuel is its own.
    init(plugins: PluginSet, schema: Schema, shapes: [RequestShape], budget: Budget) {
        self.plugins = plugins
        self.schema = schema
        self.shapes = shapes
        self.budget = budget
        running = plugins.plugins.map { _ in nil }
    }

    /// The result of a function.
    /// - Parameters:
    ///   - asked: the arguments, as expressions of the caller.
    ///   - values: the values of the arguments; that of an entity holds nothing.
    ///   - request: lent for the call.
    @unsafe func value(
        _ function: Int, of asked: [Expressions.ID], _ values: [Value], in expressions: Expressions,
        _ request: UnsafeMutablePointer<ResolvedRequest>
    ) -> PluginResult {
        let plugin = plugins.functions[function].plugin
        if running[plugin] == nil || running[plugin]!.isWorn {
            do throws(PolicyError) {
                running[plugin] = try RunningPlugin(plugin, plugins, schema: schema, shapes: shapes, budget: budget)
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

/// The result of a plugin's function that is written in Lua.
struct PluginResult {
    /// A failure where the function has no value.
    let value: Value
    /// The places of the request that were read for it, by itself and by the functions it called.
    let reads: ReadSet
    /// True when memory or time stopped it; this result says nothing about the function.
    let isStopped: Bool
}

extension PolicySet {
    /// Runs the functions of plugins that are written in Lua; `nil` without plugins.
    func runner(_ budget: Budget) -> PluginRunner? {
        plugins.plugins.isEmpty
            ? nil : PluginRunner(plugins: plugins, schema: schema, shapes: shapes, budget: budget)
    }
}
