package import Model

extension TokenService {
    /// The tokens with exactly this name, in one tenant or in all; revoked ones come last.
    package func named(_ name: ExactName, tenant: ExactName?) throws(TokenStoreError) -> [TokenDetails] {
        let name = ExactName(TextNormalizer.composed(name.text))
        // As of one moment: a token that is revoked meanwhile is found once, and not in both lists or in none.
        let found = try store.read { () throws(TokenStoreError) -> [TokenDetails] in
            var found: [TokenDetails] = []
            let tenants = if let tenant { [tenant] } else { try store.tenants.map(\.id) }
            for tenant in tenants {
                for kind in [TokenKind.api, .mobile] {
                    for isRevoked in [false, true] {
                        let named = TokenCondition.named(name, tenant: tenant, kind: kind, isRevoked: isRevoked)
                        found += try tokens(named).map(\.details)
                    }
                }
            }
            return found
        }
        return found.filter { $0.token.revoked == nil } + found.filter { $0.token.revoked != nil }
    }

    /// The live API token of a tenant that has a name, regardless of case and width; `nil` for a free name.
    package func holder(of name: ExactName, tenant: ExactName, now: Instant) throws(TokenStoreError) -> TokenID? {
        let key = TextNormalizer.key(name)
        return try tokens(.reserving(key: key, tenant: tenant, except: 0)).first { $0.details.token.expires > now }?.id
    }

    /// A function that gives a pseudonym for a text that must not be shown, from the text and the word for its kind. A
    /// pseudonym stays the same for the same text until the active key changes.
    /// - Throws: `.readOnly` for a store without keys.
    package var pseudonymizer: (_ text: ExactName, _ kind: String) -> ExactName {
        get throws(TokenStoreError) {
            let key = try keys.active
            return { text, kind in
                var message = CanonicalEncoder("pseudonym-v1")
                message.add(kind)
                message.add(text)
                return "\(kind)-\(Array(key.tag(message.bytes).prefix(6)).hexadecimal)"
            }
        }
    }
}
