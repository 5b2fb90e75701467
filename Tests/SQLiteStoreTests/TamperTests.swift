import Foundation
import Model
import SQLiteStore
import TestSupport
import Testing
import Tokens

/// Attacks by somebody who has the database but no key.
@Suite struct TamperTests {
    private let fixture: StoreFixture
    private let token: TokenDetails
    private let string: TokenString
    private let other: TokenDetails

    /// SQL that attaches a separate database for copied rows.
    private var kept: String { "ATTACH '\(fixture.folder.file("kept.db"))' AS kept; " }

    init() throws {
        fixture = try StoreFixture()
        (token, string) = try fixture.token("Feed")
        other = try fixture.token("Other", assignment: "a-carla-1").0
    }

    @Test(arguments: [
        "assignment = 'a-anna-1'", "expires = expires + 1", "created = created - 1", "name = 'Fred'", "kind = 'mobile'",
        "suspended = 5", "dormant_since = 5", "description = 'x'", "contact = ''",
        "lookup = (SELECT lookup FROM tokens WHERE name = 'Third')",
        "ciphertext = (SELECT ciphertext FROM tokens WHERE name = 'Third'), nonce = (SELECT nonce FROM tokens WHERE name = 'Third')",
        "mac = NULL", "mac = (SELECT mac FROM tokens WHERE name = 'Third')", "mac_key = 2", "version = version + 1",
        "reveal_key = 2", "lookup_key = 9", "overlap_until = 9000000000000000, previous = x'00', previous_key = 1",
    ])
    func `an edited row is found, and its token gets nothing`(edit: String) throws {
        let third = try fixture.token("Third").0
        // Hashes are unique, so the copy must replace the other's own hash.
        if edit.hasPrefix("lookup = (") {
            try fixture.sql(
                """
                CREATE TEMP TABLE kept AS SELECT lookup FROM tokens WHERE name = 'Third';
                UPDATE tokens SET lookup = NULL WHERE name = 'Third';
                UPDATE tokens SET lookup = (SELECT lookup FROM kept) WHERE id = \(StoreFixture.literal(token.token.id))
                """)
        } else {
            try fixture.sql("UPDATE tokens SET \(edit) WHERE id = \(StoreFixture.literal(token.token.id))")
        }
        let store = try fixture.folder.open("a")
        #expect(try store.details(token.token.id)?.token.isTampered == true)
        #expect(try store.verify().contains { $0.token == token.token.id })
        let organisation = try store.organisation(.some([token.token.id]))
        #expect(organisation.tenants.flatMap(\.tokens).first?.isTampered == true)
        if let found = try store.authenticate(string, now: .test) { #expect(found.token.isTampered) }
        for body in [
            { try store.suspend([token.token.id], .test) }, { _ = try store.reveal(token.token.id, .test) },
            { _ = try store.rotate(token.token.id, overlap: nil, .test) },
            { try store.amend(token.token.id, TokenChange(name: "Z"), .test) },
        ] as [() throws -> Void] {
            let error = #expect(throws: TokenStoreError.self, performing: body)
            #expect(error?.code == .tampered)
        }
        #expect(try store.details(third.token.id) != nil)
        // It can still be revoked.
        #expect(try store.revoke([token.token.id], .test) == (1, 0))
        #expect(try store.details(token.token.id)?.token.revoked == .test)
    }

    @Test func `a deleted revocation is found`() throws {
        _ = try fixture.store.revoke([token.token.id], .test)
        try fixture.sql("UPDATE tokens SET revoked = NULL WHERE id = \(StoreFixture.literal(token.token.id))")
        let store = try fixture.folder.open("a")
        #expect(try store.authenticate(string, now: .test)?.token.isTampered == true)
        #expect(try store.verify().map(\.token) == [token.token.id])
    }

    @Test func `two swapped ciphertexts are found`() throws {
        let (one, two) = (StoreFixture.literal(token.token.id), StoreFixture.literal(other.token.id))
        try fixture.sql(
            """
            CREATE TEMP TABLE kept AS SELECT id, ciphertext, nonce FROM tokens;
            UPDATE tokens SET (ciphertext, nonce) = (SELECT ciphertext, nonce FROM kept WHERE id = \(two)) WHERE id = \(one);
            UPDATE tokens SET (ciphertext, nonce) = (SELECT ciphertext, nonce FROM kept WHERE id = \(one)) WHERE id = \(two)
            """)
        #expect(Set(try fixture.folder.open("a").verify().compactMap(\.token)) == [token.token.id, other.token.id])
    }

    @Test func `an older row that is put back is found by the log`() throws {
        try fixture.sql(
            kept + "CREATE TABLE kept.it AS SELECT * FROM tokens WHERE id = \(StoreFixture.literal(token.token.id))")
        try fixture.store.suspend([token.token.id], .test)
        try fixture.sql(
            kept + """
                UPDATE tokens SET (suspended, version, mac) = (SELECT suspended, version, mac FROM kept.it)
                WHERE id = \(StoreFixture.literal(token.token.id))
                """)
        let faults = try fixture.folder.open("a").verify()
        #expect(
            faults.map(\.token) == [token.token.id]
                && faults[0].message.contains("has an older version than the log records"))
    }

