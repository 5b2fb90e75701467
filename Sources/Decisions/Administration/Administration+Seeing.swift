package import Model
package import Tokens

/// The tokens that the actor may see.
extension Administration {
    /// A page of the tokens that the actor may see.
    package func list(_ query: TokenQuery) throws(AdministrationError) -> TokenPage {
        let sources = try sources([query])
        return try stored { () throws(TokenStoreError) in
            try store.list(sources, size: query.size, cursor: query.cursor)
        }
    }

    /// Reads the tokens of queries that the actor may see, merged into one order.
    /// - Parameter body: returns false to stop.
    /// - Returns: the cursor of what follows; `nil` when nothing does.
    package func each(
        _ queries: [TokenQuery], most limit: Int, cursor: String?, _ body: (TokenDetails) -> Bool
    ) throws(AdministrationError) -> String? {
        let sources = try sources(queries)
        return try stored { () throws(TokenStoreError) in
            try store.each(sources, most: limit, cursor: cursor) { details throws(TokenStoreError) in body(details) }
        }
    }

    /// The number of tokens of the queries that the actor may see, counted up to a limit.
    package func count(_ queries: [TokenQuery], most limit: Int) throws(AdministrationError) -> Int {
        let sources = try sources(queries)
        return try stored { () throws(TokenStoreError) in try store.count(sources, most: limit) }
    }

    /// Every token of a query that the actor may see, in the order of their ids.
    package func all(_ query: TokenQuery) throws(AdministrationError) -> [TokenDetails] {
        let isVisible = try current().visibility(tenant: query.tenant)
        return try stored { () throws(TokenStoreError) in try store.all(query, where: isVisible) }
    }

    private func sources(_ queries: [TokenQuery]) throws(AdministrationError) -> [TokenSource] {
        let authorizer = try current()
        return queries.map { TokenSource($0, where: authorizer.visibility(tenant: $0.tenant)) }
    }

    /// True for the token through which the actor acts, of which the actor knows whatever policies say.
    func isActing(_ id: TokenID) -> Bool {
        guard case .token(let text) = actor else { return false }
        return TokenID(text) == id
    }

    /// A token that the actor may see. Nothing is logged.
    /// - Parameter kind: the act for which it is looked for.
    package func visible(_ id: TokenID, for kind: DecisionKind? = nil) throws(AdministrationError) -> TokenDetails? {
        guard let details = try stored({ () throws(TokenStoreError) in try store.details(id) }) else { return nil }
        if kind == .derive, isActing(id) { return details }
        return try current().visibility(tenant: details.tenant)(details.token) ? details : nil
    }
}
