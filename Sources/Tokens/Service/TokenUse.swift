package import Model

/// The last use of a token, with a seal of its own: it is written far more often than the token changes.
///
/// An older value with its own seal is not noticed, because nothing counts uses.
struct TokenUse {
    let token: TokenID
    /// The time of the last use; `nil` for a token that was never used, which is sealed as well.
    let lastActive: Instant?

    /// The sealed message: the same bytes on every machine, and different ones for a token that was never used.
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

    /// True when a use should be noted: the first, or one at least a minute after the last; never an earlier one.
    func isDue(_ now: Instant) -> Bool {
        guard let lastActive else { return true }
        let (elapsed, isBeyond) = now.microseconds.subtractingReportingOverflow(lastActive.microseconds)
        return !isBeyond && elapsed >= 60_000_000
    }
}

extension SQLiteTokenStore {
    /// Records uses of tokens: at most once a minute each, never an earlier one. A use is sealed, but not logged. A
    /// last use without a valid seal is left alone: sealing it again would make it pass for genuine.
    package func recordUse(_ uses: [TokenID: Instant]) throws(TokenStoreError) {
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