    @Test func `a removed row is noticed`() throws {
        try fixture.sql("DELETE FROM tokens WHERE id = \(StoreFixture.literal(token.token.id))")
        #expect(try fixture.folder.open("a").verify().compactMap(\.token) == [token.token.id])
    }

    @Test(arguments: [
        "UPDATE user_types SET permissions = '[\"*\"]' WHERE id = 't-integrator'",
        "UPDATE users SET permissions = '[\"*\"]' WHERE id = 'u-bjorn'",
        "UPDATE users SET active = 0 WHERE id = 'u-bjorn'", "UPDATE departments SET parent = NULL WHERE id = 'd-sales'",
        "UPDATE departments SET requires = '[]' WHERE id = 'd-finance'",
        "UPDATE assignments SET department = 'd-finance' WHERE id = 'a-bjorn-1'",
        "INSERT INTO assignments VALUES ('3', 'a-new', 'u-bjorn', 'd-nordlys', 't-administrator', 0)",
        "UPDATE tenants SET keeps_strings = 0 WHERE id = '3'", "UPDATE tenants SET zone = 'UTC' WHERE id = '3'",
        "UPDATE tenants SET mac = NULL WHERE id = '3'", "UPDATE tenants SET version = 7 WHERE id = '3'",
    ])
    func `edited rights are found, and the tenant's tokens get nothing`(edit: String) throws {
        try fixture.sql(edit)
        let store = try fixture.folder.open("a")
        let tenants = try store.organisation(.none).tenants
        #expect(tenants.filter(\.isTampered).map(\.id) == ["3"])
        #expect(try store.verify().contains { $0.message.contains("the tenant `3`") })
        let draft = TokenDraft(
            tenant: "3", kind: .api, name: "X", assignment: "a-bjorn-1", expires: .test.adding(days: 1))
        for body in [
            { _ = try store.create(draft, .test) }, { _ = try store.merge(try Organisation.demo(), .test) },
            { _ = try store.set(.user("u-anna"), tenant: "3", active: false, revokesTokens: true, .test) },
            { try store.setKeepsStrings(true, tenant: "3", .test) },
        ] as [() throws -> Void] {
            let error = #expect(throws: TokenStoreError.self, performing: body)
            #expect(error?.code == .tampered)
        }
        // The log names the person who reviewed it.
        #expect(try store.reseal(.test) == (1, 0))
        #expect(try store.organisation(.none).tenants.allSatisfy { !$0.isTampered })
        #expect(try fixture.log("tenant.adopt").count == 1)
    }

