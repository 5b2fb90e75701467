package import Model

extension SQLiteTokenStore {
    /// The tokens with exactly this name, in one tenant or in all; revoked ones come last.
    package func named(_ name: ExactName, tenant: ExactName?) throws(TokenStoreError) -> [TokenDetails] {
        let name = ExactName(TextNormalizer.composed(name.text))
        // As of one moment: a token that is revoked meanwhile is found once, and not in both lists or in none.
        let found = try connection.transaction("BEGIN") { () throws(TokenStoreError) -> [TokenDetails] in
            var tenants = tenant.map { [$0] } ?? []
            if tenant == nil {
                try connection.rows("SELECT id FROM tenants ORDER BY id") { tenants.append($0.text(0)) }
            }
            var found: [TokenDetails] = []
            for tenant in tenants {
                for kind in [TokenKind.api, .mobile] {
                    found +=
                        try named(name, tenant, kind, isRevoked: false) + named(name, tenant, kind, isRevoked: true)
                }
            }
            return found
        }
        return found.filter { $0.token.revoked == nil } + found.filter { $0.token.revoked != nil }
    }

    private func named(
        _ name: ExactName, _ tenant: ExactName, _ kind: TokenKind, isRevoked: Bool
    ) throws(TokenStoreError) -> [TokenDetails] {
        let sql = """
            SELECT number FROM tokens INDEXED BY \(isRevoked ? "tokens_revoked" : "tokens_by_name")
            WHERE tenant = ? AND kind = ? AND revoked IS \(isRevoked ? "NOT NULL" : "NULL")
                AND search = ? AND name = ? ORDER BY number
            """
        let parameters: [SQLStatement.Parameter] = [
            .text(tenant), .text(kind.rawValue), .text(TextNormalizer.search(name)), .text(name),
        ]
        return try stored(sql, parameters) {
            $0.details.tenant == tenant && $0.details.token.name == name
        }.map(\.details)
    }

    /// A pseudonym for a text that must not be shown. It stays the same for the same text until the active key changes.
    package func pseudonym(_ text: ExactName, of kind: String) -> ExactName {
        var message = CanonicalEncoder("pseudonym-v1")
        message.add(kind)
        message.add(text)
        return "\(kind)-\(Array(keys.active.tag(message.bytes).prefix(6)).hexadecimal)"
    }
}
