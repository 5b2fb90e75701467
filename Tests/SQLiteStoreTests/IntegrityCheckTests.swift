import Model
import TestSupport
import Testing
import Tokens

/// Indexes that do not match their tables, which seals do not cover.
@Suite struct IntegrityCheckTests {
    private let fixture: StoreFixture
    private let one: TokenDetails
    private let string: TokenString
    private let other: TokenDetails

    init() throws {
        fixture = try StoreFixture()
        (one, string) = try fixture.token("Feed")
        other = try fixture.token("Other", assignment: "a-carla-1").0
    }

    /// Changes rows without updating indexes, as somebody who edits the file can.
    private func edit(_ sql: String, behind indexes: String, unique: Bool = false) throws {
        let loosened = "UPDATE sqlite_schema SET sql = replace(sql, ' UNIQUE', '') WHERE name = 'tokens';"
        let held = "(SELECT sql FROM held WHERE name = 'tokens')"
        try fixture.sql(
            """
            PRAGMA writable_schema = ON;
            CREATE TEMP TABLE held AS SELECT * FROM sqlite_schema WHERE name = 'tokens' OR name LIKE '\(indexes)';
            DELETE FROM sqlite_schema WHERE name LIKE '\(indexes)'; \(unique ? loosened : "")
            PRAGMA writable_schema = RESET; \(sql);
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = \(held) WHERE name = 'tokens';
            INSERT INTO sqlite_schema SELECT * FROM held WHERE name <> 'tokens';
            PRAGMA writable_schema = RESET
            """)
    }

    @Test func `an index that does not match its table is found`() throws {
        try edit("UPDATE tokens SET updated = updated + 1 WHERE name = 'Feed'", behind: "tokens_by_updated")
        let faults = try fixture.folder.open("a").verify()
        #expect(faults.contains { $0.message.contains("missing from index tokens_by_updated") }, "\(faults)")
    }

    @Test func `a row that is not the requested one is refused`() throws {
        let swap = """
            CREATE TEMP TABLE n AS SELECT name, number FROM tokens WHERE name IN ('Feed', 'Other');
            UPDATE tokens SET number = -1 WHERE name = 'Feed';
            UPDATE tokens SET number = (SELECT number FROM n WHERE name = 'Feed') WHERE name = 'Other';
            UPDATE tokens SET number = (SELECT number FROM n WHERE name = 'Other') WHERE name = 'Feed'
            """
        try edit(swap, behind: "sqlite_autoindex_tokens_%", unique: true)
        let store = try fixture.folder.open("a")
        for body in [
            { _ = try store.details(one.token.id) }, { _ = try store.organisation(.some([one.token.id])) },
            { _ = try store.revoke([one.token.id], .test) }, { _ = try store.reveal(one.token.id, .test) },
            { _ = try store.list(TokenQuery(tenant: "3", kind: .api, now: .test)) },
        ] as [() throws -> Void] {
            let refused = #expect(throws: TokenStoreError.self, performing: body)
            #expect(refused?.code == .corrupt && refused?.message.contains("points to a wrong row") == true)
        }
        #expect(try store.authenticate(string, now: .test) == nil)
        #expect(try store.verify().contains { $0.message.contains("the file is damaged") })
    }

    @Test(arguments: [TokenQuery.State?.none, .revoked])
    func `a list shows no token of another tenant, whatever its index says`(state: TokenQuery.State?) throws {
        if state == .revoked { _ = try fixture.store.revoke([one.token.id], .test) }
        let index = state == .revoked ? "tokens_revoked" : "tokens_by_name"
        try edit("UPDATE tokens SET tenant = 'acme' WHERE name = 'Feed'", behind: index)
        let store = try fixture.folder.open("a")
        var query = TokenQuery(tenant: "3", kind: .api, now: .test)
        query.state = state
        let refused = #expect(throws: TokenStoreError.self) { try store.list(query) }
        #expect(refused?.code == .corrupt)
        let named = #expect(throws: TokenStoreError.self) { try store.named("Feed", tenant: "3") }
        #expect(named?.code == .corrupt)
    }

    @Test(arguments: ["act", "token"])
    func `the log shows no entry as another one, whatever its index says`(index: String) throws {
        let change = index == "act" ? "act = 'token.amend'" : "token = \(StoreFixture.literal(other.token.id))"
        let feed = StoreFixture.literal(one.token.id)
        try edit(
            """
            DROP TRIGGER log_is_never_changed; UPDATE log SET \(change) WHERE token = \(feed) AND act = 'token.issue';
            CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON log
            BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
            """, behind: "log_by_\(index)")
        let store = try fixture.folder.open("a")
        var query = LogQuery()
        if index == "act" { query.act = "token.issue" } else { query.token = one.token.id }
        let refused = #expect(throws: TokenStoreError.self) { _ = try store.log(query) }
        #expect(refused?.code == .corrupt, "\(refused?.message ?? "")")
    }

    @Test func `only requested tokens are purged, revoked or marked dormant`() throws {
        _ = try fixture.store.revoke([one.token.id], .test)
        try edit("UPDATE tokens SET revoked = revoked + 9000000000000 WHERE name = 'Feed'", behind: "tokens_revoked")
        try edit("UPDATE tokens SET assignment = 'a-bjorn-1' WHERE name = 'Other'", behind: "tokens_by_assignment")
        let store = try fixture.folder.open("a")
        for body in [
            { _ = try store.purge(tenant: "3", before: .test.adding(days: 1), .test) },
            { _ = try store.set(.user("u-carla"), tenant: "3", active: false, revokesTokens: true, .test) },
        ] as [() throws -> Void] {
            let refused = #expect(throws: TokenStoreError.self, performing: body)
            #expect(refused?.code == .corrupt)
        }
    }

    @Test func `an index of names with a missing or surplus token is found`() throws {
        try fixture.sql(
            """
            INSERT INTO token_names (token_names, rowid, text) SELECT 'delete', number, search FROM tokens WHERE name = 'Feed';
            INSERT INTO token_names (rowid, text) VALUES (4711, 'ghost');
            INSERT INTO token_names (rowid, text) SELECT number, 'more' FROM tokens WHERE name = 'Other'
            """)
        let faults = try fixture.folder.open("a").verify()
        #expect(Set(faults.map(\.token)) == [one.token.id, other.token.id, nil], "\(faults)")
        #expect(faults.contains { $0.message.contains("has the row 4711, which belongs to no token") })
    }

    @Test func `a token that is listed under another name is found`() throws {
        try fixture.sql("UPDATE tokens SET search = 'zzz' WHERE name = 'Feed'")
        let faults = try fixture.folder.open("a").verify()
        #expect(faults.map(\.token) == [one.token.id] && faults[0].message.contains("under a name that is not its own"))
    }

    @Test func `a damaged file is reported, and its readable parts are checked`() throws {
        // The index of names loses its structure.
        try fixture.sql("DELETE FROM token_names_data WHERE id > 1")
        let faults = try fixture.folder.open("a").verify()
        #expect(!faults.isEmpty && faults.allSatisfy { !$0.message.contains("seal") }, "\(faults)")
    }
}
