internal import Model

/// Stores of before a value was sealed: their values are taken over as they are, once, under the keys.
extension SQLiteTokenStore {
    /// The version of the store that everything is sealed for.
    static let sealedVersion: Int64 = 3

    /// Seals what an earlier version left unsealed: when tokens were last active, what only is told about them, and the
    /// clock. A token that does not carry the seal it had goes on not carrying one.
    ///
    /// INVARIANT: once this is done the checkpoint says so, so that a store whose seals were removed is not taken over
    /// again.
    /// - Throws: `.tampered` for a store that was sealed before.
    func takeOver() throws(TokenStoreError) {
        guard try isOlder() else { return try noteVersion() }
        if let head = try keys.head, head.version >= Self.sealedVersion {
            throw TokenStoreError(
                .tampered,
                "seals of the store `\(connection.path)` were removed, as if it were of an earlier version: "
                    + "restore it from a backup")
        }
        try connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
            // Another process may have been faster.
            guard try isOlder() else { return }
            try refreshKeys()
            var last: Int64 = 0
            repeat {} while try takeOverTokens(after: &last)
            let seen = try connection.first("SELECT value FROM meta WHERE name = 'clock'") { Int64($0.text(0)) } ?? nil
            try setClock(seen.map { Instant(stored: $0) }, keys.active)
        }
        try noteVersion(isTakenOver: true)
    }

    private func isOlder() throws(TokenStoreError) -> Bool {
        try connection.number("SELECT mac IS NULL FROM meta WHERE name = 'clock'") == 1
    }

    /// - Returns: whether there may be more.
    private func takeOverTokens(after last: inout Int64) throws(TokenStoreError) -> Bool {
        let batch = 1_000
        var tokens: [StoredToken] = []
        let sql = "SELECT \(StoredToken.columns) FROM tokens WHERE number > ? ORDER BY number LIMIT ?"
        try connection.rows(sql, [.integer(last), .integer(Int64(batch))]) { tokens.append(StoredToken($0)) }
        for var token in tokens {
            last = token.number
            // With the key it was sealed with: which rows a key is needed for stays the same.
            guard let seal = token.seal, let key = keys.live(seal.key),
                KeyedHash.isSame(key.mac(token.secondMessage), seal.digest)
            else { continue }
            token.seal(with: key)
            try update(token)
        }
        return tokens.count == batch
    }

    /// Says beside the key file that everything is sealed. Where nobody can write, it is said with the next act.
    /// - Parameter isTakenOver: whether it was sealed just now. Else a checkpoint that is gone while there is a log stays
    ///   gone, so that `verify` finds it.
    private func noteVersion(isTakenOver: Bool = false) throws(TokenStoreError) {
        let head: LogCheckpoint?
        // One that is damaged is told, and not written over.
        do throws(TokenStoreError) { head = try keys.head } catch { return }
        guard (head?.version ?? 0) < Self.sealedVersion else { return }
        // The entry that is noted stays noted: the store's own newest one may be that of an older copy.
        var noted = head
        if noted == nil {
            let newest = try newestEntry()
            guard newest == nil || isTakenOver else { return }
            noted = newest ?? LogCheckpoint(number: 0, hash: [])
        }
        noted?.version = Self.sealedVersion
        if let noted { try? keys.note(noted) }
    }
}

extension StoredToken {
    /// What a row's seal was of in the second version of a store.
    fileprivate var secondMessage: [UInt8] {
        let token = details.token
        var message = CanonicalEncoder("token-row-v1")
        message.add(details.tenant)
        message.add(token.id)
        message.add(token.kind.rawValue)
        message.add(token.name)
        message.add(token.assignment)
        message.add(token.created)
        message.add(token.expires)
        message.add(token.dormantSince)
        message.add(token.suspended)
        message.add(token.revoked)
        message.add(details.version)
        for lookup in [lookup, previous] {
            message.add(Int64(lookup?.key ?? 0))
            message.add(lookup?.digest)
        }
        message.add(details.overlapUntil)
        message.add(Int64(sealed?.key ?? 0))
        message.add(sealed?.nonce)
        message.add(sealed?.ciphertext)
        return message.bytes
    }
}
