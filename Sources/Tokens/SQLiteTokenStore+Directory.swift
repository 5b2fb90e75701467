package import Model

extension SQLiteTokenStore {
    // MARK: Seals

    /// Whether a tenant's directory is as the keys' holder wrote it.
    func isIntact(_ tenant: TenantRecord, _ seal: TenantSeal) -> Bool {
        guard let mac = seal.mac, let key = seal.key.flatMap(keys.live) else { return false }
        return KeyedHash.isSame(key.mac(seal.message(tenant)), mac)
    }

    /// - Throws: `.tampered`: to seal it anew would make it pass for genuine.
    func requireIntactTenant(_ id: ExactName) throws(TokenStoreError) {
        let version = try directoryVersion
        if intactTenants.version != version { intactTenants = (version, []) }
        if intactTenants.ids.contains(id) { return }
        guard let (tenant, seal) = try sealedTenant(id) else { throw Self.unknown(tenant: id) }
        guard isIntact(tenant, seal) else {
            throw TokenStoreError(
                .tampered,
                "departments, users or rights of the tenant `\(id)` were changed without the store's keys: "
                    + "look with `demilune store verify`, then restore a backup or `demilune store adopt`")
        }
        intactTenants.ids.insert(id)
    }

    static func unknown(tenant: ExactName) -> TokenStoreError {
        TokenStoreError(.unknown, "there is no tenant `\(tenant)`")
    }

    /// Seals a tenant's directory as it is now: its next version.
    func sealTenant(_ id: ExactName) throws(TokenStoreError) {
        directoryWrites += 1
        guard case (let tenant, var seal)? = try sealedTenant(id) else { throw Self.unknown(tenant: id) }
        seal.version += 1
        try connection.run(
            "UPDATE tenants SET version = ?, mac = ?, mac_key = ? WHERE id = ?",
            [
                .integer(seal.version), .blob(keys.active.mac(seal.message(tenant))),
                .integer(Int64(keys.active.number)), .text(id),
            ])
    }

