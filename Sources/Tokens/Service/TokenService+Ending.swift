package import Model

extension TokenService {
    // MARK: Ending

    /// Revokes tokens, all of them or none. A token that is already revoked stays as it was.
    /// - Returns: the number of tokens revoked now, and of those revoked before.
    /// - Throws: `.unknown` for an unknown id.
    package func revoke(_ ids: [TokenID], _ context: AuditContext) throws(TokenStoreError) -> (
        revoked: Int, already: Int
    ) {
        try write(context) { () throws(TokenStoreError) in
            var revoked = 0
            var already = 0
            // In the order of their rows, because neighbours share pages.
            var rows: [(number: Int64, id: TokenID)] = []
            for id in Set(ids) {
                guard let number = try store.number(of: id) else { throw Self.unknown(id) }
                rows.append((number, id))
            }
            for (_, id) in rows.sorted(by: { $0.number < $1.number }) {
                guard var token = try stored(id) else { throw Self.unknown(id) }
                // A tampered token can be revoked too: nothing else can be done with it.
                let isRevoked = token.details.token.revoked != nil && !token.details.token.isTampered
                // It may just have ended with another one, from which it was derived.
                let hasFollowed = followers.removeValue(forKey: id) != nil
                if isRevoked, !hasFollowed { already += 1 } else { revoked += 1 }
                if !isRevoked { try end(&token, context, log: "token.revoke") }
            }
            if revoked > 1 {
                var entry = LogEntry("token.revoke_many", by: context, tenant: nil)
                entry.details = [.init("tokens", .integer(Int64(revoked)))] + grounds(context)
                try log(entry)
            }
            return (revoked, already)
        }
    }

    /// Revokes a token and shreds its string.
    func end(_ token: inout StoredToken, _ context: AuditContext, log name: String, _ more: [JSON.Member] = [])
        throws(TokenStoreError)
    {
        let before = token.details.token
        var members: [JSON.Member] = token.details.token.isTampered ? [.init("tampered", .boolean(true))] : []
        // The row loses its string here, and its digest when it is purged or sealed anew. The log keeps it recognisable.
        if let string = try unsealed(token) { members.append(try fingerprint(of: string)) }
        // A last use without a valid seal is dropped: sealing it would make it pass for genuine.
        if !token.isUseIntact(try keys) {
            token.details.token.lastActive = nil
            (token.details.lastAction, token.details.lastNetwork, token.details.useCount) = (nil, nil, 0)
        }
        token.details.token.revoked = context.now
        token.details.revokedBy = context.actor.name
        (token.previous, token.details.overlapUntil) = (nil, nil)
        (token.sealed, token.details.isKept) = (nil, false)
        token = try save(token, context)
        // Fields that were changed without the keys are no fields that the act changed.
        let changes = before.isTampered ? [] : Self.changes(from: before, to: token.details.token)
        try log(name, token, by: context, changes + members + more)
    }

    // MARK: Revealing

    /// Reveals a token's string. The log entry is committed before the string is returned.
    /// - Throws: `.unrevealable`, and `.tampered` where the string does not belong to the row.
    package func reveal(_ id: TokenID, _ context: AuditContext) throws(TokenStoreError) -> (TokenDetails, TokenString) {
        try write(context) { () throws(TokenStoreError) in
            var token = try intact(id)
            guard token.details.token.kind == .api else {
                throw TokenStoreError(.unrevealable, "the string of a mobile token is not kept and cannot be shown")
            }
            try requireLive(token, context.now)
            guard token.sealed != nil else {
                throw TokenStoreError(
                    .unrevealable,
                    "the string of the token `\(id)` is not kept: `demilune token rotate` gives it a new one")
            }
            guard let string = try unsealed(token) else {
                throw TokenStoreError(
                    .tampered, "the stored string does not belong to the token `\(id)`: revoke or rotate the token")
            }
            token.details.revealCount = Int(StoredCount.next(Int64(token.details.revealCount)))
            token.details.revealedAt = context.now
            token.details.revealedBy = context.actor.name
            token.seal(with: try keys.active)
            try store.update(token)
            try log("token.reveal", token, by: context)
            return (token.details, string)
        }
    }

    /// A token's string; `nil` unless it is kept and belongs to the row.
    func unsealed(_ token: StoredToken) throws(TokenStoreError) -> TokenString? {
        let keys = try keys
        guard let sealed = token.sealed, let lookup = token.lookup, let key = keys.live(sealed.key),
            let lookupKey = keys.live(lookup.key),
            let string = key.unseal(sealed, tenant: token.details.tenant, token: token.id),
            KeyedHash.isSame(lookupKey.lookup(string), lookup.digest)
        else { return nil }
        return string
    }
}
