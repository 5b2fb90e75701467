internal import Glibc
package import Model

/// The selection of tokens for a snapshot.
package enum TokenSelection: Sendable {
    case all
    case none
    case some([TokenID])
}

/// The store in one SQLite file, with its keys. One connection: for one thread at a time.
///
/// Every record read is checked against its seal; one without a valid seal is marked as tampered. Every write is
/// sealed, logged and committed as a whole, or not at all.
package final class SQLiteTokenStore {
    let connection: Connection
    /// The store's own id: 32 hexadecimal digits.
    package let id: String
    package let keys: Keyring
    /// The wall clock.
    let clock: @Sendable () -> Instant

    /// The newest log entry that this connection wrote in its present transaction.
    var lastLogged: LogEntry?
    /// The number of directory writes by this connection.
    var directoryWrites = 0
    /// The tenants whose directory had a valid seal, at a version of the directory.
    var intactTenants: (version: DirectoryVersion?, ids: Set<ExactName>) = (nil, [])

    /// The rollback found at the last check; `nil` for none.
    package internal(set) var rollback: Rollback?
    /// True to decide also on a store that was rolled back.
    package var decidesOnRollback = false

    /// A function that gives the path of a store's key file, from the store's id.
    package typealias KeyPath = (_ store: String) -> String

    private init(
        _ connection: Connection, _ keyPath: KeyPath, makesKeys: Bool, database: String,
        clock: @escaping @Sendable () -> Instant
    ) throws(TokenStoreError) {
        id = try Self.storeID(connection)
        self.connection = connection
        self.clock = clock
        let path = keyPath(id)
        if makesKeys { try Self.makeKeys(path, store: id, connection, database: database, now: clock()) }
        keys = try Self.openKeys(path, store: id, connection, database: database)
        try checkKeys()
        try takeOver()
        try lookForRollback()
    }

    /// Creates a store and its key file.
    /// - Parameter place: the final path of the store, when that is not `path`.
    /// - Throws: `.exists` when there is a file of that name, `.keys` when the key file cannot be at its place.
    package static func create(
        _ path: String, place: String? = nil, keys: KeyPath, patience: Int32 = 5_000,
        clock: @escaping @Sendable () -> Instant = { .now() }
    ) throws(TokenStoreError) -> SQLiteTokenStore {
        if unsafe access(path, F_OK) == 0 {
            throw TokenStoreError(.exists, "`\(path)` already exists: name another file, or remove it first")
        }
        let connection = try Connection(path, creates: true, patience: patience)
        try configure(connection)
        try connection.execute("PRAGMA journal_mode = WAL")
        try migrate(connection, from: 0)
        try connection.guardLog()
        return try SQLiteTokenStore(connection, keys, makesKeys: true, database: place ?? path, clock: clock)
    }

    /// Opens a store, and migrates it to the newest version.
    /// - Parameter makesKeys: true to give keys to a store that never had any; otherwise it is refused.
    /// - Parameter toVerify: true to open a store with a foreign schema, for `verify` to report. It cannot be written
    ///   then.
    /// - Parameter patience: milliseconds to wait for another process that writes.
    /// - Throws: `.missing`, `.foreign`, `.newer`, `.keys`, `.tampered` for a schema that the store did not make.
    package static func open(
        _ path: String, keys: KeyPath, makesKeys: Bool = false, toVerify: Bool = false, patience: Int32 = 5_000,
        clock: @escaping @Sendable () -> Instant = { .now() }
    ) throws(TokenStoreError) -> SQLiteTokenStore {
        guard unsafe access(path, F_OK) == 0 else {
            throw TokenStoreError(.missing, "there is no store `\(path)`; `demilune init` makes one")
        }
        let connection = try Connection(path, creates: false, patience: patience)
        try configure(connection)
        let version = try connection.transaction("BEGIN") { () throws(TokenStoreError) in
            guard try connection.number("PRAGMA application_id") == Migrations.applicationID else {
                throw TokenStoreError(.foreign, "`\(path)` is not a Demilune store")
            }
            let present = try self.version(connection)
            if present == Migrations.steps.count, !toVerify { try connection.requireKnownSchema() }
            return present
        }
        if version < Migrations.steps.count { try migrate(connection, from: version, listsAll: toVerify) }
        try connection.guardLog()
        let isKeyless = try connection.number("SELECT count(*) FROM keys") == 0
        if isKeyless { try requireUnsealed(connection, keys) }
        if isKeyless, !makesKeys {
            throw TokenStoreError(
                .keys,
                "the store `\(path)` has no keys yet: `demilune store reseal --yes` creates them and seals all records")
        }
        return try SQLiteTokenStore(connection, keys, makesKeys: makesKeys, database: path, clock: clock)
    }

    private static func configure(_ connection: Connection) throws(TokenStoreError) {
        try connection.execute(
            "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL; "
                + "PRAGMA secure_delete = ON; PRAGMA cache_size = -65536")
    }

    /// The version of an existing store.
    private static func version(_ connection: Connection) throws(TokenStoreError) -> Int {
        let version = try connection.number("PRAGMA user_version")
        guard version >= 1 else {
            throw TokenStoreError(
                .corrupt,
                "the store `\(connection.path)` has the version \(version), which is not valid: restore a backup")
        }
        guard version <= Int64(Migrations.steps.count) else {
            throw TokenStoreError(
                .newer, "the store `\(connection.path)` was made by a later version of Demilune (\(version))")
        }
        return Int(version)
    }

    /// Runs the migrations from a version to the newest.
    /// - Parameter version: 0 for a new file.
    /// - Parameter listsAll: true to list all schema faults in an error, not only the first.
    private static func migrate(
        _ connection: Connection, from version: Int, listsAll: Bool = false
    ) throws(TokenStoreError) {
        // A migration replaces a table by a new one of the same name. The references to it are checked at the end.
        try connection.execute("PRAGMA foreign_keys = OFF")
        try connection.transaction("BEGIN EXCLUSIVE") { () throws(TokenStoreError) in
            // Another process may have done it already.
            let present = try version == 0 ? 0 : self.version(connection)
            let most = listsAll ? Int.max : 1
            if present > 0 { try SchemaGuard.require(connection, version: present, most: most) }
            for (index, step) in Migrations.steps.enumerated().dropFirst(present) {
                try connection.execute(step.sql)
                try step.fill(connection)
                try connection.execute(
                    "PRAGMA user_version = \(index + 1); PRAGMA application_id = \(Migrations.applicationID)")
            }
            try SchemaGuard.require(connection, version: Migrations.steps.count, most: most)
            guard try connection.first("PRAGMA foreign_key_check", [], { _ in true }) == nil else {
                throw TokenStoreError(
                    .corrupt, "records of the store `\(connection.path)` refer to missing records: restore a backup")
            }
        }
        try connection.execute("PRAGMA foreign_keys = ON")
    }

    // MARK: Writing

    /// Runs a write with its log entries in one transaction: all of it takes effect, or nothing. Nobody else can change
    /// the data while `body` decides on it.
    /// - Throws: `.clock` when the time is earlier than the latest that the store has seen, and what `body` throws.
    package func write<Result>(
        _ context: AuditContext, _ body: () throws(TokenStoreError) -> Result
    ) throws(TokenStoreError) -> Result {
        if connection.isInTransaction { return try body() }
        lastLogged = nil
        let result = try connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
            try refreshKeys()
            try requireCurrent()
            try checkClock(context.now)
            return try body()
        }
        // The result may hold a secret: it is returned only after its log entry was committed and read back.
        if let entry = lastLogged {
            try confirm(entry)
            try note(entry)
        }
        return result
    }

    private static let tolerance: Int64 = 60_000_000

    func checkClock(_ now: Instant) throws(TokenStoreError) {
        let seen = try highWater
        if let seen, now.microseconds < seen.microseconds - Self.tolerance {
            throw TokenStoreError(
                .clock,
                "the time \(now) is earlier than \(seen), the latest time in this store: give a later `--at`, or set the "
                    + "clock; if the store's time is wrong, `demilune store reseal --yes` clears it")
        }
        // A given time later than the clock does not count as seen.
        let latest = max(min(now, clock()), seen ?? now)
        if latest != seen { try setClock(latest, keys.active) }
    }
}
