package import Model

extension SQLiteTokenStore {
    // MARK: Seals

    /// True when the seal of a tenant's directory is valid.
    func isIntact(_ tenant: TenantRecord, _ seal: DirectorySeal) -> Bool {
        guard let mac = seal.mac, let key = seal.key.flatMap(keys.live) else { return false }
        return KeyedHash.isSame(key.mac(seal.message(tenant)), mac)
    }

    /// Checks the seal of a tenant's directory before it is used or sealed again.
    /// - Throws: `.tampered`: sealing a tampered directory would make it pass for genuine.
    func requireIntactTenant(_ id: ExactName) throws(TokenStoreError) {
        let version = try directoryVersion
        if intactTenants.version != version { intactTenants = (version, []) }
        if intactTenants.ids.contains(id) { return }
        guard let (tenant, seal) = try sealedTenant(id) else { throw Self.unknown(tenant: id) }
        guard isIntact(tenant, seal) else {
            throw TokenStoreError(
                .tampered,
                "departments, users or rights of the tenant `\(id)` were changed without the store's keys: "
                    + "run `demilune store verify`, then restore a backup or run `demilune store reseal`")
        }
        intactTenants.ids.insert(id)
    }

    static func unknown(tenant: ExactName) -> TokenStoreError {
        TokenStoreError(.unknown, "there is no tenant `\(tenant)`")
    }

    /// Seals a tenant's directory as it is now, as its next version. Only for one that was reviewed or has a valid
    /// seal.
    func sealTenant(_ id: ExactName) throws(TokenStoreError) {
        guard let (tenant, seal) = try sealedTenant(id) else { throw Self.unknown(tenant: id) }
        try sealTenant(tenant, keepsStrings: seal.keepsStrings)
    }

    /// Seals the intended state of a tenant's directory, as its next version.
    /// - Throws: `.tampered` when the store holds another state.
    func sealTenant(_ meant: TenantRecord, keepsStrings: Bool) throws(TokenStoreError) {
        directoryWrites += 1
        guard case (let tenant, var seal)? = try sealedTenant(meant.id) else { throw Self.unknown(tenant: meant.id) }
        seal.version = StoredCount.next(seal.version)
        let message = seal.message(tenant)
        var wanted = seal
        wanted.keepsStrings = keepsStrings
        guard wanted.message(meant) == message else {
            throw TokenStoreError(
                .tampered,
                "the directory of the tenant `\(meant.id)` is not in the store `\(connection.path)` as it was written: "
                    + "something interferes with the file; run `demilune store verify`")
        }
        let values: [SQLStatement.Parameter] = [
            .integer(seal.version), .blob(keys.active.mac(message)), .integer(Int64(keys.active.number)),
        ]
        try connection.run(
            "UPDATE tenants SET version = ?, mac = ?, mac_key = ? WHERE id = ?", values + [.text(meant.id)])
        try connection.confirm(
            "SELECT version, mac, mac_key, id FROM tenants WHERE id = ?", [.text(meant.id)],
            is: values + [.text(meant.id)], "the seal of the tenant `\(meant.id)`")
    }

    /// Seals with another key every directory whose seal is valid.
    /// - Returns: the number of directories sealed.
    func resealTenants(_ key: Key) throws(TokenStoreError) -> Int {
        var ids: [ExactName] = []
        try connection.rows("SELECT id FROM tenants WHERE mac_key <> ?", [.integer(Int64(key.number))]) {
            ids.append($0.text(0))
        }
        var count = 0
        for id in ids {
            guard let (tenant, seal) = try sealedTenant(id), isIntact(tenant, seal) else { continue }
            try sealTenant(id)
            count += 1
        }
        return count
    }

    func keepsStrings(_ tenant: ExactName) throws(TokenStoreError) -> Bool {
        try connection.first("SELECT keeps_strings, id FROM tenants WHERE id = ?", [.text(tenant)]) {
            $0.integer(0) != 0 && $0.holds(1, .text(tenant))
        } ?? false
    }

    /// True when a tenant's new API tokens can be revealed.
    package func keepsStrings(of tenant: ExactName) throws(TokenStoreError) -> Bool { try keepsStrings(tenant) }

