import CSQLite
import Model
import TestSupport
import Testing

@testable import SQLStore
@testable import SQLiteStore
@testable import Tokens

/// Interference in the file while the store writes. Each safeguard is tested with the earlier ones disabled.
@Suite struct InterferenceTests {
    private let fixture: StoreFixture
    private let token: TokenDetails

    init() throws {
        fixture = try StoreFixture()
        token = try fixture.token("Feed").0
    }

    private var connection: SQLiteConnection { fixture.store.connection }

    /// Enables triggers on the store's own connection, and makes planted objects pass as known.
    private func lower() throws {
        #expect(unsafe csqlite_switch(connection.handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1) == SQLITE_OK)
        connection.knownSchema = try connection.number("PRAGMA schema_version")
    }

    private static let widening = """
        CREATE TRIGGER z AFTER UPDATE ON users
        BEGIN UPDATE user_types SET permissions = '["*"]' WHERE tenant = new.tenant; END
        """

    private func rights() throws -> [[ExactName]] {
        try fixture.folder.openToVerify("a").organisation(.none).tenants.flatMap(\.userTypes).map(\.permissions)
    }

    // MARK: The connection

    @Test func `triggers do not act on the store's own connection, and views are not read`() throws {
        let before = try rights()
        try fixture.sql(Self.widening + "; CREATE VIEW v AS SELECT 1")
        try connection.execute("UPDATE users SET full_name = 'X' WHERE id = 'u-bjorn'")
        #expect(try rights() == before)
        let read = #expect(throws: TokenStoreError.self) { try connection.number("SELECT * FROM v") }
        #expect(read?.code == .io && read?.message.contains("v") == true, "\(read?.message ?? "")")
    }

    @Test(arguments: [
        "UPDATE token_names_data SET block = NULL", "DELETE FROM token_names_docsize",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = NULL WHERE name = 'log_by_token'",
    ])
    func `the store's own connection cannot write the schema or the tables behind the index of names`(sql: String) {
        let refused = #expect(throws: TokenStoreError.self) { try connection.execute(sql) }
        #expect(refused?.code == .io, "\(refused?.message ?? "")")
    }

    @Test(arguments: [
        "UPDATE log SET act = 'x'", "DELETE FROM log WHERE number = 1", "DROP TABLE log", "DELETE FROM main.\"LOG\"",
        "INSERT INTO log SELECT * FROM log WHERE true ON CONFLICT (number) DO UPDATE SET act = 'x'",
        "WITH a AS (SELECT 1) UPDATE log SET act = 'x' WHERE number IN a",
    ])
    func `the store's own connection cannot change or cut the log, even without triggers`(sql: String) throws {
        try fixture.sql("DROP TRIGGER log_is_never_changed; DROP TRIGGER log_is_never_cut")
        let refused = #expect(throws: TokenStoreError.self) { try connection.execute(sql) }
        #expect(refused?.message.contains("not authorized") == true)
        // An opened store is guarded like a new one.
        let other = try fixture.folder.openToVerify("a")
        let again = #expect(throws: TokenStoreError.self) { try other.connection.execute(sql) }
        #expect(again?.message.contains("not authorized") == true)
        #expect(try fixture.log("token.issue").count == 1)
    }

    // MARK: Writes

    @Test func `a write that changes a wrong number of rows is rolled back`() throws {
        for (sql, rows) in [
            ("UPDATE tokens SET name = 'x' WHERE number = 99999", 1...1), ("UPDATE users SET full_name = 'x'", 1...1),
            ("UPDATE users SET full_name = 'x'", 0...1),
        ] {
            let refused = #expect(throws: TokenStoreError.self) { try connection.run(sql, rows: rows) }
            #expect(refused?.code == .tampered)
        }
        try connection.run("UPDATE tokens SET name = 'x' WHERE number = 99999", rows: 0...1)
    }

    @Test func `unintended changes of rights are not sealed`() throws {
        try fixture.sql(Self.widening)
        try lower()
        let before = try rights()
        for body in [
            { _ = try fixture.store.set(.user("u-bjorn"), tenant: "3", active: false, revokesTokens: true, .test) },
            {
                var demo = try Organisation.demo()
                demo.tenants[0].users[0].fullName = "X"
                _ = try fixture.store.merge(demo, .test)
            },
        ] as [() throws -> Void] {
            let refused = #expect(throws: TokenStoreError.self, performing: body)
            #expect(refused?.code == .tampered && refused?.message.contains("as it was written") == true)
        }
        #expect(try rights() == before)
        try fixture.sql("DROP TRIGGER z")
        #expect(try fixture.folder.open("a").verify() == [])
    }

    @Test(arguments: [
        "AFTER UPDATE ON tokens BEGIN UPDATE tokens SET revoked = CASE WHEN revoked IS NULL THEN 5 END; END",
        "AFTER UPDATE ON tokens BEGIN UPDATE tokens SET last4 = 'abcd'; END",
        "BEFORE UPDATE ON tokens BEGIN SELECT RAISE(IGNORE); END",
        "BEFORE INSERT ON log BEGIN SELECT RAISE(IGNORE); END",
        "BEFORE INSERT ON log WHEN new.act <> 'x' BEGIN INSERT INTO log SELECT new.number, new.time, new.tenant, new.how, "
            + "new.user, new.assignment, new.through, 'x', new.token, new.last4, new.version, new.details, new.previous, "
            + "new.hash; SELECT RAISE(IGNORE); END",
    ])
    func `a token is reported as revoked only if it is, and a string is returned only if the log has its entry`(
        trigger: String
    ) throws {
        try fixture.sql("CREATE TRIGGER z " + trigger)
        try lower()
        for body in [
            { _ = try fixture.store.revoke([token.token.id], .test) },
            { _ = try fixture.store.rotate(token.token.id, overlap: nil, .test) },
            { _ = try fixture.store.reveal(token.token.id, .test) },
        ] as [() throws -> Void] {
            let refused = #expect(throws: TokenStoreError.self, performing: body)
            #expect(refused?.code == .tampered)
        }
        try fixture.sql("DROP TRIGGER z")
        #expect(try fixture.folder.open("a").verify() == [])
        #expect(try fixture.details(token.token.id) == token)
    }

    @Test func `a log entry that vanishes after the commit is noticed before a string is returned`() throws {
        // Another program, between the commit and the answer.
        let entry = try fixture.log("token.issue")[0]
        #expect(throws: Never.self) { try fixture.store.store.confirm(entry) }
        try fixture.sql(
            "DROP TRIGGER log_is_never_changed; UPDATE log SET details = '{}' WHERE number = \(entry.number)")
        let refused = #expect(throws: TokenStoreError.self) { try fixture.store.store.confirm(entry) }
        #expect(refused?.code == .tampered)
    }

    @Test func `values are compared by type and byte`() throws {
        try connection.rows("SELECT 1, 'a', x'61', NULL, 1.0, ''") { row in
            for (column, value) in [
                SQLParameter.integer(1), .text("a"), .blob([0x61]), .null, .integer(1), .text(""),
            ].enumerated() {
                #expect(row.holds(column, value) == (column != 4), "\(column)")
            }
            #expect(!row.holds(1, .text("b")) && !row.holds(1, .blob([0x61])) && !row.holds(2, .text("a")))
            #expect(!row.holds(3, .integer(0)) && !row.holds(0, .null) && !row.holds(1, .text("ab")))
        }
        // Swift takes both for equal.
        try connection.rows("SELECT 'e\u{301}'") { #expect(!$0.holds(0, SQLParameter.text("\u{E9}"))) }
    }
}
