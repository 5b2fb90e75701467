internal import Model
internal import Policies

/// A plugin as its own files say it is; what it says of others is not held to them yet.
struct ReadPlugin {
    var plugin: Plugin
    /// What it provides to others than policies.
    var extras = PluginExtras()
    /// What it named by `use` while it was loaded.
    var uses: [ManifestHost.Use] = []
    /// The files that decide: `plugin.lua` and its data.
    var files: [PolicySource.File] = []
    let outline: PluginOutline

    /// Where something is declared, `functions.contains`; the first line for what is nowhere.
    func line(_ name: String) -> Int { outline.line(name) ?? 1 }
}
