import CSQLite
import Foundation
import Model
import Testing
import Tokens

/// A store of the first version, which had no keys.
@Suite struct MigrationTests {
    static let first = """
        CREATE TABLE tenants (id TEXT PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE departments (tenant TEXT NOT NULL REFERENCES tenants, id TEXT NOT NULL, name TEXT NOT NULL, parent TEXT,
            active INTEGER NOT NULL, requires TEXT NOT NULL, PRIMARY KEY (tenant, id),
            FOREIGN KEY (tenant, parent) REFERENCES departments DEFERRABLE INITIALLY DEFERRED) STRICT, WITHOUT ROWID;
        CREATE TABLE user_types (tenant TEXT NOT NULL REFERENCES tenants, id TEXT NOT NULL, name TEXT NOT NULL,
            active INTEGER NOT NULL, permissions TEXT NOT NULL, PRIMARY KEY (tenant, id)) STRICT, WITHOUT ROWID;
        CREATE TABLE users (tenant TEXT NOT NULL REFERENCES tenants, id TEXT NOT NULL, name TEXT NOT NULL,
            full_name TEXT NOT NULL, email TEXT NOT NULL, active INTEGER NOT NULL, permissions TEXT NOT NULL,
            PRIMARY KEY (tenant, id), UNIQUE (tenant, name)) STRICT, WITHOUT ROWID;
        CREATE TABLE assignments (tenant TEXT NOT NULL, id TEXT NOT NULL, user TEXT NOT NULL, department TEXT NOT NULL,
            user_type TEXT NOT NULL, removed INTEGER NOT NULL, PRIMARY KEY (tenant, id),
            FOREIGN KEY (tenant, user) REFERENCES users, FOREIGN KEY (tenant, department) REFERENCES departments,
            FOREIGN KEY (tenant, user_type) REFERENCES user_types) STRICT, WITHOUT ROWID;
        CREATE TABLE tokens (id BLOB PRIMARY KEY, tenant TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
            assignment TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL, last_active INTEGER,
            dormant_since INTEGER, suspended INTEGER, revoked INTEGER, lookup BLOB UNIQUE, lookup_key INTEGER, nonce BLOB,
            ciphertext BLOB, last4 TEXT, row_mac BLOB,
            FOREIGN KEY (tenant, assignment) REFERENCES assignments) STRICT, WITHOUT ROWID;
        INSERT INTO tenants VALUES ('3', 'Three', 'Europe/Oslo');
        INSERT INTO departments VALUES ('3', 'd', 'Sales', NULL, 1, '[]');
        INSERT INTO user_types VALUES ('3', 't', 'Integrator', 1, '["orders.read"]');
        INSERT INTO users VALUES ('3', 'u', 'una', 'Una', 'una@example.com', 1, '[]');
        INSERT INTO assignments VALUES ('3', 'a', 'u', 'd', 't', 0);
        PRAGMA user_version = 1; PRAGMA application_id = 0x444D4C31;
        """

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
        try folder.sql("a", Self.first + Self.tokens(["Feed", "FEED", "\u{202E}evil", "Ørsta"]))
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
