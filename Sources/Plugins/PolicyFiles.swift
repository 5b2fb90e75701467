internal import Files
package import Policies

/// The files of policies and plugins, read but not loaded: loading runs Lua, and may happen in a process that can no
/// longer open files.
package struct PolicyFiles {
    package let policies: PolicySource
    package let plugins: PluginSource

    package init(policies: PolicySource, plugins: PluginSource) { (self.policies, self.plugins) = (policies, plugins) }

    /// The files of a folder of policies and of a folder of plugins, either of them `nil` for none.
    package static func read(_ policies: String?, plugins: String?) throws(PolicyError) -> PolicyFiles {
        PolicyFiles(
            policies: try policies.map { folder throws(PolicyError) in
                try PolicySource.folder(folder, plugins: plugins)
            } ?? PolicySource(path: "policies", files: []),
            plugins: try plugins.map { folder throws(PolicyError) in try PluginSource.folder(folder) } ?? .none)
    }

    /// The folder of plugins that belongs to a folder of policies when none is named: `plugins` beside it, if it exists.
    package static func usualPlugins(beside policies: String) -> String? {
        let folder = beside(policies, "plugins")
        return File.exists(folder) ? folder : nil
    }

    /// The path of a sibling of a folder: `plugins` beside `policies`.
    package static func beside(_ folder: String, _ name: String) -> String {
        var parts = folder.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        while parts.count > 1, parts.last == "" { parts.removeLast() }
        if parts == ["."] || parts.last == ".." { return "\(folder)/../\(name)" }
        return (parts.dropLast() + [name]).joined(separator: "/")
    }

    /// Loads the plugins and hands them to the policies.
    package func loadedPlugins() -> (source: PolicySource, plugins: LoadedPlugins) {
        let loaded = PluginLoader.load(plugins)
        var source = policies
        source.plugins = loaded.set
        return (source, loaded)
    }
}
