internal import Glibc
internal import Model

/// The connection between a store and its key file: ids, creating keys, opening keys.
extension SQLiteTokenStore {
    /// The store's own id. The key file is named after it, so it must be hexadecimal digits only.
    static func storeID(_ connection: Connection) throws(TokenStoreError) -> String {
        guard let id = try connection.first("SELECT value FROM meta WHERE name = 'id'", [], { $0.text(0) as String }),
            TokenID(id)?.description == id
        else {
            throw TokenStoreError(.corrupt, "the store `\(connection.path)` has no id: restore it from a backup")
        }
        return id
    }

    /// Checks that a store without keys never had any.
    /// - Throws: `.tampered` for one that has seals or a key file: somebody removed its list of keys, which tells right
    ///   keys from wrong ones. The message does not name the command that would accept such a store.
    static func requireUnsealed(_ connection: Connection, _ keyPath: KeyPath) throws(TokenStoreError) {
        let sealed = """
            SELECT EXISTS (SELECT 1 FROM tokens WHERE mac IS NOT NULL OR use_mac IS NOT NULL)
                OR EXISTS (SELECT 1 FROM log) OR EXISTS (SELECT 1 FROM tenants WHERE mac IS NOT NULL)
                OR EXISTS (SELECT 1 FROM meta WHERE mac IS NOT NULL)
            """
        guard try connection.number(sealed) == 0 else {
            throw TokenStoreError(
                .tampered,
                "the store `\(connection.path)` was written with keys, but its list of keys was removed: "
                    + "restore it from a backup")
        }
        try requireKeyless(keyPath(try storeID(connection)), connection)
    }

    /// - Throws: `.tampered` where there is a key file for a store that has no keys.
    private static func requireKeyless(_ path: String, _ connection: Connection) throws(TokenStoreError) {
        guard unsafe access(path, F_OK) == 0 else { return }
        // Throws another error for the key file of another store.
        _ = try Keyring.open(path, store: try storeID(connection), database: connection.path)
        throw TokenStoreError(
            .tampered,
            "the keys, seals and log of the store `\(connection.path)` were removed, but its key file `\(path)` "
                + "exists: restore the store from a backup")
    }

    /// Gives a store without keys its first key.
    ///
    /// The file has a temporary name until the key is registered in the store. So a store without keys never has a key
    /// file, whenever a run is stopped.
    static func makeKeys(
        _ path: String, store: String, _ connection: Connection, database: String, now: Instant
    ) throws(TokenStoreError) {
        try connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
            // Another process may have done it already.
            guard try connection.number("SELECT count(*) FROM keys") == 0 else { return }
            try requireKeyless(path, connection)
            try KeyFile.checkPlace(path, database)
            let keys = Keyring.fresh(draft(path), store: store, now: now)
            try KeyFile.write(keys, replaces: true)
            try register(keys, store: store, connection)
        }
    }

    /// Opens the keys of a store. It also finishes the work of a run that was stopped after `makeKeys`.
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

    /// True when exactly these keys are registered in the store.
    private static func isKnown(_ keys: Keyring, _ connection: Connection) throws(TokenStoreError) -> Bool {
        let known = try connection.first("SELECT canary FROM keys WHERE number = 1") { $0.blob(0) ?? [] }
        return known == canary(keys.active, store: keys.store)
    }
}
