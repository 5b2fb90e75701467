package import Lua

/// The functions and tags for the Lua of plugins, beyond those of every script.
package enum PluginScript {
    /// `use "network"`: a capability that it needs, or a plugin that it requires. `data "offices"`: a table of its own.
    package static let functions = EvaluationHost.pluginFunctions
    package static let tags = EvaluationHost.pluginTags
    package static let use = EvaluationHost.Function.use.rawValue
    package static let data = EvaluationHost.Function.data.rawValue
}
