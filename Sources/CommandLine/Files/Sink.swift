internal import Decisions
internal import Model
internal import Plugins
internal import Policies

/// The plugin sink that `--sink` names. It receives decisions once they are made.
struct Sink {
    private let sink: PluginSink

    /// - Returns: `nil` without `--sink`.
    init?(_ invocation: Invocation, _ plugins: LoadedPlugins, _ schema: Schema) throws(CommandError) {
        guard let stated = invocation[.sink] else { return nil }
        let parts = stated.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        do throws(PluginCommandError) {
            sink = try PluginSink(ExactName(parts[0]), parts.count > 1 ? parts[1] : "", plugins, schema: schema)
        } catch { throw CommandError(error.message) }
    }

    /// Hands lines to the sink.
    /// - Returns: the reason when that fails.
    func failure(of lines: [UInt8]) -> String? {
        do throws(PluginCommandError) { try sink.take(lines) } catch { return error.message }
        return nil
    }

    func take(_ lines: [UInt8]) throws(CommandError) {
        do throws(PluginCommandError) { try sink.take(lines) } catch { throw CommandError(error.message) }
    }
}
