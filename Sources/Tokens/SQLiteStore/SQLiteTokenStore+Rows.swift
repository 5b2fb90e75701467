internal import Model

extension SQLiteTokenStore {
    // MARK: Rows of tokens

    /// Seals and inserts a new row.
    @discardableResult func insert(_ token: StoredToken, _ now: Instant) throws(TokenStoreError) -> StoredToken {
        var token = token
        token.details.version = 1
        token.nameKey = try claimName(of: token, now)
        token.seal(with: keys.active)
        let values = token.values
        try connection.run(StoredToken.insertion, values)
        token.number = try connection.number("SELECT last_insert_rowid()")
        try confirm(token, values)
        try index(token)
        return token
    }

    /// Writes a row whose powers changed: its next version, with a new seal.
    @discardableResult func save(_ token: StoredToken, _ context: AuditContext) throws(TokenStoreError) -> StoredToken {
        var token = token
        token.details.version = StoredCount.next(token.details.version)
        token.details.updated = max(token.details.updated, context.now)
        token.nameKey = try claimName(of: token, context.now)
        token.seal(with: keys.active)
        try update(token)
        return token
    }

    /// Writes a row with its present seal.
    func update(_ token: StoredToken) throws(TokenStoreError) {
        var formerName: ExactName?
        let new = token.values
        // Only changed columns are written: setting an indexed column writes a page of its index.
        let different = try connection.first(StoredToken.confirmation, [.integer(token.number)]) { row in
            if !row.holds(3, .text(token.details.token.name)) { formerName = row.text(3) }
            return new.indices.filter { !row.holds(Int32($0), new[$0]) }
        }
        guard let changed = different else { throw misdirected }
        if let formerName { try unindex(token.number, formerName) }
        if !changed.isEmpty {
            let names = changed.map { "\(StoredToken.written[$0]) = ?" }.joined(separator: ", ")
            try connection.run(
                "UPDATE tokens SET \(names) WHERE number = ?", changed.map { new[$0] } + [.integer(token.number)])
            try confirm(token, new)
        }
        if formerName != nil { try index(token) }
    }

    /// Checks that the store holds the sealed values; otherwise the error rolls the transaction back.
    private func confirm(_ token: StoredToken, _ values: [SQLStatement.Parameter]) throws(TokenStoreError) {
        try connection.confirm(
            StoredToken.confirmation, [.integer(token.number)], is: values, "the token `\(token.id)`")
    }

    /// Removes a row for good.
    func remove(_ token: StoredToken) throws(TokenStoreError) {
        try unindex(token.number, token.details.token.name)
        try connection.run("DELETE FROM tokens WHERE number = ?", [.integer(token.number)])
    }

    private func index(_ token: StoredToken) throws(TokenStoreError) {
        try connection.run(
            "INSERT INTO token_names (rowid, text) VALUES (?, ?)",
            [.integer(token.number), .text(TextNormalizer.search(token.details.token.name))])
    }

    private func unindex(_ number: Int64, _ name: ExactName) throws(TokenStoreError) {
        try connection.run(
            "INSERT INTO token_names (token_names, rowid, text) VALUES ('delete', ?, ?)",
            [.integer(number), .text(TextNormalizer.search(name))])
    }

    /// Claims a token's name. The name of a live API token is unique in its tenant, regardless of case and width.
    /// - Returns: the folded name for a live API token, `nil` for any other.
    /// - Throws: `.duplicate`.
    private func claimName(of token: StoredToken, _ now: Instant) throws(TokenStoreError) -> String? {
        let record = token.details.token
        guard record.kind == .api, record.revoked == nil, record.expires > now else { return nil }
        let key = TextNormalizer.key(record.name)
        let sql = "SELECT number FROM tokens WHERE tenant = ? AND name_key = ? AND number <> ?"
        let parameters: [SQLStatement.Parameter] = [.text(token.details.tenant), .text(key), .integer(token.number)]
        let others = try stored(sql, parameters) { $0.details.tenant == token.details.tenant && $0.nameKey == key }
        guard var other = others.first else { return key }
        guard other.details.token.expires <= now else {
            throw TokenStoreError(
                .duplicate, "the name `\(record.name)` is used by the live token `\(other.id)`: choose another name")
        }
        // The other token expired, and gives up its name. Without a valid seal it is not sealed again.
        other.nameKey = nil
        if !other.details.token.isTampered { other.seal(with: keys.active) }
        try update(other)
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
        let sql = """
            SELECT a.removed, u.active, n.active, a.department, a.tenant, a.id FROM assignments a
            JOIN users u ON u.tenant = a.tenant AND u.id = a.user JOIN tenants n ON n.id = a.tenant
            WHERE a.tenant = ? AND a.id = ?
            """
        let found = try connection.first(sql, [.text(tenant), .text(assignment)]) {
            (row: SQLStatement) throws(TokenStoreError) in
            guard row.holds(4, .text(tenant)), row.holds(5, .text(assignment)) else { throw misdirected }
            return (
                removed: row.integer(0) != 0, user: row.integer(1) != 0, tenant: row.integer(2) != 0,
                department: row.text(3) as ExactName
            )
        }
        guard let found else { throw TokenStoreError(.unknown, "there is no assignment `\(assignment)`") }
        let fault: String? =
            if found.removed { "is removed" } else if !found.user {
                "belongs to a user who is not active"
            } else if !found.tenant { "is in a tenant that is not active" } else { nil }
        if let fault { throw TokenStoreError(.state, "the assignment `\(assignment)` \(fault)") }
        let inactive = """
            WITH RECURSIVE up (id, parent, active, depth) AS (
                SELECT id, parent, active, 0 FROM departments WHERE tenant = ?1 AND id = ?2
                UNION ALL SELECT d.id, d.parent, d.active, depth + 1 FROM departments d JOIN up ON d.id = up.parent
                WHERE d.tenant = ?1 AND depth < 100000)
            SELECT id FROM up WHERE NOT active LIMIT 1
            """
        let department = try connection.first(
            inactive, [.text(tenant), .text(found.department)], { $0.text(0) as String })
        if let department {
            throw TokenStoreError(
                .state, "the assignment `\(assignment)` is in the department `\(department)`, which is not active")
        }
    }
}
