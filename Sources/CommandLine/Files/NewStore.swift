internal import Files

/// Makes the file of a new store whole or not at all.
enum NewStore {
    /// The suffixes of the files that SQLite keeps beside a database. SQLite would take a leftover of another store for
    /// the new one's.
    private static let companions = ["-wal", "-shm", "-journal"]

    /// Makes a file in a temporary folder beside its final path, and links it there once all of it is on disk.
    ///
    /// A failure leaves nothing behind. An existing file is never replaced, not even by two runs at once.
    /// - Parameter body: makes the file at the given path and closes it.
    static func make(_ path: String, _ body: (String) throws(CommandError) -> Void) throws(CommandError) {
        guard !File.exists(path) else { throw exists(path) }
        for companion in companions.map({ path + $0 }) where File.exists(companion) {
            throw CommandError("`\(companion)` is left over from another store; move it away first")
        }
        let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
        let folder: String
        do throws(FileError) { folder = try Folder.makeTemporary("\(parent).demilune-") } catch {
            throw fault(path, error)
        }
        let draft = folder + "/store"
        defer {
            for name in [draft] + companions.map({ draft + $0 }) { try? File.remove(name) }
            try? Folder.remove(folder)
        }
        do throws(CommandError) { try body(draft) } catch {
            throw CommandError(messages: error.messages.map { $0.replacing(draft, with: path) }, status: error.status)
        }
        for companion in companions where File.exists(draft + companion) {
            throw CommandError("`\(path)` was not written completely")
        }
        do throws(FileError) {
            try File.sync(draft)
            try File.link(draft, to: path)
        } catch { throw error.code == .exists ? exists(path) : fault(path, error) }
        do throws(FileError) { try File.sync(parent) } catch {
            try? File.remove(path)
            throw fault(path, error)
        }
    }

    private static func exists(_ path: String) -> CommandError {
        CommandError("`\(path)` exists; a store is never overwritten")
    }

    private static func fault(_ path: String, _ error: FileError) -> CommandError {
        CommandError("cannot make `\(path)`: \(error.reason)")
    }
}
