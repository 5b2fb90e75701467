package import Model

/// The selection of tokens for a snapshot.
package enum TokenSelection: Sendable {
    case all
    case none
    case some([TokenID])
}

/// The rules of a token's life over the rows of a store: states, names, seals, the log, the clock.
///
/// Every record read is checked against its seal; one without a valid seal is marked as tampered. Every write is
/// sealed, logged and committed as a whole, or not at all. A store without keys is read only, and its records are taken
/// as they are.
///
/// For one thread at a time.
package final class TokenService {
    let store: any TokenStore
    /// `nil` for a store that has no seals, and is only read.
    let keyring: Keyring?
    /// The wall clock.
    let clock: @Sendable () -> Instant

    /// The newest log entry that this service wrote in its present transaction.
    var lastLogged: LogEntry?
    /// The derived tokens that the latest act changed with their parents, and the last such change of each.
    var followers: [TokenID: FollowingChange] = [:]
    /// The number of directory writes by this service.
    var directoryWrites = 0
    /// The tenants whose directory had a valid seal, at a version of the directory.
    var intactTenants: (version: DirectoryVersion?, ids: Set<ExactName>) = (nil, [])

    /// The rollback found at the last check; `nil` for none.
    package internal(set) var rollback: Rollback?
    /// True to decide also on a store that was rolled back.
    package var decidesOnRollback = false

    /// A function that gives the path of a store's key file, from the store's id.
    package typealias KeyPath = (_ store: String) -> String

    /// The service of a store that is only read.
    package init(reading store: any TokenStore) {
        self.store = store
        keyring = nil
        clock = { .now() }
    }

    /// The service of a store with keys.
    /// - Parameter makesKeys: true to give keys to a store that never had any; otherwise it is refused.
    /// - Parameter place: the path of the store, in whose folder keys may not be.
    /// - Throws: `.keys`, and `.tampered` for a store whose list of keys or whose seals were removed.
    package init(
        _ store: any TokenStore, keys keyPath: KeyPath, makesKeys: Bool, place: String,
        clock: @escaping @Sendable () -> Instant = { .now() }
    ) throws(TokenStoreError) {
        self.store = store
        self.clock = clock
        keyring = try Self.keyring(store, keyPath, makesKeys: makesKeys, place: place, now: clock())
        try checkKeys()
        try takeOver()
        try lookForRollback()
    }

    /// The store's name in messages.
    package var name: String { store.name }

    /// The store's own id: 32 hexadecimal digits.
    package var id: String { get throws(TokenStoreError) { try keys.store } }

    /// The error of every act, where it is known that none succeeds: the store, or the checkpoint of its log, cannot be
    /// written. Reading is not affected.
    package var refusalToWrite: TokenStoreError? { store.refusalToWrite ?? keyring?.refusalToNote }

    /// True when the store has no keys, and is only read.
    package var isReadOnly: Bool { keyring == nil }

    /// The store's keys.
    /// - Throws: `.readOnly` for a store without keys.
    package var keys: Keyring {
        get throws(TokenStoreError) {
            guard let keyring else { throw .readOnly(store.name) }
            return keyring
        }
    }

    // MARK: Writing

    /// Runs a write with its log entries in one transaction: all of it takes effect, or nothing. Nobody else can change
    /// the data while `body` decides on it.
    /// - Throws: `.clock` when the time is earlier than the latest that the store has seen, `.readOnly` and `.keys` where
    ///   nothing can be written, and what `body` throws.
    package func write<Result>(
        _ context: AuditContext, _ body: () throws(TokenStoreError) -> Result
    ) throws(TokenStoreError) -> Result {
        if store.isInTransaction { return try body() }
        // An act that could not be noted would be done, and reported as failed.
        if let refusalToWrite { throw refusalToWrite }
        (lastLogged, followers) = (nil, [:])
        let result = try writeUnlogged { () throws(TokenStoreError) in
            try checkClock(context.now)
            return try body()
        }
        // The result may hold a secret: it is returned only after its log entry was committed and read back.
        if let entry = lastLogged {
            try store.confirm(entry)
            try note(entry)
        }
        return result
    }

    /// Runs a write and takes all of it back, to find out if it would succeed.
    /// - Throws: as `write`.
    package func rehearse(
        _ context: AuditContext, _ body: () throws(TokenStoreError) -> Void
    ) throws(TokenStoreError) {
        var isDone = false
        do throws(TokenStoreError) {
            try write(context) { () throws(TokenStoreError) in
                try body()
                isDone = true
                throw TokenStoreError(.stopped, "it was a rehearsal")
            }
        } catch {
            (lastLogged, followers) = (nil, [:])
            if !isDone { throw error }
        }
    }

    /// Runs a write that is no act of anybody, such as the recording of a use.
    /// - Throws: `.readOnly`, and `.rolledBack` for a store that was rolled back.
    func writeUnlogged<Result>(_ body: () throws(TokenStoreError) -> Result) throws(TokenStoreError) -> Result {
        _ = try keys
        return try store.write { () throws(TokenStoreError) in
            try refreshKeys()
            try requireCurrent()
            return try body()
        }
    }
}
