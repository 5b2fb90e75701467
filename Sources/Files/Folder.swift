internal import Glibc
package import Model

/// Operations on a folder by its path.
package enum Folder {
    package struct Entry: Sendable {
        package let name: ExactName
        /// True for a folder itself; false for a link to one.
        package let isFolder: Bool
    }

    /// Everything in a folder as the system lists it, in no order, with `.` and `..`.
    package static func entries(in path: String) throws(FileError) -> [Entry] {
        guard let folder = unsafe opendir(path) else { throw FileError(.read, path) }
        defer { unsafe closedir(folder) }
        var entries: [Entry] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            entries.append(Entry(name: ExactName(name), isFolder: unsafe entry.pointee.d_type == UInt8(DT_DIR)))
        }
        return entries
    }

    /// The names in a folder, sorted.
    package static func names(in path: String) throws(FileError) -> [ExactName] {
        try entries(in: path).map(\.name).filter { $0 != "." && $0 != ".." }.sorted()
    }

    /// Makes a folder and its missing parents, readable only by their owner.
    package static func makeAll(_ path: String) throws(FileError) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            guard unsafe mkdir(made, 0o700) == 0 || errno == EEXIST else { throw FileError(.makeFolder, made) }
        }
    }

    /// Makes one folder, with the permissions that the umask leaves.
    package static func make(_ path: String, mayExist: Bool) throws(FileError) {
        guard unsafe mkdir(path, 0o777) == 0 || mayExist && errno == EEXIST else {
            throw FileError(.makeFolder, path)
        }
    }

    /// Makes a folder of a new name, readable only by its owner.
    /// - Parameter prefix: the beginning of its path.
    package static func makeTemporary(_ prefix: String) throws(FileError) -> String {
        var template = Array("\(prefix)XXXXXX".utf8CString)
        let folder = unsafe template.withUnsafeMutableBufferPointer { name in
            unsafe mkdtemp(name.baseAddress!).map { unsafe String(cString: $0) }
        }
        guard let folder else { throw FileError(.makeFolder, prefix) }
        return folder
    }

    /// Removes an empty folder.
    package static func remove(_ path: String) throws(FileError) {
        guard unsafe rmdir(path) == 0 else { throw FileError(.write, path) }
    }
}
