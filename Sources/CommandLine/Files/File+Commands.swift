package import Files

extension CommandError {
    package init(_ error: FileError) { self.init(error.message) }
}

// Operations on files whose failure is the command's.

extension File {
    /// The content of a file; `-` is not special here.
    package static func contents(of path: String) throws(CommandError) -> [UInt8] {
        do throws(FileError) { return try read(path) } catch { throw CommandError(error) }
    }

    /// Makes a file, which must not exist yet.
    static func new(_ path: String, with bytes: [UInt8]) throws(CommandError) {
        do throws(FileError) { try make(path, with: bytes) } catch { throw CommandError(error) }
    }

    /// Makes or replaces a file atomically.
    static func replace(_ path: String, with bytes: [UInt8]) throws(CommandError) {
        do throws(FileError) { try AtomicFile.replace(path, with: bytes) } catch { throw CommandError(error) }
    }

    /// Opens a file for reading; the caller closes it.
    package static func open(_ path: String) throws(CommandError) -> Int32 {
        do throws(FileError) { return try Descriptor.open(path, for: .reading) } catch { throw CommandError(error) }
    }
}

extension Folder {
    /// Makes a folder and its missing parents, readable only by their owner.
    package static func new(withParents path: String) throws(CommandError) {
        do throws(FileError) { try makeAll(path) } catch { throw CommandError(error) }
    }

    /// Makes one folder, with the permissions that the umask leaves.
    static func new(_ path: String, mayExist: Bool) throws(CommandError) {
        do throws(FileError) { try make(path, mayExist: mayExist) } catch { throw CommandError(error) }
    }
}
