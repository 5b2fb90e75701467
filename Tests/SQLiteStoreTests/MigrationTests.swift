import CSQLite
import Foundation
import Model
import SQLiteStore
import TestSupport
import Testing
import Tokens

/// A store of the first version, which had no keys.
@Suite struct MigrationTests {
    /// The first version's tables, with one user and no token.
    static func first() throws -> String {
        let path = URL(filePath: #filePath).appending(path: "../../first-version.sql").standardized
        return try String(contentsOf: path, encoding: .utf8)
    }

    static func tokens(_ names: [String]) -> String {
        names.enumerated().map { index, name in
            """
            INSERT INTO tokens (id, tenant, kind, name, assignment, created, expires) VALUES
            (x'\(TokenID(high: 0, low: UInt64(index + 1)))', '3', 'api', '\(name)', 'a', 1, 9000000000000000);
            """
        }.joined()
    }

    @Test func `a store of the time before keys is adopted on request`() throws {
        let folder = try Folder()
        try folder.sql("a", Self.first() + Self.tokens(["Feed", "FEED", "\u{202E}evil", "Ørsta"]))
        let refused = #expect(throws: TokenStoreError.self) { try folder.open("a") }
        #expect(refused?.code == .keys && refused?.message.contains("demilune store reseal --yes") == true)
        let store = try SQLiteStore.open(
            folder.file("a.db"), keys: folder.keyFile, makesKeys: true, clock: { .test })
        #expect(try store.unsealedRecords().tokens.count == 4)
        #expect(try store.organisation(.all).tenants[0].tokens.allSatisfy(\.isTampered))
        #expect(try store.reseal(.test) == (1, 4))
        #expect(try store.verify() == [])
        let names = try store.organisation(.all).tenants[0].tokens.map(\.name)
        #expect(names == ["Feed", "FEED (id 000000)", "token 000000", "Ørsta"])
        let again = try folder.open("a")
        #expect(try again.named("Ørsta", tenant: "3").count == 1)
        // A token without a string gets one.
        let (_, string) = try again.rotate(TokenID(high: 0, low: 1), overlap: nil, .test)
        #expect(try again.authenticate(string, now: .test)?.token.name == "Feed")
    }

    // MARK: The second version, which had keys

    private static func file(_ name: String) throws -> String {
        let path = URL(filePath: #filePath).appending(path: "../../\(name)").standardized
        return try String(contentsOf: path, encoding: .utf8)
    }

    /// A store of the second version, with its keys and its checkpoint.
    private static func second(_ folder: Folder, _ more: String = "") throws {
        try folder.sql("a", Self.file("second-version.sql") + more)
        let keys = folder.keyFile("32490073598b9d5c9946f867d8430c0f")
        try Data(Self.file("second-version.keyfile").utf8).write(to: URL(filePath: keys))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keys)
        let head = "8 7110b105b4c9e960c9105d0bea08dbda3bdb0b62aee911f0666828376960f369\n"
        try Data(head.utf8).write(to: URL(filePath: keys + ".head"))
    }

    private static let feed = TokenString.occurrences(in: Array("dml_9Prsa4bl8WPbE08rxpZL5TkSSivZvf1Q7H2s".utf8))[0]

    @Test func `columns that the second version did not seal are sealed once, as they are`() throws {
        let folder = try Folder()
        try Self.second(folder)
        let store = try folder.open("a")
        #expect(try store.verify() == [])
        #expect(store.rollback == nil)
        #expect(try store.highWater == .test)
        let token = try #require(try store.authenticate(Self.feed, now: .test))
        #expect(!token.token.isTampered && token.token.lastActive == .test && token.revealCount == 1)
        #expect(try store.organisation(.all).tenants[0].tokens.allSatisfy { !$0.isTampered })
        // From now on an edited value is detected.
        try folder.sql("a", "UPDATE tokens SET last_active = 5, reveal_count = 0 WHERE name = 'Feed'")
        let again = try folder.open("a")
        #expect(try again.authenticate(Self.feed, now: .test)?.token.isTampered == true)
    }

    @Test func `a token without a seal in the second version gets none`() throws {
        let folder = try Folder()
        try Self.second(folder, "UPDATE tokens SET expires = expires + 1 WHERE name = 'Forged'")
        let store = try folder.open("a")
        let tampered = try store.organisation(.all).tenants[0].tokens.filter(\.isTampered)
        #expect(tampered.map(\.name) == ["Forged"])
        #expect(try store.unsealedRecords().tokens == tampered.map(\.id))
    }

    // MARK: The third version, whose tokens had no description and no contact

    @Test func `tokens of the third version keep their seals`() throws {
        let folder = try Folder()
        try folder.sql("a", Self.file("third-version.sql"))
        let keys = folder.keyFile("f96a4cb414df4086bee95f4962e16840")
        try Data(Self.file("third-version.keyfile").utf8).write(to: URL(filePath: keys))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keys)
        let head = "8 18dc33342f6d991d54c32160f590f9f15bdaac25deaffb6b6fe6d4f54b9f8053 3\n"
        try Data(head.utf8).write(to: URL(filePath: keys + ".head"))
        let store = try folder.open("a")
        #expect(try store.verify() == [])
        let tokens = try store.organisation(.all).tenants[0].tokens
        #expect(tokens.count == 4 && tokens.allSatisfy { !$0.isTampered && $0.description == nil && $0.contact == nil })
        // A description that is added without the keys is found, and so is one that is removed or exchanged.
        try folder.sql("a", "UPDATE tokens SET contact = 'mallory' WHERE name = 'Forged'")
        let feed = try #require(try store.named("Feed", tenant: "3").first?.token.id)
        try store.amend(feed, TokenChange(description: "Prices for the shop", contact: "ops@example.com"), .test)
        let noted = try folder.open("a")
        #expect(try noted.named("Feed", tenant: "3").first?.token.isTampered == false)
        #expect(try noted.named("Forged", tenant: "3").first?.token.isTampered == true)
        for change in [
            "contact = NULL", "description = NULL, contact = NULL", "description = contact, contact = description",
            "description = ''",
        ] {
            try folder.sql("a", "UPDATE tokens SET \(change) WHERE name = 'Feed'")
            let changed = try folder.open("a")
            #expect(try changed.named("Feed", tenant: "3").first?.token.isTampered == true, "\(change)")
            try folder.sql(
                "a",
                "UPDATE tokens SET description = 'Prices for the shop', contact = 'ops@example.com' WHERE name = 'Feed'"
            )
        }
        #expect(try folder.open("a").named("Feed", tenant: "3").first?.token.isTampered == false)
    }

