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

    /// Every plugin under a folder: each folder in it is one. Links are not followed, and folders in plugins not entered.
    package static func folder(_ path: String) throws(PolicyError) -> PluginSource {
        guard let names = names(in: path) else {
            throw PolicyError(
                .unreadable, "cannot read the plugins in `\(path)`: \(unsafe String(cString: strerror(errno)))")
        }
        let folders = names.filter { isFolder("\(path)/\($0)") }.map { name in
            do throws(PolicyError) { return try plugin(name, in: path) } catch {
                return Folder(name: name, files: [], fault: error.message)
            }
        }
        return PluginSource(path: path, folders: folders)
    }

    private static func plugin(_ name: ExactName, in path: String) throws(PolicyError) -> Folder {
        var files: [PolicySource.File] = []
        var bytes = 0
        for file in names(in: "\(path)/\(name)") ?? [] {
            guard [".lua", ".json", ".csv"].contains(where: file.hasSuffix) else { continue }
            let content = try PolicySource.read("\(path)/\(name)/\(file)", most: mostFileBytes, flags: O_NOFOLLOW)
            bytes += content.count
            guard bytes <= mostBytes, files.count < mostFiles else {
                throw PolicyError(
                    .unreadable,
                    "`\(path)/\(name)` has more than \(mostFiles) files, or more than \(mostBytes >> 20) MiB of them")
            }
            files.append(PolicySource.File(name: file, bytes: content))
        }
        return Folder(name: name, files: files)
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
