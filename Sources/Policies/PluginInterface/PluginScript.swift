package import Lua

/// The functions for the Lua of plugins, beyond those of every script.
package enum PluginScript {
    /// `use "network"`: a capability that it needs, or a plugin that it requires. `data "offices"`: a table of its own.
    package static let functions = BuiltinFunction.ofPlugins
    package static let use = BuiltinFunction.use.rawValue
    package static let data = BuiltinFunction.data.rawValue
}
