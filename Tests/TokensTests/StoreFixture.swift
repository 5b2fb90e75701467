import Foundation
import Model
import Tokens

/// A store with the demo organisation, and operations for tests.
final class StoreFixture {
    static let tenant: ExactName = "3"
    let folder: Folder
    let store: SQLiteTokenStore

    init() throws {
        folder = try Folder()
        store = try folder.create("a")
        _ = try store.merge(SQLiteTokenStoreTests.demo(), .test)
    }

    /// Creates a live API token of Bjørn's for Sales.
    func token(
        _ name: ExactName = "Feed", kind: TokenKind = .api, assignment: ExactName = "a-bjorn-1",
        expires: Instant = .test.adding(days: 90), context: AuditContext = .test
    ) throws -> (TokenDetails, TokenString) {
        try store.create(
            TokenDraft(tenant: Self.tenant, kind: kind, name: name, assignment: assignment, expires: expires), context)
    }

    func details(_ id: TokenID) throws -> TokenDetails { try store.details(id)! }

    /// Runs SQL like somebody who has the file but no key.
    func sql(_ statement: String) throws { try folder.sql("a", statement) }

    /// The SQL literal of an id.
    static func literal(_ id: TokenID) -> String { "x'\(id)'" }

    func log(_ act: String) throws -> [LogEntry] {
        var query = LogQuery()
        query.act = act
        return try store.log(query)
    }
}
