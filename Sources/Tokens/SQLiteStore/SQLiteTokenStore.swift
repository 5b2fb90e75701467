internal import Glibc
package import Model

/// Which tokens a snapshot holds.
package enum TokenSelection: Sendable {
    case all
    case none
    case some([TokenID])
}

/// The store in one SQLite file, with its keys. One connection: for one thread at a time.
///
/// Whatever is read is checked against its seal; what does not carry it is marked as tampered. Whatever is written is
/// sealed, logged and committed as one, or not at all.
package final class SQLiteTokenStore {
    let connection: Connection
    /// The store's own id: 32 hexadecimal digits.
    package let id: String
    package let keys: Keyring
    /// The wall clock.
    let clock: @Sendable () -> Instant

    /// The newest entry of the log that this connection wrote in its present transaction.
    var lastLogged: LogEntry?
    /// How often this connection wrote a directory.
    var directoryWrites = 0
    /// Tenants whose directory carried its seal, as of a version of the directory.
    var intactTenants: (version: DirectoryVersion?, ids: Set<ExactName>) = (nil, [])

    /// The rollback that was found when the store was last looked at.
    package internal(set) var rollback: Rollback?
    /// Whether decisions are made on a store that was rolled back.
    package var decidesOnRollback = false

    /// What opens a store's keys: the path of its key file, made from the store's id.
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

    /// A new store, and its key file.
    /// - Parameter place: where the store will lie in the end, when that is not `path`.
    /// - Throws: `.exists` when there is a file of that name, `.keys` when the keys cannot be where they are to be.
    package static func create(
        _ path: String, place: String? = nil, keys: KeyPath, patience: Int32 = 5_000,
        clock: @escaping @Sendable () -> Instant = { .now() }
    ) throws(TokenStoreError) -> SQLiteTokenStore {
        if unsafe access(path, F_OK) == 0 {
            throw TokenStoreError(.exists, "`\(path)` exists already; name another file, or remove it first")
        }
        let connection = try Connection(path, creates: true, patience: patience)
        try configure(connection)
        try connection.execute("PRAGMA journal_mode = WAL")
        try migrate(connection, from: 0)
        try connection.guardLog()
        return try SQLiteTokenStore(connection, keys, makesKeys: true, database: place ?? path, clock: clock)
    }

    /// - Parameter makesKeys: whether a store that never had keys gets them; else it is refused.
    /// - Parameter toVerify: whether a foreign schema is left for `verify` to tell; nothing can be written then.
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
                throw TokenStoreError(.foreign, "`\(path)` is no Demilune store")
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
                "the store `\(path)` has no keys yet: `demilune store reseal --yes` makes them and seals what is there")
        }
        return try SQLiteTokenStore(connection, keys, makesKeys: makesKeys, database: path, clock: clock)
    }

    private static func configure(_ connection: Connection) throws(TokenStoreError) {
        try connection.execute(
            "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL; "
                + "PRAGMA secure_delete = ON; PRAGMA cache_size = -65536")
    }

    /// The version of a store that is there.
    private static func version(_ connection: Connection) throws(TokenStoreError) -> Int {
        let version = try connection.number("PRAGMA user_version")
        guard version >= 1 else {
            throw TokenStoreError(
                .corrupt,
                "the store `\(connection.path)` has the version \(version), which no store has: restore a backup")
        }
        guard version <= Int64(Migrations.steps.count) else {
            throw TokenStoreError(
                .newer, "the store `\(connection.path)` was made by a later version of Demilune (\(version))")
        }
        return Int(version)
    }

    /// - Parameter version: 0 for a file that is new.
    private static func migrate(
        _ connection: Connection, from version: Int, listsAll: Bool = false
    ) throws(TokenStoreError) {
        // A table is made anew under another's name: references to it are checked again when that is done.
        try connection.execute("PRAGMA foreign_keys = OFF")
        try connection.transaction("BEGIN EXCLUSIVE") { () throws(TokenStoreError) in
            // Another process may have been faster.
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
                    .corrupt, "the records of `\(connection.path)` name others that are not there: restore a backup")
            }
        }
        try connection.execute("PRAGMA foreign_keys = ON")
    }

    // MARK: Writing

    /// Does something to the store: all of it or nothing, with what the log says of it. What `body` decides, it decides
    /// on what nobody else can change meanwhile.
    /// - Throws: `.clock` when it is earlier than what the store has seen, beside what `body` throws.
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
        // What may hold a secret is handed out only when what it costs is in the log, for others to read.
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
                "it is said to be \(now), but the store has seen \(seen) already: set the clock right; where "
                    + "what it has seen is wrong, `demilune store reseal --yes` takes the clock's word")
        }
        // A time that is still to come is not taken for one that was seen.
        let latest = max(min(now, clock()), seen ?? now)
        if latest != seen { try setClock(latest, keys.active) }
    }
}
