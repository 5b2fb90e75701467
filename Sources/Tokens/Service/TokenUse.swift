package import Model

/// When a token was last active, under a seal of its own: it is noted far more often than the token changes.
///
/// An older one that is put back carries its seal too, and is not noticed: nothing counts uses.
struct TokenUse {
    let token: TokenID
    /// `nil` for a token that was never used, which is sealed as well.
    let lastActive: Instant?

    /// What the seal is of: the same bytes on every machine, and different ones for a token that was never used.
    private var words: (UInt64, UInt64, UInt64, UInt64) {
        let time = UInt64(bitPattern: lastActive?.microseconds ?? 0)
        return (
            token.high.littleEndian, token.low.littleEndian, time.littleEndian,
            UInt64(lastActive == nil ? 0 : 1).littleEndian
        )
    }

    func seal(with key: Key) -> StoredToken.Lookup {
        StoredToken.Lookup(key: key.number, digest: key.shortMAC(words))
    }

    func carries(_ seal: StoredToken.Lookup?, _ keys: Keyring) -> Bool {
        guard let seal, let key = keys.live(seal.key) else { return false }
        return KeyedHash.isSame(key.shortMAC(words), seal.digest)
    }

    /// Whether a use is worth noting: the first, or one a minute after the last; never an earlier one.
    func isDue(_ now: Instant) -> Bool {
        guard let lastActive else { return true }
        let (elapsed, isBeyond) = now.microseconds.subtractingReportingOverflow(lastActive.microseconds)
        return !isBeyond && elapsed >= 60_000_000
    }
}

extension SQLiteTokenStore {
    /// Notes that tokens were used: at most once a minute each, never back. It is sealed, and not logged. What does not
    /// carry its seal is left so: to seal it anew would make it pass for genuine.
    package func touch(_ uses: [TokenID: Instant]) throws(TokenStoreError) {
        guard !uses.isEmpty else { return }
        try connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
            try refreshKeys()
            try requireCurrent()
            for (id, time) in uses.sorted(by: { $0.key < $1.key }) { try note(id, time.stored) }
        }
    }

    private func note(_ id: TokenID, _ time: Instant) throws(TokenStoreError) {
        let sql = "SELECT number, last_active, use_mac, use_key FROM tokens WHERE id = ? AND revoked IS NULL"
        let found = try connection.first(sql, [.token(id)]) { row in
            (
                number: row.integer(0), use: TokenUse(token: id, lastActive: row.instant(1)),
                seal: StoredToken.lookup(row, 2)
            )
        }
        guard let found, found.use.isDue(time), found.use.carries(found.seal, keys) else { return }
        let seal = TokenUse(token: id, lastActive: time).seal(with: keys.active)
        let values: [SQLStatement.Parameter] = [
            .integer(time.microseconds), .blob(seal.digest), .integer(Int64(seal.key)),
        ]
        try connection.run(
            "UPDATE tokens SET last_active = ?, use_mac = ?, use_key = ? WHERE number = ?",
            values + [.integer(found.number)])
        try connection.confirm(
            "SELECT last_active, use_mac, use_key, id FROM tokens WHERE number = ?", [.integer(found.number)],
            is: values + [.token(id)], "the use of the token `\(id)`")
    }
}
