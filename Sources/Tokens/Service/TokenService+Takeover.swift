internal import Model

/// The migration of values that earlier versions did not seal: they are sealed once, as they are.
extension TokenService {
    /// The store version for which everything is sealed.
    static let sealedVersion: Int64 = 3

    /// Seals the values that an earlier version left unsealed: the tokens' last use, their descriptive columns, and the
    /// clock. A token whose earlier seal is not valid gets no new one.
    ///
    /// INVARIANT: the checkpoint records that this is done, so that a store whose seals were removed is not migrated
    /// again.
    /// - Throws: `.tampered` for a store that was sealed before.
    func takeOver() throws(TokenStoreError) {
        guard try isOlder() else { return try noteVersion() }
        if let head = try keys.head, head.version >= Self.sealedVersion {
            throw TokenStoreError(
                .tampered,
                "seals were removed from the store `\(store.name)`, so that it looks like an earlier version: "
                    + "restore it from a backup")
        }
        try store.write { () throws(TokenStoreError) in
            // Another process may have done it already.
            guard try isOlder() else { return }
            try refreshKeys()
            var last: Int64 = 0
            repeat {} while try takeOverTokens(after: &last)
            let seen = try store.clock.flatMap { Int64($0.value) }
            try setClock(seen.map { Instant(stored: $0) }, keys.active)
        }
        try noteVersion(isTakenOver: true)
    }

    private func isOlder() throws(TokenStoreError) -> Bool {
        try store.clock.map { $0.seal == nil } ?? false
    }

    /// Seals the next batch of tokens.
    /// - Returns: true when there may be more.
    private func takeOverTokens(after last: inout Int64) throws(TokenStoreError) -> Bool {
        let batch = 1_000
        let tokens = try store.tokens(after: last, most: batch, outdatedFor: nil)
        for var token in tokens {
            last = token.number
            // Uses the key of the earlier seal, so that the rows that need a key stay the same.
            guard let seal = token.seal, let key = try keys.live(seal.key),
                KeyedHash.isSame(key.mac(token.secondMessage), seal.digest)
            else { continue }
            token.seal(with: key)
            try store.update(token)
        }
        return tokens.count == batch
    }

    /// Records in the checkpoint that everything is sealed. If the file cannot be written now, the next act records it.
    /// - Parameter isTakenOver: true when it was sealed just now. Otherwise a missing checkpoint of a store with a log
    ///   stays missing, so that `verify` reports it.
    private func noteVersion(isTakenOver: Bool = false) throws(TokenStoreError) {
        let head: LogCheckpoint?
        // A damaged checkpoint is reported elsewhere, and not overwritten.
        do throws(TokenStoreError) { head = try keys.head } catch { return }
        guard (head?.version ?? 0) < Self.sealedVersion else { return }
        // The entry in the checkpoint stays: the store's newest one may come from an older copy.
        var noted = head
        if noted == nil {
            let newest = try store.newestEntry.map { LogCheckpoint(number: $0.number, hash: $0.hash) }
            guard newest == nil || isTakenOver else { return }
            noted = newest ?? LogCheckpoint(number: 0, hash: [])
        }
        noted?.version = Self.sealedVersion
        if let noted { try? keys.note(noted) }
    }
}

extension StoredToken {
    /// The message that a row's seal covered in version 2 of a store.
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
