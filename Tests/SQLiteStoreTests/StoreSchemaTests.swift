import Foundation
import Model
import TestSupport
import Testing

@testable import SQLStore
@testable import SQLiteStore
@testable import Tokens

/// The allowed schema of a store, and foreign objects that somebody could add.
@Suite struct StoreSchemaTests {
    /// A database made by the migrations up to a version.
    private func migrated(_ version: Int, _ folder: Folder) throws -> SQLiteConnection {
        let connection = try SQLiteConnection(folder.file("v\(version).db"), .making, patience: 100)
        for step in Migrations.steps.prefix(version) {
            try connection.execute(step.sql)
            try step.fill(connection)
        }
        return connection
    }

    @Test(arguments: 1...Migrations.steps.count)
    func `the constant equals the result of the migrations, to the byte`(version: Int) throws {
        #expect(StoreSchema.versions.count == Migrations.steps.count)
        let folder = try Folder()
        let connection = try migrated(version, folder)
        #expect(try SchemaGuard.faults(connection, version: version) == [])
        let objects = StoreSchema.objects(version: version)
        var count = 0
        try connection.rows("SELECT name, sql, type, tbl_name FROM sqlite_schema") { row in
            count += 1
            let object = objects[row.text(0)]
            #expect(object?.type == row.text(2) && object?.table == row.text(3), "\(row.text(0))")
            switch object?.form {
            // The fast path compares bytes, so the constant must be the text that SQLite stores.
            case .statement(let statement): #expect(statement == row.text(1), "write: \(row.text(1))")
            case .shadow(let statement, _): #expect(statement == row.text(1), "write: \(row.text(1))")
            case .constraint: #expect(row.isNull(1))
            case nil: Issue.record("write, for version \(version): \(row.text(2)) \(row.text(0)): \(row.text(1))")
            }
        }
        #expect(count == objects.values.filter { !$0.isOptional }.count)
    }

    @Test func `the columns of the tables behind the index of names equal the constant`() throws {
        let folder = try Folder()
        let connection = try migrated(Migrations.steps.count, folder)
        for case (let name, .shadow(_, let columns)) in StoreSchema.objects(version: Migrations.steps.count).map({
            ($0.key, $0.value.form)
        }) {
            var found: [String] = []
            try connection.rows("SELECT name, type, pk FROM pragma_table_xinfo(?)", [.text(name)]) {
                found.append("\($0.text(0)) \($0.text(1)) \($0.integer(2))")
            }
            #expect(found == columns)
        }
    }

