internal import Glibc
package import Model
package import Policies

/// Where plugins come from: folders of files, each a plugin.
package struct PluginSource: Sendable {
    package struct Folder: Sendable {
        package let name: ExactName
        /// Sorted by name.
        package let files: [PolicySource.File]
        /// Why it cannot be read, in words.
        package let fault: String?

        package init(name: ExactName, files: [PolicySource.File], fault: String? = nil) {
            self.name = name
            self.files = files.sorted { $0.name < $1.name }
            self.fault = fault
        }

        package func file(_ name: ExactName) -> PolicySource.File? { files.first { $0.name == name } }
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

    /// The most that one file of a plugin may have.
    package static let mostFileBytes = 32 << 20
    /// The most that all files of one plugin may have.
    private static let mostBytes = 64 << 20
    private static let mostFiles = 200

    /// Every plugin under a folder: each folder in it is one. Links are not followed, and nothing is read of folders in
    /// plugins; what looks like a plugin and is not read is one with a `fault`.
    package static func folder(_ path: String) throws(PolicyError) -> PluginSource {
        guard let names = names(in: path) else {
            throw PolicyError(
                .unreadable, "cannot read the plugins in `\(path)`: \(unsafe String(cString: strerror(errno)))")
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

    /// Why what is no folder is no plugin, though somebody may have meant it as one.
    private static func oddity(of name: ExactName, in path: String) -> String? {
        var status = stat()
        if unsafe stat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            return "`\(path)/\(name)` is a link, and links are not followed: put the plugin's folder itself there"
        }
        guard name.text.lowercased().contains(".lua") else { return nil }
        return "nobody reads `\(path)/\(name)`: a plugin is a folder with a `\(PluginReader.file)`"
    }

    private static func plugin(_ name: ExactName, in path: String) throws(PolicyError) -> Folder {
        var files: [PolicySource.File] = []
        var bytes = 0
        var search = FolderSearch()
        for file in names(in: "\(path)/\(name)") ?? [] where !PolicySource.isPassedOver(file) {
            guard [".lua", ".json", ".csv"].contains(where: file.hasSuffix) else {
                search.look(at: file, in: "\(path)/\(name)")
                continue
            }
            let content = try PolicySource.read("\(path)/\(name)/\(file)", most: mostFileBytes, flags: O_NOFOLLOW)
            bytes += content.count
            guard bytes <= mostBytes, files.count < mostFiles else {
                throw PolicyError(
                    .unreadable,
                    "`\(path)/\(name)` has more than \(mostFiles) files, or more than \(mostBytes >> 20) MiB of them")
            }
            files.append(PolicySource.File(name: file, bytes: content))
        }
        let fault = search.found.first.map { lost in
            "nobody reads `\(path)/\(name)/\(lost.name)`: what of a plugin is Lua is in `\(PluginReader.file)`; move it there, or "
                + "out of the folder"
        }
        return Folder(name: name, files: files, fault: fault)
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// What lies in a folder, hidden things left out; `nil` when it cannot be read.
    private static func names(in path: String) -> [ExactName]? {
        guard let folder = unsafe opendir(path) else { return nil }
        defer { unsafe closedir(folder) }
        var names: [ExactName] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe ExactName(String(cString: $0))
                }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
