internal import Model
internal import Plugins
internal import Policies

/// Everything that decisions are made of, read and not loaded: loading runs Lua, and may be done where nothing can be
/// opened any more.
struct PolicyFiles {
    let policies: PolicySource
    let plugins: PluginSource

    /// The policies, with what they may `use`.
    func loadedPlugins() -> (source: PolicySource, plugins: PluginLoader.Loaded) {
        let loaded = PluginLoader.load(plugins)
        var source = policies
        source.plugins = loaded.set
        return (source, loaded)
    }
}

extension Invocation {
    /// The folder of the policies.
    var policyFolder: String { value("policies") ?? "policies" }

    /// What lies beside a folder: `plugins` beside `policies`.
    static func beside(_ folder: String, _ name: String) -> String {
        var parts = folder.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        while parts.count > 1, parts.last == "" { parts.removeLast() }
        if parts == ["."] || parts.last == ".." { return "\(folder)/../\(name)" }
        return (parts.dropLast() + [name]).joined(separator: "/")
    }

    /// The folder of the plugins, where there is one: `--plugins`, or `plugins` beside the policies.
    func pluginFolder(beside policies: String) -> String? {
        if let stated = value("plugins") { return stated }
        let folder = Self.beside(policies, "plugins")
        return Descriptor.exists(folder) ? folder : nil
    }

    /// The files of a folder of policies and of its plugins; with `--locked` they are what was locked.
    /// - Throws: with status 3 when they cannot be read, or are not.
    func policyFiles(_ folder: String) throws(CommandError) -> PolicyFiles {
        let files: PolicyFiles
        do throws(PolicyError) {
            files = PolicyFiles(
                policies: try PolicySource.folder(folder, plugins: pluginFolder(beside: folder)),
                plugins: try pluginSource(beside: folder))
        } catch { throw CommandError(error.message, status: ExitStatus.policies) }
        if has("locked") { try hold(files, to: Self.beside(folder, PluginLock.name)) }
        // What reads zones later may not open them then.
        if has(Isolation.option.name), files.plugins.folders.contains(where: \.mayReadZones) { Zones.readAll() }
        return files
    }

    private func pluginSource(beside policies: String) throws(PolicyError) -> PluginSource {
        guard let folder = pluginFolder(beside: policies) else { return .none }
        return try PluginSource.folder(folder)
    }

    private func hold(_ files: PolicyFiles, to path: String) throws(CommandError) {
        guard Descriptor.exists(path) else {
            throw CommandError(
                "`--locked`: there is no `\(path)`; `demilune plugins lock` writes it", status: ExitStatus.policies)
        }
        let differences = PluginLock.differences(
            try Descriptor.contents(of: path), files.policies, files.plugins)
        guard differences.isEmpty else {
            throw CommandError(
                messages: differences.map { "\(path): \($0)" }
                    + ["what is there is not what was locked; nothing was loaded"], status: ExitStatus.policies)
        }
    }
}

extension PluginSource.Folder {
    /// Whether its code could name a time zone.
    fileprivate var mayReadZones: Bool {
        file("plugin.lua").map { String(decoding: $0.bytes, as: UTF8.self).contains("zone") } ?? false
    }
}
