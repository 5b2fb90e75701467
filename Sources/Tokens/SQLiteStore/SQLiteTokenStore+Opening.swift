internal import Glibc
internal import Model

/// How a store and its key file find each other.
extension SQLiteTokenStore {
    /// The store's own id. It names a file, so it is nothing but digits.
    static func storeID(_ connection: Connection) throws(TokenStoreError) -> String {
        guard let id = try connection.first("SELECT value FROM meta WHERE name = 'id'", [], { $0.text(0) as String }),
            TokenID(id)?.description == id
        else {
            throw TokenStoreError(.corrupt, "the store `\(connection.path)` has no id: restore it from a backup")
        }
        return id
    }

    /// - Throws: `.tampered` for a store without keys that once had some: somebody removed what tells a right key from a
    ///   wrong one. It has seals, or a key file. What would accept it is not named.
    static func requireUnsealed(_ connection: Connection, _ keyPath: KeyPath) throws(TokenStoreError) {
        let sealed = """
            SELECT EXISTS (SELECT 1 FROM tokens WHERE mac IS NOT NULL OR use_mac IS NOT NULL)
                OR EXISTS (SELECT 1 FROM log) OR EXISTS (SELECT 1 FROM tenants WHERE mac IS NOT NULL)
                OR EXISTS (SELECT 1 FROM meta WHERE mac IS NOT NULL)
            """
        guard try connection.number(sealed) == 0 else {
            throw TokenStoreError(
                .tampered,
                "the store `\(connection.path)` was written with keys, and its list of them was removed: "
                    + "restore it from a backup")
        }
        try requireKeyless(keyPath(try storeID(connection)), connection)
    }

    /// - Throws: `.tampered` where there is a key file for a store that has no keys.
    private static func requireKeyless(_ path: String, _ connection: Connection) throws(TokenStoreError) {
        guard unsafe access(path, F_OK) == 0 else { return }
        // One of another store is told as such.
        _ = try Keyring.open(path, store: try storeID(connection), database: connection.path)
        throw TokenStoreError(
            .tampered,
            "the store `\(connection.path)` has no keys, seals and log, and `\(path)` is its key file: they were removed; "
                + "restore the store from a backup")
    }

    /// Gives a store without keys its first one.
    ///
    /// The file has another name until the store knows its keys. So there is no key file of a store without keys, whenever
    /// a run is stopped.
    static func makeKeys(
        _ path: String, store: String, _ connection: Connection, database: String, now: Instant
    ) throws(TokenStoreError) {
        try connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
            // Another process may have been faster.
            guard try connection.number("SELECT count(*) FROM keys") == 0 else { return }
            try requireKeyless(path, connection)
            try KeyFile.checkPlace(path, database)
            let keys = Keyring.fresh(draft(path), store: store, now: now)
            try KeyFile.write(keys, replaces: true)
            try register(keys, store: store, connection)
        }
    }

    /// The keys of a store; a run that was stopped after `makeKeys` is finished.
    static func openKeys(
        _ path: String, store: String, _ connection: Connection, database: String
    ) throws(TokenStoreError) -> Keyring {
        if unsafe access(path, F_OK) != 0, unsafe access(draft(path), F_OK) == 0,
            let made = try? Keyring.open(draft(path), store: store, database: database),
            try isKnown(made, connection)
        {
            // Another process may do the same, with the same file.
            unsafe rename(draft(path), path)
        }
        return try Keyring.open(path, store: store, database: database)
    }

    private static func draft(_ path: String) -> String { path + ".new" }

    /// Whether the store was given these very keys.
    private static func isKnown(_ keys: Keyring, _ connection: Connection) throws(TokenStoreError) -> Bool {
        let known = try connection.first("SELECT canary FROM keys WHERE number = 1") { $0.blob(0) ?? [] }
        return known == canary(keys.active, store: keys.store)
    }
}
