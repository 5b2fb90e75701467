internal import Model
internal import Policies

/// A plugin as read from its own files; its references to other plugins are not checked yet.
struct ReadPlugin {
    var plugin: Plugin
    /// The parts that are not for policies.
    var extras = PluginExtras()
    /// The capabilities and plugins that it named by `use` while it was loaded.
    var uses: [ManifestHost.Use] = []
    /// The files that affect decisions: `plugin.lua` and its data.
    var files: [PolicyFile] = []
    let outline: PluginOutline

    /// The line of a declaration such as `functions.contains`; 1 when it is not found.
    func line(_ name: String) -> Int { outline.line(name) ?? 1 }
}
