import CSQLite
import Foundation
import Model
import SQLiteStore
import TestSupport
import Testing
import Tokens

/// Unsealed records are not used.
@Suite struct SealTests {
    private let fixture: StoreFixture
    private let token: TokenDetails
    private let string: TokenString

    init() throws {
        fixture = try StoreFixture()
        (token, string) = try fixture.token("Feed")
        try fixture.store.recordUse([token.token.id: .test])
    }

    private var literal: String { StoreFixture.literal(token.token.id) }

    private func isTampered() throws -> Bool? { try fixture.folder.open("a").details(token.token.id)?.token.isTampered }

    // MARK: The last use of a token

    @Test(arguments: [
        "last_active = last_active + 1", "last_active = NULL", "last_active = NULL, use_mac = NULL, use_key = NULL",
        "use_mac = NULL", "use_key = 7",
        "(last_active, use_mac) = (SELECT last_active, use_mac FROM tokens WHERE name = 'Other')",
    ])
    func `an edited last use is found, and its token gets nothing`(edit: String) throws {
        let other = try fixture.token("Other").0.token.id
        try fixture.store.recordUse([other: .test.adding(days: 1)])
        try fixture.sql("UPDATE tokens SET \(edit) WHERE id = \(literal)")
        let store = try fixture.folder.open("a")
        #expect(try store.authenticate(string, now: .test)?.token.isTampered == true)
        #expect(try store.organisation(.all).tenants.flatMap(\.tokens).filter(\.isTampered).count == 1)
        #expect(try store.verify().map(\.token) == [token.token.id])
        // Recording the next use does not make it valid.
        try store.recordUse([token.token.id: .test.adding(days: 2)])
        #expect(try isTampered() == true)
        // Revoking seals the token again, without its last use.
        #expect(try store.revoke([token.token.id], .test) == (1, 0))
        #expect(try store.details(token.token.id)?.token.lastActive == nil)
        #expect(try isTampered() == false)
    }

    @Test func `a use is recorded once a minute, never goes back, and is sealed each time`() throws {
        let id = token.token.id
        for (seconds, expected) in [(59, 0), (60, 60), (0, 60), (119, 60), (120, 120)] as [(Int64, Int64)] {
            try fixture.store.recordUse([id: .test.adding(seconds: seconds)])
            #expect(try fixture.details(id).token.lastActive == .test.adding(seconds: expected))
            #expect(try isTampered() == false)
        }
        for border in [Int64.min, 0, Int64.max] {
            try fixture.store.recordUse([id: Instant(microseconds: border)])
            #expect(try isTampered() == false)
        }
        #expect(try fixture.store.verify() == [])
    }

    @Test func `times of a token outside of the store's range are clamped to its ends`() throws {
        let (late, _) = try fixture.token("Late", expires: Instant(microseconds: .max))
        _ = try fixture.store.revoke([token.token.id], AuditContext(now: .test))
        let store = try fixture.folder.open("a")
        let details = try #require(try store.details(late.token.id))
        #expect(details.token.isTampered == false && details == late)
        #expect(details.token.expires == Instant("9999-12-31T23:59:59.999999Z"))
        #expect(try store.verify() == [])
    }

    @Test func `putting back an older last use is not found, as documented`() throws {
        let kept = "ATTACH '\(fixture.folder.file("kept.db"))' AS kept; "
        try fixture.sql(
            kept + "CREATE TABLE kept.it AS SELECT last_active, use_mac, use_key FROM tokens WHERE id = \(literal)")
        try fixture.store.recordUse([token.token.id: .test.adding(days: 1)])
        try fixture.sql(
            kept + "UPDATE tokens SET (last_active, use_mac, use_key) = (SELECT * FROM kept.it) WHERE id = \(literal)")
        #expect(try fixture.details(token.token.id).token.lastActive == .test)
        #expect(try isTampered() == false)
    }

    @Test func `a key is not retired while it seals a use`() throws {
        let store = fixture.store
        try store.addKey(.test)
        let refused = #expect(throws: TokenStoreError.self) { try store.retireKey(1, .test) }
        #expect(refused?.code == .used)
        var progress = Rewrapping()
        repeat { progress = try store.rewrap(.test, after: progress.last) } while !progress.isFinished
        #expect(try store.keyUses().keys.sorted() == [2])
        try store.retireKey(1, .test)
        #expect(try fixture.folder.open("a").verify() == [])
        #expect(try fixture.folder.open("a").highWater != nil)
    }

    // MARK: The basis of acts

    @Test func `strings are kept, and tokens resumed, only with sealed rights`() throws {
        let store = fixture.store
        try store.setKeepsStrings(false, tenant: StoreFixture.tenant, .test)
        try store.suspend([token.token.id], .test)
        try fixture.sql("UPDATE tenants SET keeps_strings = 1 WHERE id = '3'")
        let again = try fixture.folder.open("a")
        for body in [
            { _ = try again.rotate(token.token.id, overlap: nil, .test) },
            { try again.resume([token.token.id], .test) },
        ] as [() throws -> Void] {
            let error = #expect(throws: TokenStoreError.self, performing: body)
            #expect(error?.code == .tampered)
        }
        #expect(try again.details(token.token.id)?.isKept == false)
    }

