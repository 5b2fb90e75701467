internal import Model

extension TokenService {
    // MARK: Rows of tokens

    /// Seals and inserts a new row.
    @discardableResult func insert(_ token: StoredToken, _ now: Instant) throws(TokenStoreError) -> StoredToken {
        var token = token
        token.details.version = 1
        token.nameKey = try claimName(of: token, now)
        token.seal(with: try keys.active)
        token.number = try store.insert(token)
        return token
    }

    /// Writes a row whose powers changed: its next version, with a new seal.
    @discardableResult func save(_ token: StoredToken, _ context: AuditContext) throws(TokenStoreError) -> StoredToken {
        var token = token
        token.details.version = StoredCount.next(token.details.version)
        token.details.updated = max(token.details.updated, context.now)
        token.nameKey = try claimName(of: token, context.now)
        token.seal(with: try keys.active)
        let children = try liveChildren(of: token.details, context.now)
        let before = children.isEmpty ? nil : try store.token(token.id)
        try store.update(token)
        for child in children { try restrict(child, to: token, before, context) }
        return token
    }

    /// Claims a token's name. The name of a live API token is unique in its tenant, regardless of case and width.
    /// - Returns: the folded name for a live API token, `nil` for any other.
    /// - Throws: `.duplicate`.
    private func claimName(of token: StoredToken, _ now: Instant) throws(TokenStoreError) -> String? {
        let record = token.details.token
        guard record.kind == .api, record.revoked == nil, record.expires > now else { return nil }
        let key = TextNormalizer.key(record.name)
        let others = try tokens(.reserving(key: key, tenant: token.details.tenant, except: token.number))
        guard var other = others.first else { return key }
        guard other.details.token.expires <= now else {
            throw .taken(record.name, by: other.id)
        }
        // The other token expired, and gives up its name. Without a valid seal it is not sealed again.
        other.nameKey = nil
        if !other.details.token.isTampered { other.seal(with: try keys.active) }
        try store.update(other)
        return key
    }

    // MARK: Conditions

    /// A token that is about to be changed.
    /// - Throws: `.unknown`, and `.tampered`: sealing a tampered token would make it pass for genuine.
    func intact(_ id: TokenID) throws(TokenStoreError) -> StoredToken {
        guard let token = try stored(id) else { throw Self.unknown(id) }
        guard !token.details.token.isTampered else {
            throw TokenStoreError(
                .tampered,
                "the token `\(id)` was changed without the store's keys: it can only be revoked")
        }
        return token
    }

    static func unknown(_ id: TokenID) -> TokenStoreError { TokenStoreError(.unknown, "there is no token `\(id)`") }

    /// - Throws: `.state` for a token that is revoked or expired.
    func requireLive(_ token: StoredToken, _ now: Instant) throws(TokenStoreError) {
        if token.details.token.revoked != nil { throw TokenStoreError(.state, "the token `\(token.id)` is revoked") }
        if token.details.token.expires <= now {
            throw TokenStoreError(.state, "the token `\(token.id)` expired on \(token.details.token.expires)")
        }
    }

    /// Checks that tokens can be bound to an assignment: it is not removed, and its user, tenant, department and all
    /// departments above it are active, as seen by this transaction.
    /// - Throws: `.unknown`, `.state`.
    func requireAssignment(_ assignment: ExactName, tenant: ExactName) throws(TokenStoreError) {
        guard let found = try store.assignment(assignment, tenant: tenant) else {
            throw TokenStoreError(.unknown, "there is no assignment `\(assignment)`")
        }
        let fault: String? =
            if found.isRemoved { "is removed" } else if !found.isUserActive {
                "belongs to a user who is not active"
            } else if !found.isTenantActive { "is in a tenant that is not active" } else { nil }
        if let fault { throw TokenStoreError(.state, "the assignment `\(assignment)` \(fault)") }
        if let department = try store.departments(from: found.department, tenant: tenant).first(where: { !$0.isActive })
        {
            throw TokenStoreError(
                .state, "the assignment `\(assignment)` is in the department `\(department.id)`, which is not active")
        }
    }
}
