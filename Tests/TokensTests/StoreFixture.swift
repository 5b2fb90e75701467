import Foundation
import Model
import Tokens

/// A store with the demo organisation, and what tests do to it.
final class StoreFixture {
    static let tenant: ExactName = "3"
    let folder: Folder
    let store: SQLiteTokenStore

    init() throws {
        folder = try Folder()
        store = try folder.create("a")
        _ = try store.merge(SQLiteTokenStoreTests.demo(), .test)
    }

    /// A live API token of Bjørn's for Sales.
    func token(
        _ name: ExactName = "Feed", kind: TokenKind = .api, assignment: ExactName = "a-bjorn-1",
        expires: Instant = .test.adding(days: 90), context: AuditContext = .test
    ) throws -> (TokenDetails, TokenString) {
        try store.create(
            TokenDraft(tenant: Self.tenant, kind: kind, name: name, assignment: assignment, expires: expires), context)
    }

    func details(_ id: TokenID) throws -> TokenDetails { try store.details(id)! }

    /// Runs SQL as somebody who has the file and no key.
    func sql(_ statement: String) throws { try folder.sql("a", statement) }

    /// How an id is written in SQL.
    static func literal(_ id: TokenID) -> String { "x'\(id)'" }

    func log(_ act: String) throws -> [LogEntry] {
        var query = LogQuery()
        query.act = act
        return try store.log(query)
    }
}