    @Test func `a token with a forged revocation is not purged`() throws {
        let gone = try fixture.token("Gone").0.token.id
        _ = try fixture.store.revoke([gone], .test)
        try fixture.sql("UPDATE tokens SET revoked = 5 WHERE id = \(literal)")
        let store = try fixture.folder.open("a")
        let later = Instant.test.adding(days: 1)
        let count = try store.purgeable(tenant: StoreFixture.tenant, before: later)
        #expect(try store.purge(tenant: StoreFixture.tenant, before: later, .at(later)) == count)
        #expect(try store.details(gone) == nil)
        #expect(try store.details(token.token.id)?.token.isTampered == true)
        #expect(try store.verify().map(\.token) == [token.token.id])
    }

    // MARK: The clock

    @Test(arguments: [
        "UPDATE meta SET value = '5' WHERE name = 'clock'", "UPDATE meta SET value = '' WHERE name = 'clock'",
        "DELETE FROM meta WHERE name = 'clock'", "UPDATE meta SET mac_key = 9 WHERE name = 'clock'",
        "UPDATE meta SET mac = (SELECT use_mac FROM tokens LIMIT 1) WHERE name = 'clock'",
    ])
    func `an edited latest time is found, and no act uses it`(edit: String) throws {
        try fixture.sql(edit)
        let store = try fixture.folder.open("a")
        for body in [
            { _ = try store.highWater }, { try store.suspend([token.token.id], .test) }, { try store.addKey(.test) },
        ] as [() throws -> Void] {
            let error = #expect(throws: TokenStoreError.self, performing: body)
            #expect(error?.code == .tampered && error?.message.contains("the latest time") == true)
        }
        #expect(
            try store.verify().map(\.message) == [
                "the latest time that the store has seen was changed without its keys"
            ])
        #expect(try store.reseal(.test) == (0, 0))
        #expect(try store.highWater == .test)
        #expect(try fixture.folder.open("a").verify() == [])
    }

    // MARK: Everything

    /// The columns whose edits are not detected, and why.
    private static let unsealed: [String: String] = [
        "tokens.number": "a place: who is who is said by the id",
        "tokens.used": "made of `last_active`",
        "keys.number": "a key that is missing is added again, with its own canary",
        "keys.canary": "of a key that is there it is checked on opening",
    ]

    /// An edit of each column of each table, listed from the store itself, so that no new column is forgotten.
    private static func edits(_ folder: Folder) throws -> [(column: String, sql: String)] {
        var handle: OpaquePointer?
        #expect(unsafe sqlite3_open(folder.file("a.db"), &handle) == SQLITE_OK)
        defer { unsafe sqlite3_close(handle) }
        var statement: OpaquePointer?
        let sql = """
            SELECT m.name, c.name, c.type FROM sqlite_schema m JOIN pragma_table_info(m.name) c
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE 'token_names%'
            """
        #expect(unsafe sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK)
        defer { unsafe sqlite3_finalize(statement) }
        var edits: [(String, String)] = []
        while unsafe sqlite3_step(statement) == SQLITE_ROW {
            let words = (0..<3).map { unsafe String(cString: sqlite3_column_text(statement, $0)) }
            let (table, column) = (words[0], words[1])
            let value =
                switch words[2] {
                case _ where words[0...1] == ["log", "number"]: "999"
                case "INTEGER":
                    "CASE ifnull(\(column), 5) WHEN 0 THEN 1 WHEN 1 THEN 0 ELSE ifnull(\(column), 5) + 1 END"
                case "TEXT": "ifnull(\(column), '') || 'x'"
                default: "x'0102030405060708090a0b0c0d0e0f10'"
                }
            let row =
                switch table {
                case "tokens": "WHERE name = 'Feed'"
                case "tenants": "WHERE id = '3'"
                case "log": "WHERE number = 3"
                case "meta": "WHERE name = 'clock'"
                case "keys": ""
                case "assignments": "WHERE id = 'a-bjorn-1'"
                default: "WHERE tenant = '3' AND id = (SELECT max(id) FROM \(table) WHERE tenant = '3')"
                }
            edits.append(("\(table).\(column)", "UPDATE \(table) SET \(column) = \(value) \(row)"))
        }
        return edits
    }

    @Test func `an edit of any column is found, or the store is refused`() throws {
        _ = try fixture.store.reveal(token.token.id, .test)
        try fixture.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        let kept = try Data(contentsOf: URL(filePath: fixture.folder.file("a.db")))
        let edits = try Self.edits(fixture.folder)
        #expect(edits.count > 80)
        let copy = try Folder()
        for (column, sql) in edits {
            for name in try FileManager.default.contentsOfDirectory(atPath: copy.path) {
                try FileManager.default.removeItem(atPath: copy.file(name))
            }
            try kept.write(to: URL(filePath: copy.file("a.db")))
            try copy.sql(
                "a",
                "PRAGMA ignore_check_constraints = ON; DROP TRIGGER log_is_never_changed; DROP TRIGGER log_is_never_cut; "
                    + sql)
            let isFound: Bool
            do {
                let store = try SQLiteStore.open(
                    copy.file("a.db"), keys: fixture.folder.keyFile, clock: { .test })
                isFound = try !store.verify().isEmpty
            } catch { isFound = true }
            #expect(isFound || Self.unsealed[column] != nil, "`\(column)` was edited: \(sql)")
        }
    }
}
