import CSQLite
import Foundation
import Model
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

    @Test func `a store of before there were keys is taken over when somebody says so`() throws {
        let folder = try Folder()
        try folder.sql("a", Self.first() + Self.tokens(["Feed", "FEED", "\u{202E}evil", "Ørsta"]))
        let refused = #expect(throws: TokenStoreError.self) { try folder.open("a") }
        #expect(refused?.code == .keys && refused?.message.contains("demilune store adopt --yes") == true)
        let store = try SQLiteTokenStore.open(
            folder.file("a.db"), keys: folder.keyFile, makesKeys: true, clock: { .test })
        #expect(try store.unsealedRecords().tokens.count == 4)
        #expect(try store.organisation(.all).tenants[0].tokens.allSatisfy(\.isTampered))
        #expect(try store.adopt(.test) == (1, 4))
        #expect(try store.verify() == [])
        let names = try store.organisation(.all).tenants[0].tokens.map(\.name)
        #expect(names == ["Feed", "FEED (id 000000)", "token 000000", "Ørsta"])
        let again = try folder.open("a")
        #expect(try again.named("Ørsta", tenant: "3").count == 1)
        // A token without a string gets one.
        let (_, string) = try again.rotate(TokenID(high: 0, low: 1), overlap: nil, .test)
        #expect(try again.authenticate(string, now: .test)?.token.name == "Feed")
    }
}
