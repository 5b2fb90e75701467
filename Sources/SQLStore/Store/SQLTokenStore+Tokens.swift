package import Model
package import Tokens

extension SQLTokenStore {
    package var tokenCount: Int {
        get throws(TokenStoreError) { Int(try database.number("SELECT count(*) FROM tokens")) }
    }

    package func number(of id: TokenID) throws(TokenStoreError) -> Int64? {
        try database.first("SELECT number FROM tokens WHERE id = ?", [.token(id)]) { $0.integer(0) }
    }

    package func token(_ id: TokenID) throws(TokenStoreError) -> StoredToken? {
        // The inner query reads only the index, the outer one the table; that costs nothing extra.
        let sql = "SELECT \(StoredToken.columns) FROM tokens WHERE number = (SELECT number FROM tokens WHERE id = ?)"
        guard let token = try database.first(sql, [.token(id)], { StoredToken($0) }) else { return nil }
        guard token.id == id else { throw .misdirected(name) }
        return token
    }

    package func ids(
        in range: ClosedRange<TokenID>, tenant: ExactName?, isDescending: Bool, most: Int
    ) throws(TokenStoreError) -> [TokenID] {
        // The index of the ids is walked; the other conditions are of its few rows.
        let sql = """
            SELECT id FROM tokens WHERE id >= ? AND id <= ?\(tenant == nil ? "" : " AND tenant = ?")
                ORDER BY id \(isDescending ? "DESC" : "ASC") LIMIT ?
            """
        let place = [SQLParameter.token(range.lowerBound), .token(range.upperBound)]
        var ids: [TokenID] = []
        try database.rows(sql, place + (tenant.map { [.text($0)] } ?? []) + [.integer(Int64(most))]) {
            (row: any SQLRow) throws(TokenStoreError) in
            let id = row.token(0)
            guard range.contains(id) else { throw .misdirected(name) }
            ids.append(id)
        }
        return ids
    }

    package func token(digest: [UInt8]) throws(TokenStoreError) -> StoredToken? {
        let sql = "SELECT \(StoredToken.columns) FROM tokens WHERE lookup = ?1 OR previous = ?1"
        return try database.first(sql, [.blob(digest)]) { StoredToken($0) }
    }

    package func tokens(_ condition: TokenCondition) throws(TokenStoreError) -> [StoredToken] {
        let (sql, parameters) = statement(condition)
        // As of one moment: a row that is purged meanwhile is no fault of the index.
        return try read { () throws(TokenStoreError) in
            var numbers: [Int64] = []
            try database.rows(sql, parameters) { numbers.append($0.integer(0)) }
            var tokens: [StoredToken] = []
            for number in numbers {
                let sql = "SELECT \(StoredToken.columns) FROM tokens WHERE number = ?"
                guard let token = try database.first(sql, [.integer(number)], { StoredToken($0) }),
                    condition.matches(token)
                else { throw .misdirected(name) }
                tokens.append(token)
            }
            return tokens
        }
    }

