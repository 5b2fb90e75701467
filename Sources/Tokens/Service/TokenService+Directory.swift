package import Model

extension TokenService {
    // MARK: Seals

    /// True when the seal of a tenant's directory is valid.
    func isIntact(_ tenant: TenantRecord, _ seal: DirectorySeal) -> Bool {
        guard let keyring else { return true }
        guard let digest = seal.seal, let key = keyring.live(digest.key) else { return false }
        return KeyedHash.isSame(key.mac(seal.message(tenant)), digest.digest)
    }

    /// Checks the seal of a tenant's directory before it is used or sealed again.
    /// - Throws: `.tampered`: sealing a tampered directory would make it pass for genuine.
    func requireIntactTenant(_ id: ExactName) throws(TokenStoreError) {
        let version = try directoryVersion
        if intactTenants.version != version { intactTenants = (version, []) }
        if intactTenants.ids.contains(id) { return }
        guard let (tenant, seal) = try store.directory(of: id) else { throw Self.unknown(tenant: id) }
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
    @discardableResult func sealTenant(_ id: ExactName) throws(TokenStoreError) -> Int64 {
        guard let (tenant, seal) = try store.directory(of: id) else { throw Self.unknown(tenant: id) }
        return try sealTenant(tenant, keepsStrings: seal.keepsStrings)
    }

    /// Seals the intended state of a tenant's directory, as its next version.
    /// - Returns: that version.
    /// - Throws: `.tampered` when the store holds another state.
    func sealTenant(_ meant: TenantRecord, keepsStrings: Bool) throws(TokenStoreError) -> Int64 {
        directoryWrites += 1
        guard case (let tenant, var seal)? = try store.directory(of: meant.id) else {
            throw Self.unknown(tenant: meant.id)
        }
        seal.version = StoredCount.next(seal.version)
        let message = seal.message(tenant)
        var wanted = seal
        wanted.keepsStrings = keepsStrings
        guard wanted.message(meant) == message else {
            throw TokenStoreError(
                .tampered,
                "the directory of the tenant `\(meant.id)` is not in the store `\(store.name)` as it was written: "
                    + "something interferes with the file; run `demilune store verify`")
        }
        let key = try keys.active
        try store.setSeal(
            KeyedDigest(key: key.number, digest: key.mac(message)), version: seal.version, tenant: meant.id)
        return seal.version
    }

    /// Seals with another key every directory whose seal is valid.
    /// - Returns: the number of directories sealed.
    func resealTenants(_ key: Key) throws(TokenStoreError) -> Int {
        var count = 0
        for id in try store.tenants.map(\.id) {
            guard let (tenant, seal) = try store.directory(of: id), seal.seal?.key != key.number,
                isIntact(tenant, seal)
            else { continue }
            try sealTenant(id)
            count += 1
        }
        return count
    }

    /// True when a tenant's new API tokens can be revealed.
    /// - Throws: `.readOnly` for a store without token strings.
    package func keepsStrings(of tenant: ExactName) throws(TokenStoreError) -> Bool {
        _ = try keys
        return try store.keepsStrings(tenant)
    }

    /// Sets the keeping of a tenant's token strings. Switching it off shreds all kept strings.
    /// - Returns: the number of strings shredded.
    @discardableResult package func setKeepsStrings(
        _ keeps: Bool, tenant: ExactName, _ context: AuditContext
    ) throws(TokenStoreError) -> Int {
        try write(context) { () throws(TokenStoreError) in
            try requireIntactTenant(tenant)
            guard let (meant, _) = try store.directory(of: tenant) else { throw Self.unknown(tenant: tenant) }
            try store.setKeepsStrings(keeps, tenant: tenant)
            let version = try sealTenant(meant, keepsStrings: keeps)
            let tokens = try keeps ? [] : tokens(.kept(tenant: tenant))
            for var token in tokens {
                (token.sealed, token.details.isKept) = (nil, false)
                // A row without a valid seal loses its string too, and gets no valid seal by that.
                if token.details.token.isTampered { try store.update(token) } else { try save(token, context) }
            }
            try logTenant(
                "tenant.reveal_policy", tenant, version: version, context,
                [
                    .init("policy", .string(keeps ? "allowed" : "never")),
                    .init("shredded", .integer(Int64(tokens.count))),
                ])
            return tokens.count
        }
    }

    // MARK: Changing

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
            guard let isChanged = try store.setActive(part, tenant: tenant, active) else {
                throw TokenStoreError(.unknown, "there is no \(part.name) `\(part.id ?? tenant)`")
            }
            guard isChanged else { return (0, 0) }
            guard var meant = before.tenants.first(where: { $0.id == tenant }) else {
                throw Self.unknown(tenant: tenant)
            }
            meant.set(part, active: active)
            let version = try sealTenant(meant, keepsStrings: store.keepsStrings(tenant))
            let fallen = try endUnassignedTokens(
                from: before, to: try read(.none), revokesTokens: revokesTokens, context)
            try logTenant(
                "\(part.name).\(active ? "activate" : "deactivate")", tenant, version: version, context,
                part.id.map { [.init("id", .string($0))] } ?? [])
            return fallen
        }
    }

    /// Revokes or suspends the tokens whose assignments lose their validity by a change of the directory.
    func endUnassignedTokens(
        from before: Organisation, to after: Organisation, revokesTokens: Bool, _ context: AuditContext
    ) throws(TokenStoreError) -> (revoked: Int, suspended: Int) {
        var result = (revoked: 0, suspended: 0)
        let now = AssignmentStatus(after)
        for (place, former) in AssignmentStatus(before).sorted {
            guard let present = now[place], present != former else { continue }
            let tokens = try tokens(
                .unexpired(assignment: place.assignment, tenant: place.tenant, now: context.now))
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
