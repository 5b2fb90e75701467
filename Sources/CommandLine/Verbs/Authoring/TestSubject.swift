internal import Files
internal import Model
internal import Plugins
internal import Policies

/// The kind of folder whose tests are run: policies, one plugin, or several plugins.
struct TestSubject {
    private enum Kind {
        case policies
        case plugin
        case plugins
    }

    private let folder: String
    private let kind: Kind
    /// The name of the one plugin to test; `nil` for all. It is looked up at once: a confined process cannot do so.
    let plugin: ExactName?

    init(_ folder: String) {
        self.folder = folder
        if File.exists("\(folder)/plugin.lua") {
            kind = .plugin
        } else if !File.exists("\(folder)/\(PolicyFile.schema)"), let source = try? PluginSource.folder(folder),
            source.folders.contains(where: { $0.file("plugin.lua") != nil })
        {
            kind = .plugins
        } else {
            kind = .policies
        }
        plugin =
            kind == .plugin
            ? File.resolved(folder)?.split(separator: "/").last.map { ExactName($0) } : nil
    }

    var isPolicies: Bool { kind == .policies }

    /// The folders whose changes may change a result.
    func folders(_ invocation: Invocation) -> [String] {
        let other = isPolicies ? invocation.pluginFolder(beside: folder) : nil
        return [folder] + (other.map { [$0] } ?? [])
    }

    /// The files that the tests need. Plugins are tested with schemas of their own; the policies beside them matter for a
    /// lock file alone.
    func files(_ invocation: Invocation) throws(CommandError) -> PolicyFiles {
        guard !isPolicies else { return try invocation.policyFiles(folder) }
        if invocation.isGiven(Option.plugins) {
            throw .usage("`\(folder)` holds plugins: `\(Option.plugins.flag)` cannot name others")
        }
        return try invocation.policyFiles(invocation[.locked] ? policies(invocation) : nil, plugins: plugins)
    }

    /// The folder of all plugins, of which `folder` is one.
    private var plugins: String {
        let parent = kind == .plugin ? PolicyFiles.beside(folder, "") : folder
        return parent.isEmpty ? "." : parent.hasSuffix("/") && parent.count > 1 ? String(parent.dropLast()) : parent
    }

    /// The folder of the policies that a lock file also holds: that of `--policies`, which must exist, or the one beside
    /// the plugins, if it exists.
    private func policies(_ invocation: Invocation) -> String? {
        if let named = invocation[.policies] { return named }
        let usual = PolicyFiles.beside(plugins, "policies")
        return File.exists(usual) ? usual : nil
    }

    /// The names of the files that are tested.
    func files(of read: PolicyFiles) -> [ExactName] {
        guard !isPolicies else { return read.policies.files.map(\.name) }
        return read.plugins.folders.filter { plugin == nil || $0.name == plugin }.flatMap { $0.files.map(\.name) }
    }
}
