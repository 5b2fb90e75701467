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
            for id in tokens.map(\.id) {
                guard var token = try stored(id) else { continue }
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
    /// Deactivating a user revokes the mobile tokens for good and suspends the API tokens until somebody resumes them;
    /// with `revokesTokens` it revokes every token of the user, also an expired or suspended one. A department or tenant
    /// with live tokens cannot be deactivated, unless `revokesTokens` is true. An inactive user type can no longer be
    /// assigned; existing tokens with it stay valid.
    /// - Throws: `.unknown`, `.used` while live tokens are in the way.
    package func set(
        _ part: DirectoryPart, tenant: ExactName, active: Bool, revokesTokens: Bool, _ context: AuditContext
    ) throws(TokenStoreError) -> (revoked: Int, suspended: Int) {
        try write(context) { () throws(TokenStoreError) in
            try requireIntactTenant(tenant)
            let (before, after) = try organisations(part, tenant: tenant, active: active)
            let ends = try ends(from: before, to: after, part, of: tenant, revokesTokens: revokesTokens, context.now)
            try Self.refuse(ends)
            if try store.setActive(part, tenant: tenant, active) == true {
                guard let meant = after.tenants.first(where: { $0.id == tenant }) else {
                    throw Self.unknown(tenant: tenant)
                }
                let version = try sealTenant(meant, keepsStrings: store.keepsStrings(tenant))
                let fallen = try perform(ends, context)
                try logTenant(
                    "\(part.name).\(active ? "activate" : "deactivate")", tenant, version: version, context,
                    (part.id.map { [.init("id", .string($0))] } ?? []) + [
                        .init("before", .object([.init("active", .boolean(!active))])),
                        .init("after", .object([.init("active", .boolean(active))])),
                    ])
                return fallen
            }
            return try perform(ends, context)
        }
    }

    /// The tokens that a change of a part would end, without changing anything.
    /// - Throws: `.unknown`.
    package func ends(
        of part: DirectoryPart, tenant: ExactName, active: Bool, revokesTokens: Bool, now: Instant
    ) throws(TokenStoreError) -> [TokenEnd] {
        try store.read { () throws(TokenStoreError) in
            let (before, after) = try organisations(part, tenant: tenant, active: active)
            return try ends(from: before, to: after, part, of: tenant, revokesTokens: revokesTokens, now)
        }
    }

    /// The directories before and after a change of a part.
    private func organisations(
        _ part: DirectoryPart, tenant: ExactName, active: Bool
    ) throws(TokenStoreError) -> (before: Organisation, after: Organisation) {
        let before = try read(.none)
        guard let place = before.tenants.firstIndex(where: { $0.id == tenant }) else {
            throw Self.unknown(tenant: tenant)
        }
        guard before.tenants[place].has(part) else {
            throw TokenStoreError(.unknown, "there is no \(part.name) `\(part.id ?? tenant)`")
        }
        var after = before
        after.tenants[place].set(part, active: active)
        return (before, after)
    }

    private func ends(
        from before: Organisation, to after: Organisation, _ part: DirectoryPart, of tenant: ExactName,
        revokesTokens: Bool,
        _ now: Instant
    ) throws(TokenStoreError) -> [TokenEnd] {
        guard revokesTokens, case .user(let id) = part else {
            return try ends(from: before, to: after, revokesTokens: revokesTokens, now)
        }
        // Everything that could ever work again: an expired token can be given another expiry.
        guard let user = after.tenants.first(where: { $0.id == tenant })?.users.first(where: { $0.id == id }),
            !user.isActive
        else { return [] }
        var ends: [TokenEnd] = []
        for assignment in user.assignments {
            let unrevoked = TokenCondition.unexpired(
                assignment: assignment.id, tenant: tenant, now: Instant(microseconds: .min))
            ends += try tokens(unrevoked).map { TokenEnd($0, tenant, .revoked) }
        }
        return ends
    }

    /// The tokens whose assignments lose their validity by a change of the directory.
    private func ends(
        from before: Organisation, to after: Organisation, revokesTokens: Bool, _ instant: Instant
    ) throws(TokenStoreError) -> [TokenEnd] {
        var ends: [TokenEnd] = []
        let now = AssignmentStatus(after)
        for (place, former) in AssignmentStatus(before).sorted {
            guard let present = now[place], present != former else { continue }
            let isUserLost = former.user && !present.user
            let isRestLost = former.rest && !present.rest
            for token in try tokens(.unexpired(assignment: place.assignment, tenant: place.tenant, now: instant)) {
                let effect: TokenEnd.Effect
                if isRestLost {
                    effect = revokesTokens ? .revoked : .inTheWay
                } else if isUserLost, revokesTokens || token.details.token.kind == .mobile {
                    effect = .revoked
                } else if isUserLost, token.details.token.suspended == nil, !token.details.token.isTampered {
                    effect = .suspended
                } else {
                    continue
                }
                ends.append(TokenEnd(token, place.tenant, effect))
            }
        }
        return ends
    }

    /// Revokes or suspends the tokens whose assignments lose their validity by a change of the directory.
    func endUnassignedTokens(
        from before: Organisation, to after: Organisation, revokesTokens: Bool, _ context: AuditContext
    ) throws(TokenStoreError) -> (revoked: Int, suspended: Int) {
        let ends = try ends(from: before, to: after, revokesTokens: revokesTokens, context.now)
        try Self.refuse(ends)
        return try perform(ends, context)
    }

    /// - Throws: `.used` while live tokens are in the way.
    private static func refuse(_ ends: [TokenEnd]) throws(TokenStoreError) {
        guard let first = ends.first(where: { $0.effect == .inTheWay }) else { return }
        let count = ends.count {
            $0.effect == .inTheWay && $0.details.token.assignment == first.details.token.assignment
        }
        throw TokenStoreError(
            .used,
            "\(counted(count, "live token")) of the assignment `\(first.details.token.assignment)` "
                + "\(count == 1 ? "is" : "are") in the way: list them with `--preview`, and revoke them with "
                + "`--revoke-tokens`")
    }

    private func perform(
        _ ends: [TokenEnd], _ context: AuditContext
    ) throws(TokenStoreError) -> (revoked: Int, suspended: Int) {
        var result = (revoked: 0, suspended: 0)
        for end in ends {
            guard var token = try stored(end.details.token.id) else { continue }
            switch end.effect {
            case .revoked:
                result.revoked += 1
                // It may have ended with another one, from which it was derived.
                guard token.details.token.revoked == nil || token.details.token.isTampered else { continue }
                try self.end(&token, context, log: "token.revoke")
            case .suspended:
                let before = token.details.token
                guard before.suspended == nil else {
                    result.suspended += 1
                    continue
                }
                token.details.token.suspended = context.now
                token = try save(token, context)
                try log("token.suspend", token, by: context, Self.changes(from: before, to: token.details.token))
                result.suspended += 1
            case .inTheWay: break
            }
        }
        return result
    }
}
