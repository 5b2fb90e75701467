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

    /// How often this connection wrote a directory.
    var directoryWrites = 0
    /// Tenants whose directory carried its seal, as of a version of the directory.
    var intactTenants: (version: DirectoryVersion?, ids: Set<ExactName>) = (nil, [])

    /// What opens a store's keys: the path of its key file, made from the store's id.
    package typealias KeyPath = (_ store: String) -> String

    private init(
        _ connection: Connection, _ keyPath: KeyPath, makesKeys: Bool, database: String,
        clock: @escaping @Sendable () -> Instant
    ) throws(TokenStoreError) {
        // It names a file, so it is nothing but digits.
        guard let id = try connection.first("SELECT value FROM meta WHERE name = 'id'", [], { $0.text(0) as String }),
            TokenID(id)?.description == id
        else {
            throw TokenStoreError(.corrupt, "the store `\(connection.path)` has no id: restore it from a backup")
        }
        self.connection = connection
        self.id = id
        self.clock = clock
        let path = keyPath(id)
        if makesKeys {
            // One process at a time; one that was stopped here has left a key file that the store does not know yet.
            keys = try connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
                let isNew = try connection.number("SELECT count(*) FROM keys") == 0
                guard isNew, unsafe access(path, F_OK) != 0 else {
                    return try Keyring.open(path, store: id, database: database)
                }
                try KeyFile.checkPlace(path, database)
                return try Keyring.create(path, store: id, now: clock())
            }
            try connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
                if try connection.number("SELECT count(*) FROM keys") == 0 { try registerKeys() }
            }
        } else {
            keys = try Keyring.open(path, store: id, database: database)
        }
        try checkKeys()
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
        return try SQLiteTokenStore(connection, keys, makesKeys: true, database: place ?? path, clock: clock)
    }

    /// - Parameter makesKeys: whether a store that never had keys gets them; else it is refused.
    /// - Parameter patience: milliseconds to wait for another process that writes.
    /// - Throws: `.missing`, `.foreign`, `.newer`, `.keys`.
    package static func open(
        _ path: String, keys: KeyPath, makesKeys: Bool = false, patience: Int32 = 5_000,
        clock: @escaping @Sendable () -> Instant = { .now() }
    ) throws(TokenStoreError) -> SQLiteTokenStore {
        guard unsafe access(path, F_OK) == 0 else {
            throw TokenStoreError(.missing, "there is no store `\(path)`; `demilune init` makes one")
        }
        let connection = try Connection(path, creates: false, patience: patience)
        try configure(connection)
        guard try connection.number("PRAGMA application_id") == Migrations.applicationID else {
            throw TokenStoreError(.foreign, "`\(path)` is no Demilune store")
        }
        let version = try connection.number("PRAGMA user_version")
        guard version <= Int64(Migrations.steps.count) else {
            throw TokenStoreError(.newer, "the store `\(path)` was made by a later version of Demilune (\(version))")
        }
        if version < Int64(Migrations.steps.count) { try migrate(connection, from: Int(version)) }
        let isKeyless = try connection.number("SELECT count(*) FROM keys") == 0
        if isKeyless { try requireUnsealed(connection) }
        if isKeyless, !makesKeys {
            throw TokenStoreError(
                .keys,
                "the store `\(path)` has no keys yet: `demilune store adopt --yes` makes them and seals what is there")
        }
        return try SQLiteTokenStore(connection, keys, makesKeys: makesKeys, database: path, clock: clock)
    }

    /// - Throws: `.tampered` for a store that has seals and no keys: somebody removed what tells a right key from a wrong one.
    private static func requireUnsealed(_ connection: Connection) throws(TokenStoreError) {
        let sealed = """
            SELECT EXISTS (SELECT 1 FROM tokens WHERE mac IS NOT NULL) OR EXISTS (SELECT 1 FROM log)
                OR EXISTS (SELECT 1 FROM tenants WHERE mac IS NOT NULL)
            """
        guard try connection.number(sealed) == 0 else {
            throw TokenStoreError(
                .tampered,
                "the store `\(connection.path)` was written with keys, and its list of them was removed: "
                    + "restore it from a backup")
        }
    }

    private static func configure(_ connection: Connection) throws(TokenStoreError) {
        try connection.execute(
            "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL; "
                + "PRAGMA secure_delete = ON; PRAGMA cache_size = -65536")
    }

    private static func migrate(_ connection: Connection, from version: Int) throws(TokenStoreError) {
        // A table is made anew under another's name: references to it are checked again when that is done.
        try connection.execute("PRAGMA foreign_keys = OFF")
        try connection.transaction("BEGIN EXCLUSIVE") { () throws(TokenStoreError) in
            // Another process may have been faster.
            let present = max(version, Int(try connection.number("PRAGMA user_version")))
            for (index, step) in Migrations.steps.enumerated().dropFirst(present) {
                try connection.execute(step.sql)
                try step.fill(connection)
                try connection.execute(
                    "PRAGMA user_version = \(index + 1); PRAGMA application_id = \(Migrations.applicationID)")
            }
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
        _ act: Act, _ body: () throws(TokenStoreError) -> Result
    ) throws(TokenStoreError) -> Result {
        if connection.isInTransaction { return try body() }
        let result = try connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
            try refreshKeys()
            try checkClock(act.now)
            return try body()
        }
        try noteHead()
        return result
    }

    /// The latest time that the store has seen.
    package var highWater: Instant? {
        get throws(TokenStoreError) {
            try connection.first("SELECT value FROM meta WHERE name = 'clock'", []) {
                Int64($0.text(0)).map { Instant(microseconds: $0) }
            } ?? nil
        }
    }

    private static let tolerance: Int64 = 60_000_000

    private func checkClock(_ now: Instant) throws(TokenStoreError) {
        let seen = try highWater
        if let seen, now.microseconds < seen.microseconds - Self.tolerance {
            throw TokenStoreError(
                .clock,
                "it is said to be \(now), but the store has seen \(seen) already: set the clock right; where "
                    + "what it has seen is wrong, `demilune store adopt --yes` takes the clock's word")
        }
        // A time that is still to come is not taken for one that was seen.
        let latest = max(min(now, clock()), seen ?? now)
        if latest != seen {
            try connection.run(
                "INSERT INTO meta VALUES ('clock', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [.text(String(latest.microseconds))])
        }
    }
}
