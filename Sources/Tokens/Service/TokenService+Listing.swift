package import Model

extension TokenService {
    /// A page of a tenant's tokens. Rows added or removed between two pages do not shift the pages.
    /// - Throws: `.invalid` for a cursor of another list.
    package func list(_ query: TokenQuery) throws(TokenStoreError) -> TokenPage {
        try list(query) { _ in true }
    }

    /// A page of the visible tokens of a query.
    /// - Parameter isVisible: called for one token after another, in the order of the list.
    package func list(
        _ query: TokenQuery, where isVisible: (TokenRecord) -> Bool
    ) throws(TokenStoreError) -> TokenPage {
        try store.read { () throws(TokenStoreError) in
            let identity = query.identity
            var after: Cursor?
            if let text = query.cursor { after = try Cursor.open(text, identity, keyring?.live ?? [nil]) }
            // The extra row shows that there is a next page.
            var rows = try store.list(query, after: after, most: query.size + 1, where: isVisible)
            let hasMore = rows.count > query.size
            if hasMore { rows.removeLast(rows.count - query.size) }
            let next = hasMore ? rows.last?.place.sealed(identity, keyring?.active) : nil
            var tokens: [TokenDetails] = []
            // Visibility is decided on the content of the rows; the seals of the shown ones are checked here.
            for row in rows {
                guard var details = try stored(row.record.id)?.details, details.tenant == query.tenant else {
                    throw .misdirected(store.name)
                }
                let isTampered = details.token.isTampered
                details.token.isTampered = false
                // The shown row must be the one on which visibility was decided.
                guard details.token == row.record else { throw .misdirected(store.name) }
                details.token.isTampered = isTampered
                tokens.append(details)
            }
            return TokenPage(tokens: tokens, next: next)
        }
    }

    /// Every visible token of a query, in the order of their ids.
    package func all(
        _ query: TokenQuery, where isVisible: (TokenRecord) -> Bool
    ) throws(TokenStoreError) -> [TokenDetails] {
        var query = query
        query.size = .max - 1
        query.isWhole = true
        query.sort = .created
        return try list(query, where: isVisible).tokens.sorted { $0.token.id < $1.token.id }
    }
}