    /// Sets the keeping of a tenant's token strings. Switching it off shreds all kept strings.
    /// - Returns: the number of strings shredded.
    @discardableResult package func setKeepsStrings(
        _ keeps: Bool, tenant: ExactName, _ context: AuditContext
    ) throws(TokenStoreError) -> Int {
        try write(context) { () throws(TokenStoreError) in
            try requireIntactTenant(tenant)
            guard let (meant, _) = try sealedTenant(tenant) else { throw Self.unknown(tenant: tenant) }
            try connection.run("UPDATE tenants SET keeps_strings = ? WHERE id = ?", [.flag(keeps), .text(tenant)])
            try sealTenant(meant, keepsStrings: keeps)
            var tokens: [StoredToken] = []
            if !keeps {
                let sql = "SELECT number FROM tokens WHERE tenant = ? AND ciphertext IS NOT NULL"
                tokens = try stored(sql, [.text(tenant)]) { $0.details.tenant == tenant }
            }
            for var token in tokens {
                (token.sealed, token.details.isKept) = (nil, false)
                // A row without a valid seal loses its string too, and gets no valid seal by that.
                if token.details.token.isTampered { try update(token) } else { try save(token, context) }
            }
            try logTenant(
                "tenant.reveal_policy", tenant, context,
                [
                    .init("policy", .string(keeps ? "allowed" : "never")),
                    .init("shredded", .integer(Int64(tokens.count))),
                ])
            return tokens.count
        }
    }

    // MARK: Changing

    /// Imports records: adds and changes them by id, all or nothing; removes none.
    ///
    /// Tokens whose assignments lose their validity are handled as by `set`. When a user becomes inactive, the mobile
    /// tokens are revoked and the API tokens suspended. Any other loss is refused while live tokens are in the way.
    /// - Parameter revokesTokens: true to revoke those live tokens instead.
    /// - Parameter mints: true to give new live API tokens a string, which can then be revealed.
    package func merge(
        _ organisation: Organisation, _ context: AuditContext, revokesTokens: Bool = false, mints: Bool = false
    ) throws(TokenStoreError) -> MergeSummary {
        try write(context) { () throws(TokenStoreError) in
            let before = try read(.none)
            for tenant in before.tenants where organisation.tenants.contains(where: { $0.id == tenant.id }) {
                try requireIntactTenant(tenant.id)
            }
            var importer = try DirectoryImporter(before: before, after: organisation)
            try importer.write(to: connection)
            let after = try read(.none)
            do throws(OrganisationError) {
                _ = try Directory(after)
                try after.refuseTwins()
            } catch {
                throw TokenStoreError(.invalid, "\(error.path): \(error.message)")
            }
            for tenant in organisation.tenants where Self.differ(tenant.id, before, after) {
                let known = before.tenants.first { $0.id == tenant.id }
                let keeps = try keepsStrings(tenant.id)
                // A new tenant keeps strings.
                try sealTenant(importer.meant(tenant, before: known), keepsStrings: known == nil ? true : keeps)
                try logTenant("tenant.change", tenant.id, context)
            }
            // Before the new tokens are added: those belong to the new directory.
            let fallen = try endUnassignedTokens(from: before, to: after, revokesTokens: revokesTokens, context)
            (importer.summary.revoked, importer.summary.suspended) = (fallen.revoked, fallen.suspended)
            for tenant in organisation.tenants {
                for token in tenant.tokens {
                    _ = importer.note(try merge(token, tenant: tenant.id, mints: mints, context))
                }
            }
            let summary = importer.summary
            guard summary.added + summary.changed > 0 else { return summary }
            var entry = LogEntry("import", by: context, tenant: nil)
            entry.details =
                [
                    .init("added", .integer(Int64(summary.added))), .init("changed", .integer(Int64(summary.changed))),
                ] + reason(context)
            try log(entry)
            return summary
        }
    }

    /// Imports records from the JSON of `import`. Members that a record leaves out stay as they are.
    /// - Throws: `.invalid` with the JSON path of the first fault, and what the other `merge` throws.
    package func merge(_ json: JSON, _ context: AuditContext, revokesTokens: Bool = false) throws(TokenStoreError)
        -> MergeSummary
    {
        try write(context) { () throws(TokenStoreError) in
            let base = try read(.some(Organisation.tokens(in: json)))
            return try merge(Self.records(json, on: base), context, revokesTokens: revokesTokens)
        }
    }

