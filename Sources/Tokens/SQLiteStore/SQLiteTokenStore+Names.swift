package import Model

extension SQLiteTokenStore {
    /// The tokens with exactly this name, in one tenant or in all; revoked ones come last.
    package func named(_ name: ExactName, tenant: ExactName?) throws(TokenStoreError) -> [TokenDetails] {
        let name = ExactName(TextNormalizer.composed(name.text))
        var tenants = tenant.map { [$0] } ?? []
        if tenant == nil { try connection.rows("SELECT id FROM tenants ORDER BY id") { tenants.append($0.text(0)) } }
        var found: [TokenDetails] = []
        for tenant in tenants {
            for kind in [TokenKind.api, .mobile] {
                for gone in [false, true] {
                    let index = gone ? "tokens_revoked" : "tokens_by_name"
                    let sql = """
                        SELECT number FROM tokens INDEXED BY \(index)
                        WHERE tenant = ? AND kind = ? AND revoked IS \(gone ? "NOT NULL" : "NULL")
                            AND search = ? AND name = ? ORDER BY number
                        """
                    let parameters: [SQLStatement.Parameter] = [
                        .text(tenant), .text(kind.rawValue), .text(TextNormalizer.search(name)), .text(name),
                    ]
                    found += try stored(sql, parameters) {
                        $0.details.tenant == tenant && $0.details.token.name == name
                    }.map(\.details)
                }
            }
        }
        return found.filter { $0.token.revoked == nil } + found.filter { $0.token.revoked != nil }
    }

    /// A pseudonym for a text that must not be shown. It stays the same for the same text until the active key changes.
    package func pseudonym(_ text: ExactName, of kind: String) -> ExactName {
        var message = CanonicalEncoder("pseudonym-v1")
        message.add(kind)
        message.add(text)
        return "\(kind)-\(Array(keys.active.tag(message.bytes).prefix(6)).hexadecimal)"
    }
}
