internal import Glibc

/// Operations on a file by its path.
package enum File {
    /// The content of anything that can be read, a pipe too. Links are followed; nothing bounds it.
    package static func read(_ path: String) throws(FileError) -> [UInt8] {
        try OpenFile(path, for: .reading).readAll()
    }

    /// The content of a regular file. Neither a pipe nor a device at its path makes this wait.
    /// - Parameters:
    ///   - most: the most bytes that it may have.
    ///   - followsLinks: false to refuse a link.
    /// - Throws: `.notRegular`, `.tooLarge`.
    package static func read(_ path: String, most: Int, followsLinks: Bool = true) throws(FileError) -> [UInt8] {
        let file = try OpenFile(path, for: .reading, followsLinks: followsLinks, waits: false)
        guard let status = try? file.status(), status.kind == .regular else {
            throw FileError(.notRegular, .read, path, "it is not a regular file")
        }
        guard status.size <= most else {
            throw FileError(.tooLarge, .read, path, "it is larger than \(most >> 20) MiB")
        }
        return try file.prefix(status.size)
    }

    /// Makes a file, which must not exist yet, and waits until it is on disk.
    package static func make(_ path: String, with bytes: [UInt8]) throws(FileError) {
        let file = try OpenFile(path, for: .making(mode: 0o666))
        try file.write(bytes)
        try file.sync()
    }

    /// Opens a file that only its owner can read, and waits until nobody else has locked it: not in this process, and
    /// not in another one. The lock ends with `unlock`, or when the file is closed. A link is refused.
    package static func locked(_ path: String) throws(FileError) -> OpenFile {
        let file = try OpenFile(path, for: .appending(mode: 0o600), followsLinks: false)
        try file.lock()
        return file
    }

    package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// The reason why this process may not write a file, or not make files in a folder: no permission, or a read-only
    /// file system. `nil` where it may, as far as the system tells before it is tried.
    package static func writeObstacle(_ path: String) -> String? {
        unsafe access(path, W_OK) == 0 ? nil : FileError.words(for: errno)
    }

    package static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

    /// The path without links, from the root; `nil` where there is none.
    package static func resolved(_ path: String) -> String? {
        guard let found = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }

    /// The file of the running program, from the root; `nil` where the system does not tell.
    package static var program: String? { resolved("/proc/self/exe") }

    /// The folder of a path: all up to its last `/`, or `.`.
    package static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    }

    package static func remove(_ path: String) throws(FileError) {
        guard unsafe unlink(path) == 0 else { throw FileError(.write, path) }
    }

    /// Gives a file another name, in place of a file that has it.
    package static func rename(_ path: String, to new: String) throws(FileError) {
        guard unsafe Glibc.rename(path, new) == 0 else { throw FileError(.write, new) }
    }

    /// Gives a file a second name.
    /// - Throws: `.exists` for a name that is taken.
    package static func link(_ path: String, to new: String) throws(FileError) {
        guard unsafe Glibc.link(path, new) == 0 else { throw FileError(.make, new) }
    }

    /// Waits until a file, or the list of files in a folder, is on disk.
    package static func sync(_ path: String) throws(FileError) {
        let descriptor = try Descriptor.open(path, for: .reading)
        defer { close(descriptor) }
        // Some file systems cannot sync a folder and answer EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileError(.write, path) }
    }
}
