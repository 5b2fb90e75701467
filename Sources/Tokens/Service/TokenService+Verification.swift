package import Model

extension TokenService {
    /// The faults of the store: rows, directories, strings and log entries that differ from what the keys' holder
    /// wrote.
    package func verify() throws(TokenStoreError) -> [IntegrityViolation] {
        _ = try keys
        var faults = try store.mediumFaults()
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
        try store.read { () throws(TokenStoreError) in
            let logged = try LoggedVersions(store)
            let tenants = try read(.none).tenants
            for tenant in tenants where tenant.isTampered {
                faults.append(
                    IntegrityViolation(
                        "departments, users or rights of the tenant `\(tenant.id)` do not carry their seal"))
            }
            faults += try outdatedTenants(logged)
            faults += try tokenFaults(Set(tenants.map(\.id)), logged)
        }
        return faults
    }

    /// The faults of tokens: without a seal, older than the log records, with another's string, or missing.
    private func tokenFaults(
        _ tenants: Set<ExactName>, _ logged: LoggedVersions
    ) throws(TokenStoreError) -> [IntegrityViolation] {
        var homeless: [IntegrityViolation] = []
        var faults: [IntegrityViolation] = []
        var seen: Set<TokenID> = []
        func add(_ message: String, _ id: TokenID) { faults.append(IntegrityViolation(message, token: id)) }
        try store.eachToken { row throws(TokenStoreError) in
            let token = try checked(row)
            let id = token.id
            seen.insert(id)
            if !tenants.contains(token.details.tenant) {
                homeless.append(IntegrityViolation("the token `\(id)` belongs to a missing tenant", token: id))
            }
            if !isSealed(row) {
                add("the token `\(id)` does not carry its seal", id)
            } else if token.details.token.isTampered, let parent = token.details.token.parent {
                add(
                    "the token `\(id)` is not within `\(parent)`, from which it was derived: that is not there, has ended, "
                        + "has less, or is not genuine", id)
            } else if token.details.version < logged.tokens[id] ?? 0 {
                add("the token `\(id)` has an older version than the log records", id)
            } else if token.details.token.revoked == nil, token.details.useCount < logged.uses[id] ?? 0 {
                add("the token `\(id)` has fewer uses than the log records", id)
            } else if token.sealed != nil, try unsealed(token) == nil {
                add("the stored string of the token `\(id)` does not belong to it", id)
            }
        }
        for id in logged.tokens.keys.sorted() where !seen.contains(id) && !logged.purged.contains(id) {
            add("the token `\(id)` is in the log but missing from the store", id)
        }
        return homeless + faults
    }

    /// The faults of tenants that are missing, or older than the log records.
    private func outdatedTenants(_ logged: LoggedVersions) throws(TokenStoreError) -> [IntegrityViolation] {
        var faults: [IntegrityViolation] = []
        for (tenant, version) in logged.tenants.sorted(by: { $0.key < $1.key }) {
            guard let present = try store.directory(of: tenant)?.seal.version else {
                faults.append(IntegrityViolation("the tenant `\(tenant)` is in the log but missing from the store"))
                continue
            }
            if present < version {
                faults.append(IntegrityViolation("the tenant `\(tenant)` has an older version than the log records"))
            }
        }
        return faults
    }

    /// The tenants and tokens without a valid seal.
    package func unsealedRecords() throws(TokenStoreError) -> (tenants: [ExactName], tokens: [TokenID]) {
        try store.read { () throws(TokenStoreError) in
            let tenants = try read(.none).tenants.filter(\.isTampered).map(\.id)
            var tokens: [TokenID] = []
            try store.eachToken { row in if !isSealed(row) { tokens.append(row.id) } }
            return (tenants, tokens.sorted())
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
                let version = try sealTenant(tenant)
                try logTenant("tenant.adopt", tenant, version: version, context)
            }
            for id in tokens {
                guard var token = try stored(id), token.details.token.isTampered else { continue }
                if try unsealed(token) == nil { (token.sealed, token.details.isKept) = (nil, false) }
                token.details.token.isTampered = false
                token.details.token.name = adoptedName(of: token)
                adoptNotes(of: &token.details.token)
                do throws(TokenStoreError) { token = try save(token, context) } catch {
                    guard error.code == .duplicate else { throw error }
                    token.details.token.name = Self.name(token.details.token.name, marked: "id", token.id)
                    token = try save(token, context)
                }
                try log("token.adopt", token, by: context)
            }
            for tenant in try store.tenants.map(\.id) { try restrictAll(tenant: tenant, context) }
            return (tenants.count, tokens.count)
        }
    }

    /// Removes a description or a contact that is not valid.
    private func adoptNotes(of record: inout TokenRecord) {
        record.description = (try? TokenNote.description.stored(record.description)) ?? nil
        record.contact = (try? TokenNote.contact.stored(record.contact)) ?? nil
    }

    /// The token's name, or one made from its id where the name is not valid.
    private func adoptedName(of token: StoredToken) -> ExactName {
        let record = token.details.token
        let name = try? TokenName(record.name, allowsNothing: record.kind == .mobile).text
        return name ?? (record.kind == .mobile ? "" : "token \(record.id.description.prefix(6))")
    }
}

/// The newest versions that the log records.
private struct LoggedVersions {
    var tokens: [TokenID: Int64] = [:]
    var tenants: [ExactName: Int64] = [:]
    /// The tokens that were removed for good.
    var purged: Set<TokenID> = []
    /// The number of uses that were counted.
    var uses: [TokenID: Int] = [:]

    init(_ store: any TokenStore) throws(TokenStoreError) {
        var tokens: [TokenID: Int64] = [:]
        var tenants: [ExactName: Int64] = [:]
        var purged: Set<TokenID> = []
        var uses: [TokenID: Int] = [:]
        try store.eachEntry { entry in
            if let token = entry.token {
                if let version = entry.version { tokens[token] = version }
                if entry.act == "token.purge" { purged.insert(token) }
                if let use = entry.use { uses[token] = use }
            } else if let tenant = entry.tenant, let version = entry.version {
                tenants[tenant] = max(version, tenants[tenant] ?? 0)
            }
        }
        (self.tokens, self.tenants, self.purged, self.uses) = (tokens, tenants, purged, uses)
    }
}
