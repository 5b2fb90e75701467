internal import Model

extension SQLiteTokenStore {
    /// What a key must know to be the right one.
    private func canary(_ key: Key) -> [UInt8] { Self.canary(key, store: id) }

    static func canary(_ key: Key, store: String) -> [UInt8] {
        var message = CanonicalEncoder("canary-v1")
        message.add(store)
        message.add(Int64(key.number))
        return key.mac(message.bytes)
    }

    /// Each key that the store was written with must be in the key file, and be the same.
    func checkKeys() throws(TokenStoreError) {
        try connection.rows("SELECT number, canary FROM keys") { (row: SQLStatement) throws(TokenStoreError) in
            let number = Int(row.integer(0))
            guard let key = keys.live(number) else {
                throw TokenStoreError(
                    .keys, "the key file `\(keys.path)` lacks key \(number): restore the one that has it")
            }
            guard KeyedHash.isSame(canary(key), row.blob(1) ?? []) else {
                throw TokenStoreError(
                    .keys,
                    "key \(number) of `\(keys.path)` is not the one that the store was written with: "
                        + "restore the right key file")
            }
        }
    }

    func registerKeys() throws(TokenStoreError) {
        try Self.register(keys, store: id, connection)
        try checkKeys()
    }

    static func register(_ keys: Keyring, store: String, _ connection: Connection) throws(TokenStoreError) {
        for key in keys.live {
            try connection.run(
                "INSERT OR IGNORE INTO keys VALUES (?, ?)",
                [.integer(Int64(key.number)), .blob(canary(key, store: store))], rows: 0...1)
        }
    }

    /// Before anything is written: another process may have added or retired a key.
    func refreshKeys() throws(TokenStoreError) {
        let newest = try connection.number("SELECT ifnull(max(number), 0) FROM keys")
        if newest != Int64(keys.active.number) || keys.live(keys.active.number) == nil {
            try keys.reload(database: connection.path)
            try checkKeys()
            // The file is written before the store is: a run that was stopped between leaves a key only the file knows.
            try registerKeys()
        }
    }

    /// How many rows name each key.
    package func keyUses() throws(TokenStoreError) -> [Int: Int] {
        let sql = """
            SELECT key, count(*) FROM (
                SELECT mac_key AS key FROM tokens UNION ALL SELECT lookup_key FROM tokens WHERE lookup_key IS NOT mac_key
                UNION ALL SELECT reveal_key FROM tokens WHERE reveal_key IS NOT mac_key AND reveal_key IS NOT lookup_key
                UNION ALL SELECT previous_key FROM tokens
                    WHERE previous_key IS NOT mac_key AND previous_key IS NOT lookup_key
                UNION ALL SELECT use_key FROM tokens WHERE use_key IS NOT mac_key AND use_key IS NOT lookup_key
                    AND use_key IS NOT reveal_key AND use_key IS NOT previous_key
                UNION ALL SELECT mac_key FROM tenants)
            WHERE key IS NOT NULL GROUP BY key
            """
        var uses: [Int: Int] = [:]
        try connection.rows(sql) { uses[Int($0.integer(0))] = Int($0.integer(1)) }
        return uses
    }

    /// Adds a key; from now on everything is written with it.
    @discardableResult package func addKey(_ context: AuditContext) throws(TokenStoreError) -> Int {
        try write(context) { () throws(TokenStoreError) in
            let key = try keys.add(now: context.now)
            try registerKeys()
            try resealClock(key)
            var entry = LogEntry("keys.add", by: context, tenant: nil)
            entry.details = [.init("key", .integer(Int64(key.number)))] + reason(context)
            try log(entry)
            return key.number
        }
    }

    /// Writes so many rows anew with the active key, each of which still carries its seal.
    /// - Returns: how many were written, and how many were passed over because they are tampered with.
    package func rewrap(_ context: AuditContext, batch: Int = 500, after: Int64 = 0) throws(TokenStoreError)
        -> Rewrapping
    {
        try write(context) { () throws(TokenStoreError) in
            let active = keys.active
            var result = Rewrapping()
            if after == 0 {
                result.count += try resealTenants(active)
                try resealClock(active)
            }
            var rows: [StoredToken] = []
            let sql = """
                SELECT \(StoredToken.columns) FROM tokens WHERE number > ? AND (mac_key IS NOT ? OR use_key IS NOT ?
                    OR lookup_key <> ? OR reveal_key <> ? OR previous_key <> ?) ORDER BY number LIMIT ?
                """
            let key = SQLStatement.Parameter.integer(Int64(active.number))
            try connection.rows(sql, [.integer(after), key, key, key, key, key, .integer(Int64(batch))]) {
                rows.append(checked(StoredToken($0)))
            }
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
        if let string = unsealed(row) {
            var random = SecureRandom()
            row.lookup = StoredToken.Lookup(key: active.number, digest: active.lookup(string))
            row.sealed = active.seal(string, tenant: row.details.tenant, token: row.id, using: &random)
        } else if row.details.token.revoked != nil || row.details.token.expires <= now {
            // Nobody is let in by it any more.
            row.lookup = nil
        }
        if let until = row.details.overlapUntil, until <= now { (row.previous, row.details.overlapUntil) = (nil, nil) }
        row.seal(with: active)
        try update(row)
        result.count += 1
    }

    /// Destroys a key that nothing needs any more.
    /// - Throws: `.used` while rows name it, or when it is the active one.
    package func retireKey(_ number: Int, _ context: AuditContext) throws(TokenStoreError) {
        guard let key = keys.keys.first(where: { $0.number == number }) else {
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
                    "key \(number) is needed by \(uses) rows: `demilune keys rewrap` writes them anew; strings "
                        + "that are not kept move when they are next used, or expire")
            }
            guard
                try connection.first("SELECT 1 FROM keys WHERE number = ?", [.integer(Int64(number))], { _ in true })
                    != nil
            else { return }
            try resealClock(keys.active)
            try connection.run("DELETE FROM keys WHERE number = ?", [.integer(Int64(number))])
            var entry = LogEntry("keys.retire", by: context, tenant: nil)
            entry.details = [.init("key", .integer(Int64(number)))] + reason(context)
            try log(entry)
        }
        // The store forgets it first: a run that is stopped here leaves a key that nothing names.
        try keys.retire(number)
    }
}
