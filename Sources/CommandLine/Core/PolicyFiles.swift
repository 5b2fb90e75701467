internal import Files
internal import Model
package import Plugins
package import Policies

/// The files of policies and plugins, read but not loaded: loading runs Lua, and may happen in a process that can no
/// longer open files.
package struct PolicyFiles {
    package let policies: PolicySource
    let plugins: PluginSource

    /// Loads the plugins and hands them to the policies.
    package func loadedPlugins() -> (source: PolicySource, plugins: LoadedPlugins) {
        let loaded = PluginLoader.load(plugins)
        var source = policies
        source.plugins = loaded.set
        return (source, loaded)
    }
}

extension Invocation {
    /// The folder of the policies.
    package var policyFolder: String { self[.policies] ?? "policies" }

    /// The path of a sibling of a folder: `plugins` beside `policies`.
    static func beside(_ folder: String, _ name: String) -> String {
        var parts = folder.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        while parts.count > 1, parts.last == "" { parts.removeLast() }
        if parts == ["."] || parts.last == ".." { return "\(folder)/../\(name)" }
        return (parts.dropLast() + [name]).joined(separator: "/")
    }

    /// The folder of the plugins: `--plugins`, or `plugins` beside the policies if it exists.
    func pluginFolder(beside policies: String) -> String? {
        if let stated = self[.plugins] { return stated }
        let folder = Self.beside(policies, "plugins")
        return File.exists(folder) ? folder : nil
    }

    /// The files of a folder of policies and of its plugins. With `--locked` they must match the lock file.
    /// - Throws: with status 3 when they cannot be read, or do not match.
    package func policyFiles(_ folder: String) throws(CommandError) -> PolicyFiles {
        let files: PolicyFiles
        do throws(PolicyError) {
            files = PolicyFiles(
                policies: try PolicySource.folder(folder, plugins: pluginFolder(beside: folder)),
                plugins: try pluginSource(beside: folder))
        } catch { throw CommandError(error.message, status: ExitStatus.policies) }
        if self[.locked] { try hold(files, to: Self.beside(folder, PluginLock.name)) }
        // A plugin that reads time zones later cannot open their files once the process is confined.
        if self[ifDeclared: .isolate], files.plugins.folders.contains(where: \.mayReadZones) { Zones.readAll() }
        return files
    }

    private func pluginSource(beside policies: String) throws(PolicyError) -> PluginSource {
        guard let folder = pluginFolder(beside: policies) else { return .none }
        return try PluginSource.folder(folder)
    }

    private func hold(_ files: PolicyFiles, to path: String) throws(CommandError) {
        guard File.exists(path) else {
            throw CommandError(
                "`--locked`: there is no `\(path)`; `demilune plugins lock` writes it", status: ExitStatus.policies)
        }
        let differences = PluginLock.differences(
            try File.contents(of: path), files.policies, files.plugins)
        guard differences.isEmpty else {
            throw CommandError(
                messages: differences.map { "\(path): \($0)" }
                    + ["the files differ from the locked ones; nothing was loaded"], status: ExitStatus.policies)
        }
    }
}

extension PluginSource.Folder {
    /// True when the plugin's code could name a time zone.
    fileprivate var mayReadZones: Bool {
        file("plugin.lua").map { String(decoding: $0.bytes, as: UTF8.self).contains("zone") } ?? false
    }
}
