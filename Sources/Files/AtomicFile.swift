internal import CSystem

/// A file that is written atomically and durably: it is on the disk whole, or not at all, and readers see the old
/// content or the new, never a part.
package enum AtomicFile {
    /// Replaces a file, with the permissions that the umask leaves.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
        let result = unsafe bytes.withUnsafeBytes { bytes in
            Result { () throws(FileError) in
                try unsafe write(bytes, to: path, mode: 0o666, isPrivate: false, replaces: true)
            }
        }
        try result.get()
    }

    /// Writes a file that only its owner can read.
    /// - Parameter replaces: true to replace a file of that name.
    /// - Throws: `.exists` where there is one and it is not replaced.
    package static func writePrivate(
        _ bytes: UnsafeRawBufferPointer, to path: String, replaces: Bool
    ) throws(FileError) {
        try unsafe write(bytes, to: path, mode: 0o600, isPrivate: true, replaces: replaces)
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, to path: String, mode: UInt32, isPrivate: Bool, replaces: Bool
    ) throws(FileError) {
        let draft = try unsafe makeDraft(of: path, mode: mode, isPrivate: isPrivate, bytes)
        do throws(FileError) {
            if replaces { try File.rename(draft, to: path) } else { try renameToNew(draft, path) }
        } catch {
            try? File.remove(draft)
            throw error
        }
        // The content is on disk, under one name or the other.
        try? File.sync(File.folder(of: path))
    }

    /// Writes the content to a new file in the same folder, and waits until it is on disk.
    private static func makeDraft(
        of path: String, mode: UInt32, isPrivate: Bool, _ bytes: UnsafeRawBufferPointer
    ) throws(FileError) -> String {
        var attempts = 0
        while true {
            attempts += 1
            let draft = "\(path).\(suffix())"
            let file: OpenFile
            do throws(FileError) {
                file = try OpenFile(draft, for: .making(mode: mode))
            } catch {
                guard error.code == .exists, attempts < mostAttempts else { throw error }
                continue
            }
            do throws(FileError) {
                if isPrivate { try file.setPermissions(mode) }
                try unsafe file.write(bytes)
                try file.sync()
            } catch {
                try? File.remove(draft)
                throw error
            }
            return draft
        }
    }

    private static let mostAttempts = 100

    /// Six letters and digits.
    private static func suffix() -> String {
        let all = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        return String((0..<6).map { _ in all.randomElement()! })
    }

    private static func renameToNew(_ draft: String, _ path: String) throws(FileError) {
        guard unsafe csystem_rename_to_new(draft, path) == 0 else { throw FileError(.write, path) }
    }
}