    @Test func `no part of a string is in the files of the store`() throws {
        _ = try fixture.store.reveal(token.token.id, .test)
        let secret = string.revealed
        for name in try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path) {
            let bytes = try Data(contentsOf: URL(filePath: fixture.folder.file(name)))
            #expect(
                bytes.range(of: Data(secret.utf8)) == nil
                    && bytes.range(of: Data(secret.dropFirst(4).dropLast(4).utf8)) == nil)
        }
    }

    @Test func `a tenant that is put back or removed is found by the log`() throws {
        try fixture.sql(kept + "CREATE TABLE kept.it AS SELECT version, mac, mac_key FROM tenants WHERE id = '3'")
        _ = try fixture.store.set(.userType("t-customer"), tenant: "3", active: false, revokesTokens: false, .test)
        try fixture.sql(
            kept + """
                UPDATE user_types SET active = 1 WHERE id = 't-customer';
                UPDATE tenants SET (version, mac, mac_key) = (SELECT version, mac, mac_key FROM kept.it) WHERE id = '3'
                """)
        let faults = try fixture.folder.open("a").verify().map(\.message)
        #expect(faults == ["the tenant `3` has an older version than the log records"], "\(faults)")
        try fixture.sql("DELETE FROM tenants WHERE id = 'acme'")
        let gone = try fixture.folder.open("a").verify().map(\.message)
        #expect(gone.contains("the tenant `acme` is in the log but missing from the store"))
        #expect(gone.contains { $0.contains("belongs to a missing tenant") })
    }

    @Test(arguments: [
        ("DELETE FROM keys", TokenStoreError.Code.tampered), ("UPDATE keys SET canary = x'00'", .keys),
        ("UPDATE meta SET value = '../../x' WHERE name = 'id'", .corrupt),
        ("DELETE FROM meta WHERE name = 'id'", .corrupt),
        ("UPDATE meta SET value = '00000000000000000000000000000000' WHERE name = 'id'", .keys),
    ])
    func `a store without the list of its keys is refused, also for adoption`(
        edit: String, code: TokenStoreError.Code
    ) throws {
        try fixture.sql(edit)
        let refused = #expect(throws: TokenStoreError.self) { try fixture.folder.open("a") }
        #expect(refused?.code == code, "\(refused?.message ?? "")")
        guard code != .keys else { return }
        let adopted = #expect(throws: TokenStoreError.self) {
            try SQLiteStore.open(fixture.folder.file("a.db"), keys: fixture.folder.keyFile, makesKeys: true)
        }
        #expect(adopted?.code == code)
    }

    @Test func `a wrong latest time is reset on request`() throws {
        let late = try SQLiteStore.open(
            fixture.folder.file("a.db"), keys: fixture.folder.keyFile, clock: { .test.adding(days: 9_000) })
        try late.addKey(.at(.test.adding(days: 9_000)))
        let store = try fixture.folder.open("a")
        #expect(try store.highWater == .test.adding(days: 9_000))
        let refused = #expect(throws: TokenStoreError.self) { try store.suspend([token.token.id], .test) }
        #expect(refused?.code == .clock)
        _ = try store.reseal(.test)
        try store.suspend([token.token.id], .test)
        #expect(try store.highWater == .test)
    }

    // MARK: The log

    private static let unlocked = "DROP TRIGGER log_is_never_changed; DROP TRIGGER log_is_never_cut; "
    /// Restores the triggers, so that their absence does not reveal the attack.
    private static let locked = ["changed BEFORE UPDATE", "cut BEFORE DELETE"].map {
        "; CREATE TRIGGER log_is_never_\($0) ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
    }.joined()

    @Test(arguments: [
        ("UPDATE log SET act = 'token.list' WHERE number = 2", "entry 2 of the log was changed"),
        ("UPDATE log SET details = '{}' WHERE number = 4", "entry 4 of the log was changed"),
        ("UPDATE log SET user = 'u-anna', how = 'as' WHERE number = 2", "entry 2 of the log was changed"),
        ("UPDATE log SET time = time + 1 WHERE number = 3", "entry 3 of the log was changed"),
        ("DELETE FROM log WHERE number = 2", "entry 2 of the log is missing"),
        (
            "DELETE FROM log WHERE number = 5",
            "the log ends with entry 4, but the checkpoint beside the key file has entry 5"
        ),
        ("DELETE FROM log", "the log ends with entry 0, but the checkpoint beside the key file has entry 5"),
        (
            "UPDATE log SET number = 99 WHERE number = 2; UPDATE log SET number = 2 WHERE number = 3; UPDATE log SET number = 3 WHERE number = 99",
            "entry 2 of the log does not follow"
        ),
        ("UPDATE log SET previous = x'00' WHERE number = 3", "entry 3 of the log does not follow"),
    ])
    func `an edited log is found`(edit: String, message: String) throws {
        #expect(try fixture.store.verifyLog() == (5, []))
        try fixture.sql(Self.unlocked + edit + Self.locked)
        let faults = try fixture.folder.open("a").verifyLog().faults
        #expect(faults.contains { $0.message.contains(message) }, "\(faults)")
        #expect(try fixture.folder.open("a").verify().contains { $0.message.contains(message) })
    }

    @Test func `plain statements cannot change or cut the log of a store`() {
        #expect(throws: SQLFile.Failure.self) { try fixture.sql("UPDATE log SET act = 'x'") }
        #expect(throws: SQLFile.Failure.self) { try fixture.sql("DELETE FROM log") }
    }

    @Test func `a store that is put back as a whole is found by the checkpoint beside the key file`() throws {
        let path = fixture.folder.file("a.db")
        try fixture.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        let kept = try Data(contentsOf: URL(filePath: path))
        _ = try fixture.store.revoke([token.token.id], .test)
        try fixture.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        let other = try Folder()
        try FileManager.default.removeItem(atPath: other.keys)
        try FileManager.default.copyItem(atPath: fixture.folder.keys, toPath: other.keys)
        try kept.write(to: URL(filePath: other.file("a.db")))
        let faults = try other.open("a").verifyLog().faults
        #expect(
            faults.count == 1
                && faults[0].message.contains(
                    "the log ends with entry 5, but the checkpoint beside the key file has entry 6")
        )
    }
}

func == (one: (count: Int, faults: [IntegrityViolation]), other: (Int, [IntegrityViolation])) -> Bool {
    one.count == other.0 && one.faults == other.1
}
