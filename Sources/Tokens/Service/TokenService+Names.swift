package import Model

extension TokenService {
    /// The tokens with exactly this name, in one tenant or in all; revoked ones come last.
    package func named(_ name: ExactName, tenant: ExactName?) throws(TokenStoreError) -> [TokenDetails] {
        let name = ExactName(TextNormalizer.composed(name.text))
        return try found(tenant) { .named(name, tenant: $0, kind: $1, isRevoked: $2) }
    }

    /// The tokens with this name regardless of case, width and accents, in one tenant or in all; revoked ones come last.
    package func searched(_ name: String, tenant: ExactName?) throws(TokenStoreError) -> [TokenDetails] {
        let text = TextNormalizer.search(name)
        guard !text.isEmpty else { return [] }
        return try found(tenant) { .searched(text, tenant: $0, kind: $1, isRevoked: $2) }
    }

    private func found(
        _ tenant: ExactName?, _ condition: (ExactName, TokenKind, Bool) -> TokenCondition
    ) throws(TokenStoreError) -> [TokenDetails] {
        // As of one moment: a token that is revoked meanwhile is found once, and not in both lists or in none.
        let found = try store.read { () throws(TokenStoreError) -> [TokenDetails] in
            var found: [TokenDetails] = []
            let tenants = if let tenant { [tenant] } else { try store.tenants.map(\.id) }
            for tenant in tenants {
                for kind in [TokenKind.api, .mobile] {
                    for isRevoked in [false, true] {
                        found += try tokens(condition(tenant, kind, isRevoked)).map(\.details)
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

    // MARK: Beginnings of ids

    /// The tokens whose ids begin with these digits, in the order of their ids.
    /// - Parameter most: the largest number of tokens; more are left out.
    package func tokens(
        prefix: String, tenant: ExactName?, most: Int = 1_000
    ) throws(TokenStoreError) -> [TokenDetails] {
        guard let range = TokenID.range(of: prefix) else { return [] }
        return try store.read { () throws(TokenStoreError) in
            var found: [TokenDetails] = []
            for id in try store.ids(in: range, tenant: tenant, isDescending: false, most: most) {
                if let details = try details(id) { found.append(details) }
            }
            return found
        }
    }

    /// The number of leading digits by which an id differs from those of all other tokens, at least
    /// `TokenID.shortestPrefix`. Only the neighbours of the id are read.
    /// - Parameter tenant: the tenant within whose tokens the digits are unique; `nil` for all.
    package func uniqueDigits(of id: TokenID, tenant: ExactName?) throws(TokenStoreError) -> Int {
        let shortest = TokenID.shortestPrefix
        // Ids beyond this range share fewer digits.
        let near = TokenID.range(of: id.prefix(shortest))!
        var neighbours: [TokenID] = []
        if let previous = id.previous, previous >= near.lowerBound {
            let below = near.lowerBound...previous
            neighbours += try store.ids(in: below, tenant: tenant, isDescending: true, most: 1)
        }
        if let next = id.next, next <= near.upperBound {
            let above = next...near.upperBound
            neighbours += try store.ids(in: above, tenant: tenant, isDescending: false, most: 1)
        }
        return neighbours.map { $0.sharedDigits(with: id) + 1 }.reduce(shortest, max)
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
