package import Model
package import Policies

/// The result of loading plugins.
package struct LoadedPlugins: Sendable {
    package let set: PluginSet
    /// The parts of each plugin that are not for policies, by the plugin's name.
    package let extras: [ExactName: PluginExtras]

    package static let none = LoadedPlugins(set: .none, extras: [:])

    /// All faults of plugins, each once, sorted by path and line.
    package var faults: [Diagnostic] { self.set.faults }
}
