internal import Files
internal import Model

/// The connection between a store and its key file: creating keys, opening keys.
extension TokenService {
    /// Opens the keys of a store, and makes its first one if that is allowed.
    /// - Parameter place: the path of the store, in whose folder keys may not be.
    static func keyring(
        _ store: any TokenStore, _ keyPath: KeyPath, makesKeys: Bool, place: String, now: Instant
    ) throws(TokenStoreError) -> Keyring {
        let id = try store.id
        let path = keyPath(id)
        if try store.keys.isEmpty {
            try requireUnsealed(store, path, id)
            guard makesKeys else {
                throw TokenStoreError(
                    .keys,
                    "the store `\(store.name)` has no keys yet: `demilune store reseal --yes` creates them and seals all "
                        + "records")
            }
            try makeKeys(store, path, id, place: place, now: now)
        }
        return try openKeys(store, path, id, place: place)
    }

    /// Checks that a store without keys never had any.
    /// - Throws: `.tampered` for one that has seals or a key file: somebody removed its list of keys, which tells right
    ///   keys from wrong ones. The message does not name the command that would accept such a store.
    private static func requireUnsealed(_ store: any TokenStore, _ path: String, _ id: String) throws(TokenStoreError) {
        guard try !store.isSealed else {
            throw TokenStoreError(
                .tampered,
                "the store `\(store.name)` was written with keys, but its list of keys was removed: "
                    + "restore it from a backup")
        }
        try requireKeyless(store, path, id)
    }

    /// - Throws: `.tampered` where there is a key file for a store that has no keys.
    private static func requireKeyless(_ store: any TokenStore, _ path: String, _ id: String) throws(TokenStoreError) {
        guard File.exists(path) else { return }
        // Throws another error for the key file of another store.
        _ = try Keyring.open(path, store: id, database: store.name)
        throw TokenStoreError(
            .tampered,
            "the keys, seals and log of the store `\(store.name)` were removed, but its key file `\(path)` "
                + "exists: restore the store from a backup")
    }

    /// Gives a store without keys its first key.
    ///
    /// The file has a temporary name until the key is registered in the store. So a store without keys never has a key
    /// file, whenever a run is stopped.
    private static func makeKeys(
        _ store: any TokenStore, _ path: String, _ id: String, place: String, now: Instant
    ) throws(TokenStoreError) {
        try store.write { () throws(TokenStoreError) in
            // Another process may have done it already.
            guard try store.keys.isEmpty else { return }
            try requireKeyless(store, path, id)
            try KeyFile.checkPlace(path, place)
            let keys = Keyring.fresh(draft(path), store: id, now: now)
            try KeyFile.write(keys, replaces: true)
            try register(keys, in: store)
        }
    }

    /// Opens the keys of a store. It also finishes the work of a run that was stopped after `makeKeys`.
    private static func openKeys(
        _ store: any TokenStore, _ path: String, _ id: String, place: String
    ) throws(TokenStoreError) -> Keyring {
        if !File.exists(path), File.exists(draft(path)),
            let made = try? Keyring.open(draft(path), store: id, database: place),
            try isKnown(made, store)
        {
            // Another process may do the same, with the same file.
            try? File.rename(draft(path), to: path)
        }
        return try Keyring.open(path, store: id, database: place)
    }

    private static func draft(_ path: String) -> String { path + ".new" }

    /// True when exactly these keys are registered in the store.
    private static func isKnown(_ keys: Keyring, _ store: any TokenStore) throws(TokenStoreError) -> Bool {
        let known = try store.keys.first { $0.number == 1 }
        return known?.canary == canary(keys.active, store: keys.store)
    }
}