    @Test func `a store whose seals were removed is not adopted again`() throws {
        let folder = try Folder()
        try Self.second(folder)
        _ = try folder.open("a")
        try folder.sql("a", "UPDATE meta SET mac = NULL, mac_key = NULL; UPDATE tokens SET use_mac = NULL")
        let refused = #expect(throws: TokenStoreError.self) { try folder.open("a") }
        #expect(refused?.code == .tampered)
        // Nor is a new store of this version, before anything was written.
        let fresh = try Folder()
        _ = try fresh.create("a")
        try fresh.sql("a", "UPDATE meta SET mac = NULL")
        let new = #expect(throws: TokenStoreError.self) { try fresh.open("a") }
        #expect(new?.code == .tampered)
    }

    @Test func `a store without keys, seals and log is refused if it has a key file`() throws {
        let folder = try Folder()
        let id = try folder.create("a").id
        try folder.sql(
            "a", "DELETE FROM keys; DELETE FROM log; UPDATE meta SET mac = NULL, mac_key = NULL")
        for makesKeys in [false, true] {
            let refused = #expect(throws: TokenStoreError.self) {
                try SQLiteStore.open(folder.file("a.db"), keys: folder.keyFile, makesKeys: makesKeys)
            }
            #expect(refused?.code == .tampered, "\(refused?.message ?? "")")
            let message = refused?.message ?? ""
            #expect(message.contains(folder.keyFile(id)) && message.contains("restore the store from a backup"))
            #expect(!message.contains("reseal") && !message.contains("adopt"))
        }
        // The key file of another store does not matter.
        let other = try folder.create("b").id
        let named = #expect(throws: TokenStoreError.self) {
            try SQLiteStore.open(folder.file("a.db"), keys: { _ in folder.keyFile(other) })
        }
        #expect(named?.code == .keys && named?.message.contains("of another store") == true)
    }

    @Test func `an interrupted creation of keys is resumed`() throws {
        let folder = try Folder()
        try folder.sql("a", Self.first())
        let store = try SQLiteStore.open(
            folder.file("a.db"), keys: folder.keyFile, makesKeys: true, clock: { .test })
        let path = try folder.keyFile(store.id)
        // Stopped after the store had recorded its keys, but before the file was renamed.
        try FileManager.default.moveItem(atPath: path, toPath: path + ".new")
        #expect(try folder.open("a").unsealedRecords().tenants == ["3"])
        #expect(!FileManager.default.fileExists(atPath: path + ".new"))
        // Stopped before the store had recorded them: new keys are made, and the old ones are discarded.
        let early = try Folder()
        try early.sql("a", Self.first())
        _ = try? early.open("a")
        let made = try SQLiteStore.open(
            early.file("a.db"), keys: { early.keyFile($0) }, makesKeys: true, clock: { .test })
        let keys = try early.keyFile(made.id)
        try FileManager.default.moveItem(atPath: path, toPath: keys + ".new")
        try FileManager.default.removeItem(atPath: keys)
        let missing = #expect(throws: TokenStoreError.self) { try early.open("a") }
        #expect(missing?.message.contains("is missing") == true, "another store's draft is nobody's key file")
    }
}