    /// The statement for the numbers of the rows that match a condition.
    private func statement(_ condition: TokenCondition) -> (sql: String, parameters: [SQLParameter]) {
        switch condition {
        case .named(let name, let tenant, let kind, let isRevoked):
            let index = database.dialect.indexedBy(isRevoked ? "tokens_revoked" : "tokens_by_name")
            return (
                """
                SELECT number FROM tokens \(index) WHERE tenant = ? AND kind = ?
                    AND revoked IS \(isRevoked ? "NOT NULL" : "NULL") AND search = ? AND name = ? ORDER BY number
                """,
                [.text(tenant), .text(kind.rawValue), .text(TextNormalizer.search(name)), .text(name)]
            )
        case .searched(let text, let tenant, let kind, let isRevoked):
            let index = database.dialect.indexedBy(isRevoked ? "tokens_revoked" : "tokens_by_name")
            return (
                """
                SELECT number FROM tokens \(index) WHERE tenant = ? AND kind = ?
                    AND revoked IS \(isRevoked ? "NOT NULL" : "NULL") AND search = ? ORDER BY number
                """,
                [.text(tenant), .text(kind.rawValue), .text(text)]
            )
        case .reserving(let key, let tenant, let number):
            return (
                "SELECT number FROM tokens WHERE tenant = ? AND name_key = ? AND number <> ?",
                [.text(tenant), .text(key), .integer(number)]
            )
        case .kept(let tenant):
            return (
                "SELECT number FROM tokens WHERE tenant = ? AND ciphertext IS NOT NULL ORDER BY number",
                [.text(tenant)]
            )
        case .unexpired(let assignment, let tenant, let now):
            return (
                """
                SELECT number FROM tokens WHERE tenant = ? AND assignment = ? AND revoked IS NULL AND expires > ?
                    ORDER BY number
                """,
                [.text(tenant), .text(assignment), .integer(now.microseconds)]
            )
        case .revoked(let tenant, let before):
            return (
                "SELECT number FROM tokens WHERE tenant = ? AND revoked < ? ORDER BY number",
                [.text(tenant), .integer(before.microseconds)]
            )
        case .derived(let parent, let tenant, let now):
            let live = now == nil ? "" : "AND revoked IS NULL AND expires > ?"
            return (
                """
                SELECT number FROM tokens \(database.dialect.indexedBy("tokens_by_parent")) WHERE parent \(parent == nil ? "IS NOT NULL" : "= ?") AND tenant = ?
                    \(live) ORDER BY number
                """,
                (parent.map { [.token($0)] } ?? []) + [.text(tenant)]
                    + (now.map { [.integer($0.microseconds)] } ?? [])
            )
        case .expiredDerived(let tenant, let before):
            return (
                """
                SELECT number FROM tokens \(database.dialect.indexedBy("tokens_by_parent")) WHERE parent IS NOT NULL
                    AND tenant = ? AND expires < ? ORDER BY number
                """,
                [.text(tenant), .integer(before.microseconds)]
            )
        case .unused(let tenant, let since, let now):
            let lastSeen = "\(database.dialect.greatest)(coalesce(last_active, 0), created)"
            return (
                """
                SELECT number FROM tokens WHERE tenant = ? AND revoked IS NULL AND expires > ?
                    AND dormant_since IS NULL AND \(lastSeen) <= ? ORDER BY number
                """,
                [.text(tenant), .integer(now.microseconds), .integer(since.microseconds)]
            )
        }
    }

    package func tokens(
        after number: Int64, most: Int, outdatedFor key: Int?
    ) throws(TokenStoreError) -> [StoredToken] {
        var sql = "SELECT \(StoredToken.columns) FROM tokens WHERE number > ?"
        var parameters: [SQLParameter] = [.integer(number)]
        if let key {
            let isDifferent = database.dialect.isDifferent
            sql += """
                 AND (mac_key \(isDifferent) ? OR use_key \(isDifferent) ?
                    OR lookup_key <> ? OR reveal_key <> ? OR previous_key <> ?)
                """
            parameters += [SQLParameter](repeating: .integer(Int64(key)), count: 5)
        }
        var tokens: [StoredToken] = []
        try database.rows(sql + " ORDER BY number LIMIT ?", parameters + [.integer(Int64(most))]) {
            tokens.append(StoredToken($0))
        }
        return tokens
    }

    package func eachToken(_ body: (StoredToken) throws(TokenStoreError) -> Void) throws(TokenStoreError) {
        let sql = "SELECT \(StoredToken.columns) FROM tokens \(database.dialect.unindexed) ORDER BY number"
        try database.rows(sql) { row throws(TokenStoreError) in try body(StoredToken(row)) }
    }

    package func use(
        of id: TokenID
    ) throws(TokenStoreError) -> (number: Int64, use: TokenUse, seal: KeyedDigest?)? {
        let columns = "number, last_active, use_mac, use_key, \(StoredToken.useColumns)"
        let sql = "SELECT \(columns) FROM tokens WHERE id = ? AND revoked IS NULL"
        return try database.first(sql, [.token(id)]) { row in
            (row.integer(0), TokenUse(row, token: id, lastActive: row.instant(1), from: 4), row.digest(2))
        }
    }
}
