internal import Files
internal import Model
internal import Plugins
internal import Policies

/// The policies of a folder at a revision of git: `main:policies`. The folder is in the repository of the current folder
/// or, with an absolute path, in the one that is there.
struct PolicyRevision {
    private let revision: String
    /// Relative to `place`.
    private let folder: String
    /// The folder to run git in; `nil` for the current one.
    private let place: String?

    /// - Returns: `nil` for a folder that there is, or a text without a revision.
    init?(_ text: String) {
        guard !File.exists(text), let colon = text.firstIndex(of: ":") else { return nil }
        revision = String(text[..<colon])
        let path = String(text[text.index(after: colon)...])
        guard path.hasPrefix("/") else {
            (folder, place) = (path.isEmpty ? "." : path, nil)
            return
        }
        // The nearest folder above that there is today.
        var parts = path.split(separator: "/").map(String.init)
        var rest = [parts.popLast() ?? "."]
        while let last = parts.last, !File.exists("/" + parts.joined(separator: "/")) {
            rest.insert(last, at: 0)
            parts.removeLast()
        }
        (folder, place) = (rest.joined(separator: "/"), "/" + parts.joined(separator: "/"))
    }

    /// The files of the policies, without plugins; `nil` when the folder is not there at that revision.
    func policies() throws(CommandError) -> PolicySource? {
        // What begins like an option would be one for git.
        guard !revision.isEmpty, !revision.hasPrefix("-") else {
            throw .usage("`\(revision):\(folder)` names no revision: write it as `main:policies`")
        }
        let names = try list(folder)
        guard !names.isEmpty else { return nil }
        var files: [PolicyFile] = []
        for name in names where name.hasSuffix(".lua") || name.hasSuffix(".json") {
            guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else { continue }
            files.append(PolicyFile(name: ExactName(name), bytes: try content("\(folder)/\(name)")))
        }
        return PolicySource(path: "\(revision):\(folder)", files: files)
    }

    /// The files of the policies, and of the plugins beside them at that revision or of `--plugins`; with `--locked`, as
    /// the lock file of the revision has them.
    func files(_ invocation: Invocation) throws(CommandError) -> PolicyFiles {
        guard let source = try policies() else {
            throw CommandError(
                "there is no folder `\(folder)` at the revision `\(revision)`", status: ExitStatus.policies)
        }
        let plugins: PluginSource
        if let place = invocation[.plugins] {
            do throws(PolicyError) { plugins = try PluginSource.folder(place) } catch {
                throw CommandError(error.message, status: ExitStatus.policies)
            }
        } else {
            plugins = try self.plugins(PolicyFiles.beside(folder, "plugins"))
        }
        let read = PolicyFiles(policies: source, plugins: plugins)
        if invocation[.locked] {
            let lock = PolicyFiles.beside(folder, PluginLock.name)
            try invocation.hold(read, to: try content(lock), "\(revision):\(lock)")
        }
        return read
    }

    private func plugins(_ path: String) throws(CommandError) -> PluginSource {
        var folders: [ExactName: [PolicyFile]] = [:]
        for name in try list(path) {
            let parts = name.split(separator: "/").map(String.init)
            guard parts.count == 2, !parts.contains(where: { $0.hasPrefix(".") }),
                PluginSource.isRead(ExactName(parts[1]))
            else { continue }
            folders[ExactName(parts[0]), default: []].append(
                PolicyFile(name: ExactName(parts[1]), bytes: try content("\(path)/\(name)")))
        }
        return PluginSource(
            path: "\(revision):\(path)",
            folders: folders.map { PluginSource.Folder(name: $0.key, files: $0.value) })
    }

    /// The names of the files under a folder, relative to it; none where there is no such folder.
    private func list(_ path: String) throws(CommandError) -> [String] {
        let output = try git(["ls-tree", "-r", "-z", "--name-only", revision, "--", path + "/"])
        let prefix = path == "." ? "" : path + "/"
        return output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.filter { $0.hasPrefix(prefix) }
            .map { String($0.dropFirst(prefix.count)) }
    }

    private func content(_ path: String) throws(CommandError) -> [UInt8] {
        try git(["show", "\(revision):./\(path)"])
    }

    private func git(_ arguments: [String]) throws(CommandError) -> [UInt8] {
        let run = try ProgramRun("/usr/bin/env", ["git"] + (place.map { ["-C", $0] } ?? []) + arguments)
        guard run.status == 0 else {
            throw CommandError(
                "`git \(arguments[0])` of `\(revision):\(folder)` failed: \(run.complaint)", status: ExitStatus.policies
            )
        }
        return run.output
    }
}
