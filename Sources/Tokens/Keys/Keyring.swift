internal import Files
package import Model

/// The keys of one store, as its key file has them. One per connection, for one thread.
package final class Keyring {
    /// The key file's path.
    package let path: String
    /// The id of the keys' store.
    package let store: String
    /// The keys, by number.
    package private(set) var keys: [Key]
    /// The key that chains the administration log. It protects no secret, so it is never replaced.
    private let log: LockedBytes

    init(path: String, store: String, keys: [Key], log: LockedBytes) {
        self.path = path
        self.store = store
        self.keys = keys
        self.log = log
    }

    /// Creates a key file with its first key; an existing file is never overwritten.
    /// - Throws: `.keys`.
    package static func create(_ path: String, store: String, now: Instant) throws(TokenStoreError) -> Keyring {
        let ring = fresh(path, store: store, now: now)
        try KeyFile.write(ring, replaces: false)
        return ring
    }

    /// A keyring with its first key, which is in no file yet.
    static func fresh(_ path: String, store: String, now: Instant) -> Keyring {
        let log = unsafe LockedBytes(count: 32) { unsafe KeyFile.randomize($0) }
        return Keyring(path: path, store: store, keys: [.fresh(number: 1, created: now)], log: log)
    }

    /// The keys of a store.
    /// - Parameter database: the store's own file, in whose folder keys may not be.
    /// - Throws: `.keys`, with the fault of the file and the remedy.
    package static func open(
        _ path: String, store: String, database: String
    ) throws(TokenStoreError) -> Keyring {
        try KeyFile.read(path, store: store, database: database)
    }

    package var active: Key { keys.last { $0.state == .active }! }

    /// - Returns: `nil` for a missing or retired key.
    func live(_ number: Int) -> Key? { keys.first { $0.number == number && $0.isLive } }

    /// The keys that can still read, the active one first.
    var live: [Key] { keys.filter(\.isLive).sorted { $0.number > $1.number } }

    /// Adds a key and makes it the active one.
    func add(now: Instant) throws(TokenStoreError) -> Key {
        let key = Key.fresh(number: keys.map(\.number).max()! + 1, created: now)
        try replace(keys.map { $0.state == .active ? $0.with(.old) : $0 } + [key])
        return key
    }

    /// Destroys a key's bytes.
    func retire(_ number: Int) throws(TokenStoreError) {
        try replace(keys.map { $0.number == number ? $0.with(.retired) : $0 })
    }

    private func replace(_ changed: [Key]) throws(TokenStoreError) {
        let before = keys
        keys = changed
        do throws(TokenStoreError) { try KeyFile.write(self, replaces: true) } catch {
            keys = before
            throw error
        }
    }

    /// Reads the file again: another process may have added a key.
    func reload(database: String) throws(TokenStoreError) {
        keys = try KeyFile.read(path, store: store, database: database).keys
    }

    /// The hash of a log entry.
    func chain(_ entry: [UInt8]) -> [UInt8] { KeyedHash.of(entry, log) }

    /// The digest by which the log recognises a string that the store made, for good: 16 bytes. It does not tell the
    /// string, and needs no key that is ever replaced.
    func fingerprint(_ string: TokenString) -> [UInt8] {
        var message = CanonicalEncoder("token-string-v1")
        message.add(string.secret)
        return Array(KeyedHash.of(message.bytes, log).prefix(16))
    }

    func readLogKey<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result { unsafe log.read(body) }

    // MARK: The checkpoint of the log

    /// The newest entry of the log, as noted outside the store, so that a truncated log is noticed.
    var head: LogCheckpoint? {
        get throws(TokenStoreError) { try LogCheckpoint.read(path + ".head") }
    }

    /// The error of noting an entry, where it is known that none can be noted beside the key file.
    var refusalToNote: TokenStoreError? {
        File.writeObstacle(File.folder(of: path)).map { reason in
            TokenStoreError(
                .keys,
                "cannot write `\(path).head`, the checkpoint of the log beside the key file: \(reason); nothing is "
                    + "changed")
        }
    }

    func note(_ head: LogCheckpoint, isAccepted: Bool = false) throws(TokenStoreError) {
        try head.write(path + ".head", isAccepted: isAccepted)
    }
}
