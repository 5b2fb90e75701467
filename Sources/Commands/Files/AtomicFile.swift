internal import Glibc

/// Writes files whole or not at all.
enum AtomicFile {
    /// Replaces a file atomically: readers see the old content or the new, never a part.
    static func replace(_ path: String, with bytes: [UInt8]) throws(CommandError) {
        let draft = "\(path).\(getpid())"
        unsafe unlink(draft)
        try Descriptor.make(draft, with: bytes)
        guard unsafe rename(draft, path) == 0 else {
            let error = CommandError("cannot write `\(path)`: \(Descriptor.reason())")
            unsafe unlink(draft)
            throw error
        }
    }

    // MARK: A new store

    /// The suffixes of the files that SQLite keeps beside a database. SQLite would take a leftover of another store for
    /// the new one's.
    private static let companions = ["-wal", "-shm", "-journal"]

    /// Makes a file in a temporary folder beside its final path, and links it there once all of it is on disk.
    ///
    /// A failure leaves nothing behind. An existing file is never replaced, not even by two runs at once.
    /// - Parameter body: makes the file at the given path and closes it.
    static func make(_ path: String, _ body: (String) throws(CommandError) -> Void) throws(CommandError) {
        guard !Descriptor.exists(path) else { throw exists(path) }
        for companion in companions.map({ path + $0 }) where Descriptor.exists(companion) {
            throw CommandError("`\(companion)` is left over from another store; move it away first")
        }
        let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
        let folder = try folder(in: parent, for: path)
        let draft = folder + "/store"
        defer {
            for name in [draft] + companions.map({ draft + $0 }) { unsafe unlink(name) }
            unsafe rmdir(folder)
        }
        do throws(CommandError) { try body(draft) } catch {
            throw CommandError(messages: error.messages.map { $0.replacing(draft, with: path) }, status: error.status)
        }
        for companion in companions where Descriptor.exists(draft + companion) {
            throw CommandError("`\(path)` was not written completely")
        }
        try sync(draft, for: path)
        guard unsafe link(draft, path) == 0 else { throw errno == EEXIST ? exists(path) : fault(path) }
        do throws(CommandError) { try sync(parent, for: path) } catch {
            unsafe unlink(path)
            throw error
        }
    }

    private static func folder(in parent: String, for path: String) throws(CommandError) -> String {
        var template = Array("\(parent).demilune-XXXXXX".utf8CString)
        let folder = unsafe template.withUnsafeMutableBufferPointer { name in
            unsafe mkdtemp(name.baseAddress!).map { unsafe String(cString: $0) }
        }
        guard let folder else { throw fault(path) }
        return folder
    }

    /// Waits until a file, or the list of files in a folder, is on disk.
    private static func sync(_ name: String, for path: String) throws(CommandError) {
        let descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault(path) }
        defer { close(descriptor) }
        // Some file systems cannot sync a folder and answer EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw fault(path) }
    }

    private static func exists(_ path: String) -> CommandError {
        CommandError("`\(path)` exists; a store is never overwritten")
    }

    private static func fault(_ path: String) -> CommandError {
        CommandError("cannot make `\(path)`: \(unsafe String(cString: strerror(errno)))")
    }
}
