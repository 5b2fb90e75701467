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
    }

    var isPolicies: Bool { kind == .policies }

    /// The name of the one plugin to test; `nil` for all.
    var plugin: ExactName? {
        guard kind == .plugin, let path = File.resolved(folder) else { return nil }
        return path.split(separator: "/").last.map { ExactName($0) }
    }

    /// The files that the tests need. Plugins are tested with the schema of the policies beside them.
    func files(_ invocation: Invocation) throws(CommandError) -> PolicyFiles {
        guard !isPolicies else { return try invocation.policyFiles(folder) }
        let parent = kind == .plugin ? PolicyFiles.beside(folder, "") : folder
        let plugins =
            parent.isEmpty ? "." : parent.hasSuffix("/") && parent.count > 1 ? String(parent.dropLast()) : parent
        let policies = invocation[.policies] ?? PolicyFiles.beside(plugins, "policies")
        do throws(PolicyError) {
            return PolicyFiles(
                policies: File.exists(policies)
                    ? try PolicySource.folder(policies, plugins: plugins) : PolicySource(path: policies, files: []),
                plugins: try PluginSource.folder(plugins))
        } catch { throw CommandError(error.message, status: ExitStatus.policies) }
    }

    /// The names of the files that are tested.
    func files(of read: PolicyFiles) -> [ExactName] {
        guard !isPolicies else { return read.policies.files.map(\.name) }
        return read.plugins.folders.filter { plugin == nil || $0.name == plugin }.flatMap { $0.files.map(\.name) }
    }
}
