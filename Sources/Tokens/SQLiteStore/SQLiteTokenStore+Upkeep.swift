package import Model

extension SQLiteTokenStore {
    // MARK: Using

    /// The token with this string, in any state; `nil` when there is none.
    ///
    /// Every live key is tried, always in the same order. A former string counts while its overlap runs. About 5 µs.
    package func authenticate(_ string: TokenString, now: Instant) throws(TokenStoreError) -> TokenDetails? {
        var found: StoredToken?
        for key in keys.live {
            let digest = key.lookup(string)
            let row = try connection.first(Self.byLookup, [.blob(digest)]) { StoredToken($0) }
            guard let row, found == nil else { continue }
            let isPresent = row.lookup.map { $0.key == key.number && KeyedHash.isSame($0.digest, digest) } ?? false
            let isFormer = row.previous.map { $0.key == key.number && KeyedHash.isSame($0.digest, digest) } ?? false
            if isPresent || isFormer && row.details.overlapUntil.map({ now < $0 }) ?? false { found = checked(row) }
        }
        return found?.details
    }

    /// The token with this present or former string, also after its overlap: for strings found somewhere.
    package func find(_ string: TokenString) throws(TokenStoreError) -> TokenDetails? {
        try authenticate(string, now: Instant(microseconds: .min))
    }