    /// An SQL edit of the schema's text, as somebody who edits the file could make it.
    private static func rewritten(_ name: String, _ old: String, _ new: String) -> String {
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '\(old)', '\(new)') WHERE name = '\(name)'; "
    }

    @Test(arguments: [
        (
            """
            CREATE TRIGGER z AFTER UPDATE ON users
            BEGIN UPDATE user_types SET permissions = '["*"]' WHERE tenant = new.tenant; END
            """, "the trigger `z` on `users` does not belong in a store"
        ),
        (
            "CREATE TRIGGER mute BEFORE INSERT ON log BEGIN SELECT RAISE(IGNORE); END",
            "the trigger `mute` on `log` does not belong in a store"
        ),
        ("CREATE VIEW v AS SELECT 1", "the view `v` does not belong in a store"),
        ("CREATE TABLE kept AS SELECT * FROM tokens", "the table `kept` does not belong in a store"),
        ("CREATE INDEX i ON tokens (name)", "the index `i` on `tokens` does not belong in a store"),
        ("CREATE TABLE \"a\u{1B}[2J\" (x)", "the table `a\u{1B}[2J` does not belong in a store"),
        ("DROP TRIGGER log_is_never_cut", "the trigger `log_is_never_cut` is missing"),
        ("DROP INDEX tokens_by_name", "the index `tokens_by_name` is missing"),
        ("ALTER TABLE users ADD COLUMN note TEXT", "the table `users` was changed"),
        (
            "DROP TRIGGER log_is_never_cut; CREATE TRIGGER log_is_never_cut BEFORE DELETE ON log BEGIN SELECT 1; END",
            "the trigger `log_is_never_cut` on `log` was changed"
        ),
        (
            rewritten("users", "UNIQUE (tenant, name)", "UNIQUE (tenant, name) ON CONFLICT IGNORE"),
            "the table `users` was changed"
        ),
        (rewritten("tokens", ") STRICT", ")"), "the table `tokens` was changed"),
        (
            rewritten("token_names_data", "block BLOB", "block BLOB CHECK (id < 9)"),
            "the table `token_names_data` was changed"
        ),
        (
            rewritten("token_names_docsize", "sz BLOB", "sz BLOB, more"),
            "the table `token_names_docsize` was changed"
        ),
    ])
    func `a foreign schema is refused with a reason, and verified completely`(
        edit: String, fault: String
    ) throws {
        let fixture = try StoreFixture()
        try fixture.sql(edit)
        let refused = #expect(throws: TokenStoreError.self) { try fixture.folder.open("a") }
        #expect(refused?.code == .tampered && refused?.message.contains(fault) == true, "\(refused?.message ?? "")")
        #expect(refused?.message.contains("demilune store verify") == true)
        let store = try fixture.folder.openToVerify("a")
        let faults = try store.verify()
        #expect(faults.first?.message.hasPrefix(fault) == true, "\(faults)")
        // Nothing can be written with it.
        let unwritten = #expect(throws: TokenStoreError.self) { try store.addKey(.test) }
        #expect(unwritten?.code == .tampered)
    }

    @Test func `all foreign objects are listed, also in a store of the time before keys`() throws {
        let folder = try Folder()
        let planted = "CREATE VIEW v AS SELECT 1; CREATE TABLE w (x); DROP INDEX tokens_by_tenant;"
        try folder.sql("a", MigrationTests.first() + planted)
        let refused = #expect(throws: TokenStoreError.self) { try folder.openToVerify("a") }
        for fault in ["the view `v`", "the table `w`", "the index `tokens_by_tenant` is missing"] {
            #expect(refused?.message.contains(fault) == true, "\(refused?.message ?? "")")
        }
        let adopted = #expect(throws: TokenStoreError.self) {
            try SQLiteStore.open(folder.file("a.db"), keys: folder.keyFile, makesKeys: true)
        }
        #expect(adopted?.code == refused?.code && refused?.code == .tampered)
        // It is still of the first version.
        try folder.sql("a", "CREATE INDEX tokens_by_tenant ON tokens (tenant, id); DROP VIEW v; DROP TABLE w")
        _ = try SQLiteStore.open(folder.file("a.db"), keys: folder.keyFile, makesKeys: true)
    }

    @Test(arguments: [
        "ANALYZE", "VACUUM", "REINDEX",
        rewritten("log_by_token", " ON log ", "  on \"log\" /* here */ "),
        rewritten("token_names_idx", "CREATE TABLE ''token_names_idx''", "create table token_names_idx "),
    ])
    func `statistics, and other spellings of the same schema, are accepted`(edit: String) throws {
        let fixture = try StoreFixture()
        try fixture.sql(edit)
        let store = try fixture.folder.open("a")
        #expect(try store.verify() == [])
        _ = try store.addKey(.test)
    }

    @Test func `an object planted while a store is open is noticed before the next write`() throws {
        let fixture = try StoreFixture()
        let token = try fixture.token().0
        try fixture.sql("CREATE TRIGGER z AFTER UPDATE ON tokens BEGIN UPDATE tokens SET revoked = NULL; END")
        for body in [
            { _ = try fixture.store.revoke([token.token.id], .test) },
            { try fixture.store.recordUse([token.token.id: .test]) },
            { _ = try fixture.store.setKeepsStrings(false, tenant: "3", .test) },
        ] as [() throws -> Void] {
            let refused = #expect(throws: TokenStoreError.self, performing: body)
            #expect(refused?.code == .tampered && refused?.message.contains("the trigger `z`") == true)
        }
        try fixture.sql("DROP TRIGGER z")
        #expect(try fixture.store.revoke([token.token.id], .test) == (1, 0))
    }
}