    /// Seals with another key what still carries its seal.
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
        try connection.first("SELECT keeps_strings FROM tenants WHERE id = ?", [.text(tenant)]) { $0.integer(0) != 0 }
            ?? false
    }

    /// Whether a tenant's new API tokens can be revealed.
    package func keepsStrings(of tenant: ExactName) throws(TokenStoreError) -> Bool { try keepsStrings(tenant) }

    /// Whether token strings of a tenant are kept. From the moment they are not, none is there any more.
    /// - Returns: how many were shredded.
    @discardableResult package func setKeepsStrings(
        _ keeps: Bool, tenant: ExactName, _ act: Act
    ) throws(TokenStoreError) -> Int {
        try write(act) { () throws(TokenStoreError) in
            try requireIntactTenant(tenant)
            try connection.run("UPDATE tenants SET keeps_strings = ? WHERE id = ?", [.flag(keeps), .text(tenant)])
            try sealTenant(tenant)
            var tokens: [StoredToken] = []
            if !keeps {
                let sql = "SELECT \(StoredToken.columns) FROM tokens WHERE tenant = ? AND ciphertext IS NOT NULL"
                try connection.rows(sql, [.text(tenant)]) { tokens.append(checked(StoredToken($0))) }
            }
            for var token in tokens {
                (token.sealed, token.details.isKept) = (nil, false)
                // A row that does not carry its seal loses its string too, and goes on not carrying it.
                if token.details.token.isTampered { try update(token) } else { try save(token, act) }
            }
            try logTenant(
                "tenant.reveal_policy", tenant, act,
                [
                    .init("policy", .string(keeps ? "allowed" : "never")),
                    .init("shredded", .integer(Int64(tokens.count))),
                ])
            return tokens.count
        }
    }

    // MARK: Changing

    /// Adds and changes records by id, all or nothing; removes none.
    ///
    /// What a change takes the ground from is handled as by `set`: a user who is not active any more loses mobile
    /// tokens for good and has the API tokens suspended; for the rest, live tokens stand in the way.
    /// - Parameter revokesTokens: whether those live tokens are revoked instead.
    /// - Parameter mints: whether new live API tokens get a string, which can then be revealed.
    package func merge(
        _ organisation: Organisation, _ act: Act, revokesTokens: Bool = false, mints: Bool = false
    ) throws(TokenStoreError) -> MergeSummary {
        try write(act) { () throws(TokenStoreError) in
            let before = try read(.none)
            for tenant in before.tenants where organisation.tenants.contains(where: { $0.id == tenant.id }) {
                try requireIntactTenant(tenant.id)
            }
            var merger = try Merger(before: before, after: organisation)
            try merger.write(to: connection)
            let after = try read(.none)
            do throws(OrganisationError) {
                _ = try Directory(after)
                try after.refuseTwins()
            } catch {
                throw TokenStoreError(.invalid, "\(error.path): \(error.message)")
            }
            for tenant in organisation.tenants where Self.differ(tenant.id, before, after) {
                try sealTenant(tenant.id)
                try logTenant("tenant.change", tenant.id, act)
            }
            // What falls with the directory falls before new tokens come: those are held to the new directory.
            let fallen = try uproot(from: before, to: after, revokesTokens: revokesTokens, act)
            (merger.summary.revoked, merger.summary.suspended) = (fallen.revoked, fallen.suspended)
            for tenant in organisation.tenants {
                for token in tenant.tokens {
                    _ = merger.note(try merge(token, tenant: tenant.id, mints: mints, act))
                }
            }
            let summary = merger.summary
            guard summary.added + summary.changed > 0 else { return summary }
            var entry = LogEntry("import", by: act, tenant: nil)
            entry.details =
                [
                    .init("added", .integer(Int64(summary.added))), .init("changed", .integer(Int64(summary.changed))),
                ] + reason(act)
            try log(entry)
            return summary
        }
    }

    private static func differ(_ id: ExactName, _ before: Organisation, _ after: Organisation) -> Bool {
        let find = { (organisation: Organisation) in
            var tenant = organisation.tenants.first { $0.id == id }
            tenant?.isTampered = false
            return tenant
        }
        return find(before) != find(after)
    }

    /// A token neither moves nor comes back to life: it keeps its tenant, kind, assignment and creation, and stays revoked.
    /// - Returns: whether it is as it was; `nil` for a new one.
    private func merge(_ record: TokenRecord, tenant: ExactName, mints: Bool, _ act: Act) throws(TokenStoreError)
        -> Bool?
    {
        var record = record
        if let fault = nameFault(&record) {
            throw TokenStoreError(.invalid, "the token `\(record.id)`: \(fault.message)")
        }
        guard var token = try stored(record.id) else {
            var random = SecureRandom()
            var token = StoredToken(
                details: TokenDetails(
                    tenant: tenant, token: record, updated: record.created, version: 0, createdBy: act.actor.name,
                    revealCount: 0, isKept: false))
            let isLive = record.revoked == nil && record.expires > act.now
            if mints, isLive, record.kind == .api { _ = try mint(&token, &random) }
            try insert(token, act.now)
            return nil
        }
        let known = token.details.token
        guard token.details.tenant == tenant, known.kind == record.kind, known.assignment == record.assignment,
            known.created == record.created
        else {
            throw TokenStoreError(
                .invalid, "the token `\(record.id)` exists: its tenant, kind, assignment and creation stay as they are")
        }
        guard known.revoked == nil || record.revoked != nil else {
            throw TokenStoreError(.invalid, "the token `\(record.id)` is revoked, and stays so")
        }
        if known == record { return true }
        token = try intact(record.id)
        token.details.token = record
        if record.revoked != nil, known.revoked == nil {
            try end(&token, act, log: "token.revoke")
            token.details.token.revoked = record.revoked
        }
        try save(token, act)
        return false
    }

    /// Brings the name to the form that is kept.
    private func nameFault(_ record: inout TokenRecord) -> TokenStoreError? {
        do throws(TokenStoreError) {
            record.name = try TokenName(record.name, allowsNothing: record.kind == .mobile).text
            return nil
        } catch { return error }
    }

    /// Makes a part of a tenant's directory active, or not.
    ///
    /// A user's mobile tokens are then revoked for good and the API tokens suspended until somebody resumes them. Live
    /// tokens of a department or tenant stand in its way. User types stop being assigned; tokens that have one go on.
    /// - Throws: `.unknown`, `.used` while live tokens stand in the way.
    package func set(
        _ part: DirectoryPart, tenant: ExactName, active: Bool, revokesTokens: Bool, _ act: Act
    ) throws(TokenStoreError) -> (revoked: Int, suspended: Int) {
        try write(act) { () throws(TokenStoreError) in
            try requireIntactTenant(tenant)
            let before = try read(.none)
            let flag = Statement.Parameter.flag(active)
            let change: (table: String, key: String)
            switch part {
            case .user: change = ("users", "tenant = ? AND id = ?")
            case .department: change = ("departments", "tenant = ? AND id = ?")
            case .userType: change = ("user_types", "tenant = ? AND id = ?")
            case .tenant: change = ("tenants", "id = ?")
            }
            let place = [Statement.Parameter.text(tenant)] + (part.id.map { [.text($0)] } ?? [])
            try connection.run(
                "UPDATE \(change.table) SET active = ? WHERE \(change.key) AND active <> ?", [flag] + place + [flag])
            guard connection.changeCount > 0 else {
                guard
                    try connection.first("SELECT 1 FROM \(change.table) WHERE \(change.key)", place, { _ in true })
                        != nil
                else {
                    throw TokenStoreError(.unknown, "there is no \(part.name) `\(part.id ?? tenant)`")
                }
                return (0, 0)
            }
            try sealTenant(tenant)
            let fallen = try uproot(from: before, to: try read(.none), revokesTokens: revokesTokens, act)
            try logTenant(
                "\(part.name).\(active ? "activate" : "deactivate")", tenant, act,
                part.id.map { [.init("id", .string($0))] } ?? [])
            return fallen
        }
    }

    /// Deals with the tokens that a change of the directory takes the ground from.
    private func uproot(
        from before: Organisation, to after: Organisation, revokesTokens: Bool, _ act: Act
    ) throws(TokenStoreError) -> (revoked: Int, suspended: Int) {
        var result = (revoked: 0, suspended: 0)
        let now = Grounds(after)
        for (place, ground) in Grounds(before).sorted {
            guard let left = now[place], left != ground else { continue }
            let sql = """
                SELECT \(StoredToken.columns) FROM tokens
                WHERE tenant = ? AND assignment = ? AND revoked IS NULL AND expires > ?
                """
            var tokens: [StoredToken] = []
            try connection.rows(sql, [.text(place.tenant), .text(place.assignment), .integer(act.now.microseconds)]) {
                tokens.append(checked(StoredToken($0)))
            }
            if tokens.isEmpty { continue }
            let isUserLost = ground.user && !left.user
            let isGroundLost = ground.rest && !left.rest
            guard !isGroundLost || revokesTokens else {
                throw TokenStoreError(
                    .used,
                    "\(tokens.count) live tokens of the assignment `\(place.assignment)` stand in the way: see "
                        + "`--preview`, and revoke them with `--revoke-tokens`")
            }
            for var token in tokens {
                if isGroundLost || isUserLost && token.details.token.kind == .mobile {
                    try end(&token, act, log: "token.revoke")
                    result.revoked += 1
                } else if isUserLost, token.details.token.suspended == nil, !token.details.token.isTampered {
                    token.details.token.suspended = act.now
                    token = try save(token, act)
                    try log("token.suspend", token, by: act)
                    result.suspended += 1
                }
            }
        }
        return result
    }
}
