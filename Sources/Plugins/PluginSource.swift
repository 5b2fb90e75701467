internal import Files
package import Model
package import Policies

/// The source of plugins: folders of files, each a plugin.
package struct PluginSource: Sendable {
    package struct Folder: Sendable {
        package let name: ExactName
        /// Sorted by name.
        package let files: [PolicyFile]
        /// The reason why it cannot be read, in words.
        package let fault: String?

        package init(name: ExactName, files: [PolicyFile], fault: String? = nil) {
            self.name = name
            self.files = files.sorted { $0.name < $1.name }
            self.fault = fault
        }

        package func file(_ name: ExactName) -> PolicyFile? { files.first { $0.name == name } }
    }

    /// The folder of the plugins, as the user named it.
    package let path: String
    /// Sorted by name.
    package let folders: [Folder]

    package static let none = PluginSource(path: "", folders: [])

    package init(path: String, folders: [Folder]) {
        self.path = path
        self.folders = folders.sorted { $0.name < $1.name }
    }

    /// The largest size of one file of a plugin.
    package static let mostFileBytes = 32 << 20
    /// The largest total size of a plugin's files.
    private static let mostBytes = 64 << 20
    private static let mostFiles = 200

    /// Every plugin in a folder: each folder in it is one. Links are not followed, and folders inside plugins are not
    /// read. Anything else that looks like a plugin is returned with a `fault`.
    package static func folder(_ path: String) throws(PolicyError) -> PluginSource {
        let names: [ExactName]
        do throws(FileError) { names = try Self.names(in: path) } catch {
            throw PolicyError(.unreadable, "cannot read the plugins in `\(path)`: \(error.reason)")
        }
        let folders = names.compactMap { name -> Folder? in
            guard !PolicySource.isPassedOver(name) else { return nil }
            guard isFolder("\(path)/\(name)") else {
                return oddity(of: name, in: path).map { Folder(name: name, files: [], fault: $0) }
            }
            do throws(PolicyError) { return try plugin(name, in: path) } catch {
                return Folder(name: name, files: [], fault: error.message)
            }
        }
        return PluginSource(path: path, folders: folders)
    }

    /// The reason why something that is not a folder is not a plugin, when somebody may have meant it as one.
    private static func oddity(of name: ExactName, in path: String) -> String? {
        if let status = try? FileStatus(of: "\(path)/\(name)"), status.kind == .folder {
            return "`\(path)/\(name)` is a link, and links are not followed: put the plugin's folder itself there"
        }
        guard name.text.lowercased().contains(".lua") else { return nil }
        return "`\(path)/\(name)` is not read: a plugin is a folder with a `\(PluginReader.file)`"
    }

    /// True for a file of a plugin that is read; others beside it are documents.
    package static func isRead(_ file: ExactName) -> Bool {
        [".lua", ".json", ".csv"].contains(where: file.hasSuffix)
    }

    private static func plugin(_ name: ExactName, in path: String) throws(PolicyError) -> Folder {
        var files: [PolicyFile] = []
        var bytes = 0
        var search = FolderSearch()
        for file in (try? names(in: "\(path)/\(name)")) ?? [] where !PolicySource.isPassedOver(file) {
            guard isRead(file) else {
                search.look(at: file, in: "\(path)/\(name)")
                continue
            }
            let content = try PolicySource.read("\(path)/\(name)/\(file)", most: mostFileBytes, followsLinks: false)
            bytes += content.count
            guard bytes <= mostBytes, files.count < mostFiles else {
                throw PolicyError(
                    .unreadable,
                    "`\(path)/\(name)` has more than \(mostFiles) files, or more than \(mostBytes >> 20) MiB of them")
            }
            files.append(PolicyFile(name: file, bytes: content))
        }
        let fault = search.found.first.map { lost in
            "`\(path)/\(name)/\(lost.name)` is not read: all Lua code of a plugin is in `\(PluginReader.file)`; "
                + "move it there, or out of the folder"
        }
        return Folder(name: name, files: files, fault: fault)
    }

    private static func isFolder(_ path: String) -> Bool {
        (try? FileStatus(of: path, followsLinks: false))?.kind == .folder
    }

    /// The names in a folder, without hidden ones.
    private static func names(in path: String) throws(FileError) -> [ExactName] {
        try Files.Folder.names(in: path).filter { !$0.hasPrefix(".") }
    }
}