    /// The records of an import file, completed with the store's records and validated.
    /// - Throws: `.invalid` with the JSON path of the first fault.
    private static func records(_ json: JSON, on base: Organisation) throws(TokenStoreError) -> Organisation {
        do throws(OrganisationError) {
            let records = try Organisation(json: json, on: base)
            _ = try Directory(records.standing(on: base))
            return records
        } catch {
            throw TokenStoreError(
                .invalid, [error.path, error.message].filter { !$0.isEmpty }.joined(separator: ": "))
        }
    }

    /// The records and the counts of an import, without doing it and without the tokens that it would end.
    /// - Throws: as the import would, except for live tokens in its way.
    package static func preview(
        _ json: JSON, on base: Organisation
    ) throws(TokenStoreError) -> (records: Organisation, summary: MergeSummary) {
        let records = try records(json, on: base)
        var importer = try DirectoryImporter(before: base, after: records)
        var known: [TokenID: (tenant: ExactName, record: TokenRecord)] = [:]
        for tenant in base.tenants { for token in tenant.tokens { known[token.id] = (tenant.id, token) } }
        for tenant in records.tenants {
            for token in tenant.tokens {
                let record = try kept(token)
                guard let old = known[token.id] else {
                    _ = importer.note(nil)
                    continue
                }
                try requireSame(record, tenant.id, old.record, old.tenant)
                _ = importer.note(old.record == record)
            }
        }
        return (records, importer.summary)
    }

    private static func differ(_ id: ExactName, _ before: Organisation, _ after: Organisation) -> Bool {
        let find = { (organisation: Organisation) in
            var tenant = organisation.tenants.first { $0.id == id }
            tenant?.isTampered = false
            return tenant
        }
        return find(before) != find(after)
    }

    /// Imports a token. An existing one keeps its tenant, kind, assignment and creation, and stays revoked if it is.
    /// - Returns: true for an unchanged token, `nil` for a new one.
    private func merge(_ record: TokenRecord, tenant: ExactName, mints: Bool, _ context: AuditContext)
        throws(TokenStoreError)
        -> Bool?
    {
        let record = try Self.kept(record)
        guard var token = try stored(record.id) else {
            var random = SecureRandom()
            var token = StoredToken(
                details: TokenDetails(
                    tenant: tenant, token: record, updated: record.created, version: 0, createdBy: context.actor.name,
                    revealCount: 0, isKept: false))
            let isLive = record.revoked == nil && record.expires > context.now
            if mints, isLive, record.kind == .api { _ = try mint(&token, &random) }
            try insert(token, context.now)
            return nil
        }
        let known = token.details.token
        try Self.requireSame(record, tenant, known, token.details.tenant)
        if known == record { return true }
        token = try intact(record.id)
        token.details.token = record
        if record.revoked != nil, known.revoked == nil {
            try end(&token, context, log: "token.revoke")
            token.details.token.revoked = record.revoked
        }
        try save(token, context)
        return false
    }

    /// - Throws: `.invalid` where an import would move a token, or undo its revocation.
    private static func requireSame(
        _ record: TokenRecord, _ tenant: ExactName, _ known: TokenRecord, _ knownTenant: ExactName
    ) throws(TokenStoreError) {
        guard knownTenant == tenant, known.kind == record.kind, known.assignment == record.assignment,
            known.created == record.created
        else {
            throw TokenStoreError(
                .invalid,
                "the token `\(record.id)` already exists: its tenant, kind, assignment and creation cannot change")
        }
        guard known.revoked == nil || record.revoked != nil else {
            throw TokenStoreError(.invalid, "the token `\(record.id)` is revoked and cannot become valid again")
        }
    }

    /// The record with its name in the stored form.
    private static func kept(_ record: TokenRecord) throws(TokenStoreError) -> TokenRecord {
        var record = record
        do throws(TokenStoreError) {
            record.name = try TokenName(record.name, allowsNothing: record.kind == .mobile).text
        } catch { throw TokenStoreError(.invalid, "the token `\(record.id)`: \(error.message)") }
        return record
    }

