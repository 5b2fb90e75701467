package import Model

extension TokenService {
    // MARK: Using

    /// The token with this string, in any state; `nil` when there is none.
    ///
    /// Every live key is tried, always in the same order. A former string counts while its overlap runs. About 5 µs.
    package func authenticate(_ string: TokenString, now: Instant) throws(TokenStoreError) -> TokenDetails? {
        if let found = try known(string, now: now) { return found }
        // The string may be hashed with a key that another process has added.
        return try lookForKeys() ? known(string, now: now) : nil
    }

    /// The same, by the keys that were read.
    private func known(_ string: TokenString, now: Instant) throws(TokenStoreError) -> TokenDetails? {
        var found: StoredToken?
        for key in try keys.live {
            let digest = key.lookup(string)
            let row = try store.token(digest: digest)
            guard let row, found == nil else { continue }
            let isPresent = row.lookup.map { $0.key == key.number && KeyedHash.isSame($0.digest, digest) } ?? false
            let isFormer = row.previous.map { $0.key == key.number && KeyedHash.isSame($0.digest, digest) } ?? false
            if isPresent || isFormer && row.details.overlapUntil.map({ now < $0 }) ?? false {
                found = try checked(row)
            }
        }
        return found?.details
    }

    /// The id of the token that a client presents as a string, for decisions on a snapshot that was read before.
    /// - Returns: `nil` when there is no such token, or its string was replaced and the overlap has ended.
    /// - Throws: `.tampered` when the token was changed without the store's keys: the string may belong to another one;
    ///   `.rolledBack` for a store in which a replaced string may be valid again.
    package func identify(_ string: TokenString) throws(TokenStoreError) -> TokenID? {
        try lookForRollback()
        if deniesOnRollback, let rollback { throw TokenStoreError(.rolledBack, rollback.message) }
        let now = max(clock(), try highWater ?? .earliest)
        guard let found = try authenticate(string, now: now) else { return nil }
        guard !found.token.isTampered else {
            throw TokenStoreError(
                .tampered,
                "the token `\(found.token.id)` was changed without the store's keys: run `demilune store verify`")
        }
        return found.token.id
    }

    /// The token with this string, present or former, whose overlap may be over.
    package func find(_ string: TokenString) throws(TokenStoreError) -> TokenDetails? {
        try authenticate(string, now: Instant(microseconds: .min))
    }

    /// Rewrites a token's lookup digest with the active key, if an older key made it. For strings that are not kept.
    package func rehash(_ string: TokenString, _ context: AuditContext) throws(TokenStoreError) {
        guard let found = try authenticate(string, now: context.now), !found.token.isTampered else { return }
        try writeUnlogged { () throws(TokenStoreError) in
            var token = try intact(found.token.id)
            let active = try keys.active
            guard let lookup = token.lookup, lookup.key != active.number, let former = try keys.live(lookup.key),
                KeyedHash.isSame(former.lookup(string), lookup.digest)
            else { return }
            token.lookup = KeyedDigest(key: active.number, digest: active.lookup(string))
            token.seal(with: active)
            try store.update(token)
        }
    }

    // MARK: Keeping house

    /// Permanently removes tokens that were revoked before a time, and derived ones that expired before it; the log keeps
    /// a record of them. A token without a valid seal is kept: it may never have been revoked.
    package func purge(tenant: ExactName, before: Instant, _ context: AuditContext) throws(TokenStoreError) -> Int {
        try write(context) { () throws(TokenStoreError) in
            let tokens = try ended(tenant: tenant, before: before)
            for token in tokens {
                try log("token.purge", token, by: context)
                try store.remove(token)
            }
            return tokens.count
        }
    }

    /// The number of tokens that `purge` would remove.
    package func purgeable(tenant: ExactName, before: Instant) throws(TokenStoreError) -> Int {
        try ended(tenant: tenant, before: before).count
    }

    private func ended(tenant: ExactName, before: Instant) throws(TokenStoreError) -> [StoredToken] {
        let revoked = try tokens(.revoked(tenant: tenant, before: before))
        let expired = try tokens(.expiredDerived(tenant: tenant, before: before)).filter {
            $0.details.token.revoked == nil
        }
        return (revoked + expired).filter { !$0.details.token.isTampered }
    }

    /// Marks unused live tokens as dormant. The mark stays until somebody clears it.
    /// - Returns: the tokens marked now.
    package func markDormant(
        tenant: ExactName, unusedFor duration: Duration, _ context: AuditContext
    ) throws(TokenStoreError) -> [TokenID] {
        try write(context) { () throws(TokenStoreError) in
            let since = context.now.adding(.zero - duration)
            let tokens = try tokens(.unused(tenant: tenant, since: since, now: context.now))
            var dormant: [TokenID] = []
            for id in tokens.map(\.id) {
                // As it is now: it may have followed another one.
                guard var token = try stored(id), !token.details.token.isTampered, token.details.token.revoked == nil
                else { continue }
                let before = token.details.token
                token.details.token.dormantSince = token.details.token.lastActive ?? token.details.token.created
                token = try save(token, context)
                try log("token.dormant", token, by: context, Self.changes(from: before, to: token.details.token))
                dormant.append(token.id)
            }
            return dormant
        }
    }
}
