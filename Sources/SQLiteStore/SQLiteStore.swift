internal import Files
package import Model
internal import SQLStore
package import Tokens

/// Token stores in SQLite files, one file each.
package enum SQLiteStore {
    /// Creates a store and its key file.
    /// - Parameter place: the final path of the store, when that is not `path`.
    /// - Throws: `.exists` when there is a file of that name, `.keys` when the key file cannot be at its place.
    package static func create(
        _ path: String, place: String? = nil, keys: TokenService.KeyPath, patience: Int32 = 5_000,
        clock: @escaping @Sendable () -> Instant = { .now() }
    ) throws(TokenStoreError) -> TokenService {
        if File.exists(path) {
            throw TokenStoreError(.exists, "`\(path)` already exists: name another file, or remove it first")
        }
        let connection = try SQLiteConnection(path, .making, patience: patience)
        try configure(connection)
        try connection.execute("PRAGMA journal_mode = WAL")
        try migrate(connection, from: 0)
        try connection.guardLog()
        return try TokenService(
            SQLTokenStore(connection), keys: keys, makesKeys: true, place: place ?? path, clock: clock)
    }

    /// Opens a store, and migrates it to the newest version.
    /// - Parameter makesKeys: true to give keys to a store that never had any; otherwise it is refused.
    /// - Parameter toVerify: true to open a store with a foreign schema, for `verify` to report. It cannot be written
    ///   then.
    /// - Parameter patience: milliseconds to wait for another process that writes.
    /// - Throws: `.missing`, `.foreign`, `.newer`, `.keys`, `.tampered` for a schema that the store did not make.
    package static func open(
        _ path: String, keys: TokenService.KeyPath, makesKeys: Bool = false, toVerify: Bool = false,
        patience: Int32 = 5_000,
        clock: @escaping @Sendable () -> Instant = { .now() }
    ) throws(TokenStoreError) -> TokenService {
        try requireFile(path)
        let connection = try connection(path, patience)
        let version = try connection.read { () throws(TokenStoreError) in
            guard try connection.number("PRAGMA application_id") == Migrations.applicationID else {
                throw TokenStoreError(.foreign, "`\(path)` is not a Demilune store")
            }
            let present = try self.version(connection)
            if present == Migrations.steps.count, !toVerify { try connection.requireKnownSchema() }
            return present
        }
        if version < Migrations.steps.count { try migrate(connection, from: version, listsAll: toVerify) }
        try connection.guardLog()
        return try TokenService(SQLTokenStore(connection), keys: keys, makesKeys: makesKeys, place: path, clock: clock)
    }

    private static func requireFile(_ path: String) throws(TokenStoreError) {
        do throws(FileError) { _ = try FileStatus(of: path) } catch {
            guard error.code == .missing else { throw TokenStoreError(.io, "cannot open the store: \(error.message)") }
            throw TokenStoreError(.missing, "there is no store `\(path)`; `demilune init` makes one")
        }
    }

    /// A connection that has read from the file. Where SQLite cannot make the files that it needs beside it, because the
    /// folder is read-only or the disk is full, the file is read without them.
    ///
    /// INVARIANT: that is done only while no committed change is outside the file: a revocation is never overlooked.
    private static func connection(_ path: String, _ patience: Int32) throws(TokenStoreError) -> SQLiteConnection {
        let failure: TokenStoreError
        let shared = try SQLiteConnection(path, .shared, patience: patience)
        do throws(TokenStoreError) {
            try configure(shared)
            // The first read is what needs those files.
            try shared.read { () throws(TokenStoreError) in _ = try shared.number("PRAGMA schema_version") }
            return shared
        } catch {
            guard error.code == .io || error.code == .readOnly else { throw error }
            failure = error
        }
        let obstacle = File.writeObstacle(File.folder(of: path)) ?? shared.systemWords ?? failure.message
        if let changes = SQLiteConnection.unmergedChanges(path) {
            throw TokenStoreError(
                failure.code,
                "the newest changes of the store `\(path)` are in `\(changes)`, and cannot be read without writing beside it "
                    + "(\(obstacle)): let somebody who may write there run `demilune log verify`, or copy both files to a "
                    + "folder that you may write")
        }
        let unlocked = try SQLiteConnection(path, .unlocked(reason: obstacle), patience: patience)
        try configure(unlocked)
        return unlocked
    }

    private static func configure(_ connection: SQLiteConnection) throws(TokenStoreError) {
        try connection.execute(
            "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL; "
                + "PRAGMA secure_delete = ON; PRAGMA cache_size = -65536")
    }

    /// The version of an existing store.
    private static func version(_ connection: SQLiteConnection) throws(TokenStoreError) -> Int {
        let version = try connection.number("PRAGMA user_version")
        guard version >= 1 else {
            throw TokenStoreError(
                .corrupt,
                "the store `\(connection.name)` has the version \(version), which is not valid: restore a backup")
        }
        guard version <= Int64(Migrations.steps.count) else {
            throw TokenStoreError(
                .newer, "the store `\(connection.name)` was made by a later version of Demilune (\(version))")
        }
        return Int(version)
    }

    /// Runs the migrations from a version to the newest.
    /// - Parameter version: 0 for a new file.
    /// - Parameter listsAll: true to list all schema faults in an error, not only the first.
    private static func migrate(
        _ connection: SQLiteConnection, from version: Int, listsAll: Bool = false
    ) throws(TokenStoreError) {
        if let refusal = connection.refusalToWrite {
            throw TokenStoreError(
                refusal.code,
                "the store `\(connection.name)` was made by an earlier version and must be brought up to date: "
                    + refusal.message)
        }
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
                    .corrupt, "records of the store `\(connection.name)` refer to missing records: restore a backup")
            }
        }
        try connection.execute("PRAGMA foreign_keys = ON")
    }
}