    /// Rewrites a token's lookup digest with the active key, if an older key made it. For strings that are not kept.
    package func rehash(_ string: TokenString, _ context: AuditContext) throws(TokenStoreError) {
        guard let found = try authenticate(string, now: context.now), !found.token.isTampered else { return }
        try connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
            try refreshKeys()
            try requireCurrent()
            var token = try intact(found.token.id)
            let active = keys.active
            guard let lookup = token.lookup, lookup.key != active.number, let former = keys.live(lookup.key),
                KeyedHash.isSame(former.lookup(string), lookup.digest)
            else { return }
            token.lookup = StoredToken.Lookup(key: active.number, digest: active.lookup(string))
            token.seal(with: active)
            try update(token)
        }
    }

    // MARK: Keeping house

    /// Permanently removes tokens that were revoked before a time; the log keeps a record of them. A token without a
    /// valid seal is kept: it may never have been revoked.
    package func purge(tenant: ExactName, before: Instant, _ context: AuditContext) throws(TokenStoreError) -> Int {
        try write(context) { () throws(TokenStoreError) in
            let tokens = try revoked(tenant: tenant, before: before)
            for token in tokens {
                try log("token.purge", token, by: context)
                try remove(token)
            }
            return tokens.count
        }
    }

    /// The number of tokens that `purge` would remove.
    package func purgeable(tenant: ExactName, before: Instant) throws(TokenStoreError) -> Int {
        try revoked(tenant: tenant, before: before).count
    }

    private func revoked(tenant: ExactName, before: Instant) throws(TokenStoreError) -> [StoredToken] {
        let sql = "SELECT number FROM tokens WHERE tenant = ? AND revoked < ? ORDER BY number"
        let tokens = try stored(sql, [.text(tenant), .integer(before.microseconds)]) {
            $0.details.tenant == tenant && $0.details.token.revoked.map { $0 < before } ?? false
        }
        return tokens.filter { !$0.details.token.isTampered }
    }

    /// Marks unused live tokens as dormant. The mark stays until somebody clears it.
    /// - Returns: the tokens marked now.
    package func markDormant(
        tenant: ExactName, unusedFor duration: Duration, _ context: AuditContext
    ) throws(TokenStoreError) -> [TokenID] {
        try write(context) { () throws(TokenStoreError) in
            let bound = context.now.adding(.zero - duration).microseconds
            let sql = """
                SELECT number FROM tokens WHERE tenant = ? AND revoked IS NULL AND expires > ?
                    AND dormant_since IS NULL AND max(ifnull(last_active, 0), created) <= ? ORDER BY number
                """
            let parameters: [SQLStatement.Parameter] = [
                .text(tenant), .integer(context.now.microseconds), .integer(bound),
            ]
            let tokens = try stored(sql, parameters) { $0.details.tenant == tenant }
            var dormant: [TokenID] = []
            for var token in tokens where !token.details.token.isTampered {
                token.details.token.dormantSince = token.details.token.lastActive ?? token.details.token.created
                token = try save(token, context)
                try log("token.dormant", token, by: context)
                dormant.append(token.id)
            }
            return dormant
        }
    }

    // MARK: Seals

    /// The faults of the store: rows, directories, strings and log entries that differ from what the keys' holder
    /// wrote.
    package func verify() throws(TokenStoreError) -> [IntegrityViolation] {
        var faults = try integrityFaults()
        do throws(TokenStoreError) { faults += try sealFaults() } catch {
            // Damage or a foreign schema may make the rest unreadable; the faults found so far are reported all the
            // same.
            guard !faults.isEmpty, error.code != .busy else { throw error }
            faults.append(IntegrityViolation("cannot check the rest: \(error.message)"))
        }
        return faults
    }

    private func sealFaults() throws(TokenStoreError) -> [IntegrityViolation] {
        var faults = try verifyLog().faults
        if try !isClockIntact() { faults.append(IntegrityViolation(Self.clockFault)) }
        try connection.transaction("BEGIN") { () throws(TokenStoreError) in
            let tenants = try read(.none).tenants
            for tenant in tenants where tenant.isTampered {
                faults.append(
                    IntegrityViolation(
                        "departments, users or rights of the tenant `\(tenant.id)` do not carry their seal"))
            }
            faults += try outdated(Set(tenants.map(\.id)))
            var seen: Set<TokenID> = []
            var versions: [TokenID: Int64] = [:]
            var purged: Set<TokenID> = []
            try connection.rows("SELECT token, version, act FROM log WHERE token IS NOT NULL ORDER BY number") {
                if !$0.isNull(1) { versions[$0.token(0)] = $0.count(1) }
                if $0.text(2) == "token.purge" { purged.insert($0.token(0)) }
            }
            try connection.rows("SELECT \(StoredToken.columns) FROM tokens ORDER BY number") { row in
                let token = checked(StoredToken(row))
                seen.insert(token.id)
                if token.details.token.isTampered {
                    faults.append(
                        IntegrityViolation("the token `\(token.id)` does not carry its seal", token: token.id))
                } else if token.details.version < versions[token.id] ?? 0 {
                    faults.append(
                        IntegrityViolation(
                            "the token `\(token.id)` has an older version than the log records", token: token.id)
                    )
                } else if token.sealed != nil, unsealed(token) == nil {
                    faults.append(
                        IntegrityViolation(
                            "the stored string of the token `\(token.id)` does not belong to it", token: token.id))
                }
            }
            for id in versions.keys.sorted() where !seen.contains(id) && !purged.contains(id) {
                faults.append(
                    IntegrityViolation("the token `\(id)` is in the log but missing from the store", token: id))
            }
        }
        return faults
    }

    /// The faults of tenants that are missing, or older than the log records.
    private func outdated(_ tenants: Set<ExactName>) throws(TokenStoreError) -> [IntegrityViolation] {
        var versions: [ExactName: Int64] = [:]
        try connection.rows("SELECT id, version FROM tenants") { versions[$0.text(0)] = $0.count(1) }
        var faults: [IntegrityViolation] = []
        let sql = "SELECT tenant, max(version) FROM log WHERE token IS NULL AND version IS NOT NULL GROUP BY tenant"
        try connection.rows(sql) {
            let tenant: ExactName = $0.text(0)
            if !tenants.contains(tenant) {
                faults.append(IntegrityViolation("the tenant `\(tenant)` is in the log but missing from the store"))
            } else if versions[tenant] ?? 0 < $0.count(1) {
                faults.append(IntegrityViolation("the tenant `\(tenant)` has an older version than the log records"))
            }
        }
        try connection.rows("SELECT id, tenant FROM tokens WHERE tenant NOT IN (SELECT id FROM tenants)") {
            faults.append(
                IntegrityViolation("the token `\($0.token(0))` belongs to a missing tenant", token: $0.token(0)))
        }
        return faults
    }

    /// The tenants and tokens without a valid seal.
    package func unsealedRecords() throws(TokenStoreError) -> (tenants: [ExactName], tokens: [TokenID]) {
        try connection.transaction("BEGIN") { () throws(TokenStoreError) in
            let tenants = try read(.none).tenants.filter(\.isTampered).map(\.id)
            var tokens: [TokenID] = []
            try connection.rows("SELECT \(StoredToken.columns) FROM tokens ORDER BY id") {
                let token = checked(StoredToken($0))
                if token.details.token.isTampered { tokens.append(token.id) }
            }
            return (tenants, tokens)
        }
    }

    /// Seals, as they are now, all records without a valid seal: for stores older than keys, and for records that
    /// somebody has reviewed and answers for. A string that does not belong to its row is shredded.
    ///
    /// The latest time that the store has seen is cleared where its seal is not valid, or where it is later than the
    /// clock.
    package func reseal(_ context: AuditContext) throws(TokenStoreError) -> (tenants: Int, tokens: Int) {
        try correctClock()
        let (tenants, tokens) = try unsealedRecords()
        return try write(context) { () throws(TokenStoreError) in
            for tenant in tenants {
                try sealTenant(tenant)
                try logTenant("tenant.adopt", tenant, context)
            }
            for id in tokens {
                guard var token = try stored(id), token.details.token.isTampered else { continue }
                if unsealed(token) == nil { (token.sealed, token.details.isKept) = (nil, false) }
                token.details.token.isTampered = false
                token.details.token.name = adoptedName(of: token)
                do throws(TokenStoreError) { token = try save(token, context) } catch {
                    guard error.code == .duplicate else { throw error }
                    token.details.token.name = Self.name(token.details.token.name, marked: "id", token.id)
                    token = try save(token, context)
                }
                try log("token.adopt", token, by: context)
            }
            return (tenants.count, tokens.count)
        }
    }

    /// The token's name, or one made from its id where the name is not valid.
    private func adoptedName(of token: StoredToken) -> ExactName {
        let record = token.details.token
        let name = try? TokenName(record.name, allowsNothing: record.kind == .mobile).text
        return name ?? (record.kind == .mobile ? "" : "token \(record.id.description.prefix(6))")
    }
}
