package import Model
package import Tokens

/// A store with the demo organisation, and operations for tests.
package final class StoreFixture {
    package static let tenant: ExactName = "3"
    package let folder: Folder
    package let store: TokenService

    package init() throws {
        folder = try Folder()
        store = try folder.create("a")
        _ = try store.merge(Organisation.demo(), .test)
    }

    /// Creates a live API token of Bjørn's for Sales.
    package func token(
        _ name: ExactName = "Feed", kind: TokenKind = .api, assignment: ExactName = "a-bjorn-1",
        expires: Instant = .test.adding(days: 90), ceiling: Ceiling? = nil, context: AuditContext = .test
    ) throws -> (TokenDetails, TokenString) {
        try store.create(
            TokenDraft(
                tenant: Self.tenant, kind: kind, name: name, assignment: assignment, expires: expires,
                ceiling: ceiling),
            context)
    }

    package func details(_ id: TokenID) throws -> TokenDetails { try store.details(id)! }

    /// Runs SQL like somebody who has the file but no key.
    package func sql(_ statement: String) throws { try folder.sql("a", statement) }

    /// The SQL literal of an id.
    package static func literal(_ id: TokenID) -> String { "x'\(id)'" }

    package func log(_ act: String) throws -> [LogEntry] {
        var query = LogQuery()
        query.act = act
        return try store.log(query)
    }
}

extension TokenService {
    /// Records uses of which no more than the time is known.
    package func recordUse(_ uses: [TokenID: Instant]) throws(TokenStoreError) {
        try recordUse(uses.mapValues { TokenUse.Occasion($0) })
    }
}
