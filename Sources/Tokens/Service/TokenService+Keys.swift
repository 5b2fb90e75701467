internal import Model

extension TokenService {
    /// The canary of a key: only the key with which the store was written gives the stored value.
    static func canary(_ key: Key, store: String) -> [UInt8] {
        var message = CanonicalEncoder("canary-v1")
        message.add(store)
        message.add(Int64(key.number))
        return key.mac(message.bytes)
    }

    /// Checks that the key file has every key with which the store was written.
    /// - Throws: `.keys` for a missing or wrong key.
    func checkKeys() throws(TokenStoreError) {
        let keys = try keys
        for known in try store.keys {
            guard let key = keys.live(known.number) else {
                throw TokenStoreError(
                    .keys, "the key file `\(keys.path)` lacks key \(known.number): restore a key file that has it")
            }
            guard KeyedHash.isSame(Self.canary(key, store: keys.store), known.canary) else {
                throw TokenStoreError(
                    .keys,
                    "key \(known.number) of `\(keys.path)` is not the key with which the store was written: "
                        + "restore the right key file")
            }
        }
    }

    private func registerKeys() throws(TokenStoreError) {
        try Self.register(keys, in: store)
        try checkKeys()
    }

    static func register(_ keys: Keyring, in store: any TokenStore) throws(TokenStoreError) {
        for key in keys.live { try store.addKey(key.number, canary: canary(key, store: keys.store)) }
    }

    /// Reloads the keys if another process has added one since they were read, so that what it sealed is not taken for
    /// tampered, or has retired one, so that what is sealed with that is. Nothing is written.
    /// - Returns: true when they were reloaded.
    @discardableResult func lookForKeys() throws(TokenStoreError) -> Bool {
        guard let keyring else { return false }
        let known = try store.keys.map(\.number)
        // The file is written before the store: for a while it may have a key that the store does not name yet.
        let isCurrent =
            known.allSatisfy { keyring.live($0) != nil }
            && keyring.live.allSatisfy { known.contains($0.number) || $0.number > known.max() ?? 0 }
        guard !isCurrent else { return false }
        try keyring.reload(database: store.name)
        try checkKeys()
        return true
    }

    /// Reloads the keys before a write if another process added or retired one.
    func refreshKeys() throws(TokenStoreError) {
        let keys = try keys
        let newest = try store.keys.map(\.number).max()
        if newest != keys.active.number || keys.live(keys.active.number) == nil {
            try keys.reload(database: store.name)
            try checkKeys()
            // The file is written before the store: a run that was stopped in between leaves a key that only the file
            // has.
            try registerKeys()
        }
    }

    /// The number of rows that need each key, by the key's number.
    package func keyUses() throws(TokenStoreError) -> [Int: Int] {
        _ = try keys
        return try store.keyUses
    }

    /// Adds a key, with which everything is written from now on.
    @discardableResult package func addKey(_ context: AuditContext) throws(TokenStoreError) -> Int {
        try write(context) { () throws(TokenStoreError) in
            let key = try keys.add(now: context.now)
            try registerKeys()
            try resealClock(key)
            var entry = LogEntry("keys.add", by: context, tenant: nil)
            entry.details = [.init("key", .integer(Int64(key.number)))] + grounds(context)
            try log(entry)
            return key.number
        }
    }

    /// Rewrites up to `batch` rows with the active key. Rows without a valid seal are skipped.
    /// - Returns: the number of rows rewritten, the ids of tampered tokens, and the place to go on.
    package func rewrap(_ context: AuditContext, batch: Int = 500, after: Int64 = 0) throws(TokenStoreError)
        -> Rewrapping
    {
        try write(context) { () throws(TokenStoreError) in
            let active = try keys.active
            var result = Rewrapping()
            if after == 0 {
                result.count += try resealTenants(active)
                try resealClock(active)
            }
            let rows = try store.tokens(after: after, most: batch, outdatedFor: active.number).map(checked)
            for row in rows {
                result.last = row.number
                if row.details.token.isTampered {
                    result.tampered.append(row.id)
                } else {
                    try rewrap(row, active, context.now, &result)
                }
            }
            result.isFinished = rows.count < batch
            if result.count > 0 {
                var entry = LogEntry("keys.rewrap", by: context, tenant: nil)
                entry.details = [
                    .init("key", .integer(Int64(active.number))), .init("rows", .integer(Int64(result.count))),
                ]
                try log(entry)
            }
            return result
        }
    }

    private func rewrap(_ row: StoredToken, _ active: Key, _ now: Instant, _ result: inout Rewrapping)
        throws(TokenStoreError)
    {
        var row = row
        if let string = try unsealed(row) {
            var random = SecureRandom()
            row.lookup = KeyedDigest(key: active.number, digest: active.lookup(string))
            row.sealed = active.seal(string, tenant: row.details.tenant, token: row.id, using: &random)
        } else if row.details.token.revoked != nil || row.details.token.expires <= now {
            // The string no longer authenticates anybody.
            row.lookup = nil
        }
        if let until = row.details.overlapUntil, until <= now { (row.previous, row.details.overlapUntil) = (nil, nil) }
        row.seal(with: active)
        try store.update(row)
        result.count += 1
    }

    /// Destroys a key that is no longer needed.
    /// - Throws: `.used` while rows need it, or when it is the active one.
    package func retireKey(_ number: Int, _ context: AuditContext) throws(TokenStoreError) {
        guard let key = try keys.keys.first(where: { $0.number == number }) else {
            throw TokenStoreError(.unknown, "there is no key \(number)")
        }
        guard key.state != .active else {
            throw TokenStoreError(.used, "key \(number) is the active one; `demilune keys add` makes another")
        }
        try write(context) { () throws(TokenStoreError) in
            let uses = try keyUses()[number] ?? 0
            guard uses == 0 else {
                throw TokenStoreError(
                    .used,
                    "key \(number) is needed by \(counted(uses, "row")): run `demilune keys rewrap`; a token whose "
                        + "string is not kept moves to the active key at its next use, or expires")
            }
            guard try store.keys.contains(where: { $0.number == number }) else { return }
            try resealClock(keys.active)
            try store.removeKey(number)
            var entry = LogEntry("keys.retire", by: context, tenant: nil)
            entry.details = [.init("key", .integer(Int64(number)))] + grounds(context)
            try log(entry)
        }
        // The store drops the key first: a run that is stopped here leaves an unused key in the file.
        try keys.retire(number)
    }
}