    /// Activates or deactivates a part of a tenant's directory.
    ///
    /// Deactivating a user revokes the mobile tokens for good and suspends the API tokens until somebody resumes them.
    /// A department or tenant with live tokens cannot be deactivated, unless `revokesTokens` is true. An inactive user
    /// type can no longer be assigned; existing tokens with it stay valid.
    /// - Throws: `.unknown`, `.used` while live tokens are in the way.
    package func set(
        _ part: DirectoryPart, tenant: ExactName, active: Bool, revokesTokens: Bool, _ context: AuditContext
    ) throws(TokenStoreError) -> (revoked: Int, suspended: Int) {
        try write(context) { () throws(TokenStoreError) in
            try requireIntactTenant(tenant)
            let before = try read(.none)
            let flag = SQLStatement.Parameter.flag(active)
            let change: (table: String, key: String)
            switch part {
            case .user: change = ("users", "tenant = ? AND id = ?")
            case .department: change = ("departments", "tenant = ? AND id = ?")
            case .userType: change = ("user_types", "tenant = ? AND id = ?")
            case .tenant: change = ("tenants", "id = ?")
            }
            let place = [SQLStatement.Parameter.text(tenant)] + (part.id.map { [.text($0)] } ?? [])
            try connection.run(
                "UPDATE \(change.table) SET active = ? WHERE \(change.key) AND active <> ?", [flag] + place + [flag],
                rows: 0...1)
            guard connection.changeCount > 0 else {
                guard
                    try connection.first("SELECT 1 FROM \(change.table) WHERE \(change.key)", place, { _ in true })
                        != nil
                else {
                    throw TokenStoreError(.unknown, "there is no \(part.name) `\(part.id ?? tenant)`")
                }
                return (0, 0)
            }
            guard var meant = before.tenants.first(where: { $0.id == tenant }) else {
                throw Self.unknown(tenant: tenant)
            }
            meant.set(part, active: active)
            try sealTenant(meant, keepsStrings: keepsStrings(tenant))
            let fallen = try endUnassignedTokens(
                from: before, to: try read(.none), revokesTokens: revokesTokens, context)
            try logTenant(
                "\(part.name).\(active ? "activate" : "deactivate")", tenant, context,
                part.id.map { [.init("id", .string($0))] } ?? [])
            return fallen
        }
    }

    /// Revokes or suspends the tokens whose assignments lose their validity by a change of the directory.
    private func endUnassignedTokens(
        from before: Organisation, to after: Organisation, revokesTokens: Bool, _ context: AuditContext
    ) throws(TokenStoreError) -> (revoked: Int, suspended: Int) {
        var result = (revoked: 0, suspended: 0)
        let now = AssignmentStatus(after)
        for (place, former) in AssignmentStatus(before).sorted {
            guard let present = now[place], present != former else { continue }
            let sql = """
                SELECT number FROM tokens WHERE tenant = ? AND assignment = ? AND revoked IS NULL AND expires > ?
                """
            let parameters: [SQLStatement.Parameter] = [
                .text(place.tenant), .text(place.assignment), .integer(context.now.microseconds),
            ]
            let tokens = try stored(sql, parameters) {
                $0.details.tenant == place.tenant && $0.details.token.assignment == place.assignment
                    && $0.details.token.revoked == nil
            }
            if tokens.isEmpty { continue }
            let isUserLost = former.user && !present.user
            let isRestLost = former.rest && !present.rest
            guard !isRestLost || revokesTokens else {
                let verb = tokens.count == 1 ? "is" : "are"
                throw TokenStoreError(
                    .used,
                    "\(counted(tokens.count, "live token")) of the assignment `\(place.assignment)` \(verb) in the way"
                        + ": list them with `--preview`, and revoke them with `--revoke-tokens`")
            }
            for var token in tokens {
                if isRestLost || isUserLost && token.details.token.kind == .mobile {
                    try end(&token, context, log: "token.revoke")
                    result.revoked += 1
                } else if isUserLost, token.details.token.suspended == nil, !token.details.token.isTampered {
                    token.details.token.suspended = context.now
                    token = try save(token, context)
                    try log("token.suspend", token, by: context)
                    result.suspended += 1
                }
            }
        }
        return result
    }
}
