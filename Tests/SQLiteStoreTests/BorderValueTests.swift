import Foundation
import Model
import TestSupport
import Testing

@testable import SQLStore
@testable import SQLiteStore
@testable import Tokens

/// Every column of every table, with values that somebody who can write the file could put there.
@Suite struct BorderValueTests {
    static let values = [
        "0", "-1", "1", "2147483648", "4294967296", "9007199254740992", "9223372036854775807", "-9223372036854775808",
        "CAST (x'c3a90078' AS TEXT)", "x'00ff'", "NULL", "1.5e300",
    ]

    static let tables = StoreSchema.objects(version: Migrations.steps.count).values
        .filter { $0.type == "table" && !$0.isOptional && $0.name != "token_names" && !$0.name.contains("_names_") }
        .map(\.name).sorted()

    private let folder: Folder
    private let strings: [TokenString]

    /// Makes a small store: two tenants, and tokens that are live, suspended, rotated, revealed and revoked.
    init() throws {
        folder = try Folder()
        let store = try folder.create("a")
        _ = try store.merge(Self.organisation(), .test)
        var strings: [TokenString] = []
        var ids: [TokenID] = []
        for (number, kind) in [TokenKind.api, .mobile, .api].enumerated() {
            let draft = TokenDraft(
                tenant: "t", kind: kind, name: "Token \(number)", assignment: "a", expires: .test.adding(days: 9))
            let (details, string) = try store.create(draft, .test)
            strings.append(string)
            ids.append(details.token.id)
        }
        _ = try store.rotate(ids[0], overlap: .seconds(3_600), .test)
        strings.append(try store.reveal(ids[0], .test).1)
        try store.recordUse([ids[0]: .test])
        _ = try store.revoke([ids[2]], .test)
        self.strings = strings
        try folder.sql("a", "PRAGMA wal_checkpoint(TRUNCATE)")
    }

    private static func organisation() throws -> Organisation {
        try Organisation(
            json: JSONReader.parse(
                """
                {"tenants": [{"id": "t", "name": "T", "zone": "Europe/Oslo",
                  "departments": [{"id": "top", "name": "Top"}, {"id": "d", "name": "D", "parent": "top"}],
                  "user_types": [{"id": "ut", "name": "UT", "permissions": ["orders.*"]}],
                  "users": [{"id": "u", "name": "una", "full_name": "Una", "email": "u@example.com",
                    "assignments": [{"id": "a", "department": "d", "user_type": "ut"}]}]}]}
                """))
    }

    @Test(arguments: tables)
    func `a value at a limit is handled or refused, without a crash`(table: String) throws {
        var columns: [String] = []
        var key: [String] = []
        let store = try folder.open("a")
        // Without the constraints against such a value, since they do not bind somebody who edits the file.
        let reading = "SELECT name, pk FROM pragma_table_info(?)"
        try store.connection.rows(reading, [.text(table)]) {
            columns.append($0.text(0))
            if $0.integer(1) > 0 { key.append($0.text(0)) }
        }
        let names = key.joined(separator: ", ")
        let count = try store.connection.number("SELECT count(*) FROM \(table)")
        #expect(count > 0 && !key.isEmpty)
        var tried = 0
        var answered = 0
        for column in columns {
            for value in Self.values {
                // The two rows of `meta` have different meanings.
                for row in Set(table == "meta" || table == "log" ? [0, count - 1] : [0]) {
                    let place = "(\(names)) = (SELECT \(names) FROM \(table) ORDER BY \(names) LIMIT 1 OFFSET \(row))"
                    guard try write("UPDATE \(table) SET \(column) = \(value) WHERE \(place)", to: table) else {
                        continue
                    }
                    tried += 1
                    answered += exercise(table)
                }
            }
        }
        // A row key takes only numbers; every other column takes all values.
        #expect(tried > columns.count * Self.values.count / 2 && answered > 0, "\(tried)")
    }

    @Test(arguments: ["-1", "0", "-2147483648"])
    func `an unknown version is refused`(version: String) throws {
        try folder.sql("a", "PRAGMA user_version = \(version)")
        let refused = #expect(throws: TokenStoreError.self) { try folder.open("a") }
        #expect(refused?.code == .corrupt && refused?.message.contains("has the version \(version)") == true)
    }

    @Test(arguments: ["-9223372036854775808", "-1", "0", "9007199254740992", "9223372036854775807"])
    func `a log entry with a number that the store does not give stops writing, and is reported`(
        number: String
    ) throws {
        let columns = LogEntry.columns.dropFirst("number, ".count)
        try folder.sql("a", "INSERT INTO log SELECT \(number), \(columns) FROM log WHERE number = 1")
        let store = try folder.open("a")
        let (_, faults) = try store.verifyLog()
        #expect(!faults.isEmpty)
        // An entry numbered below the newest one does not interfere with writing.
        guard !number.hasPrefix("-"), number != "0" else { return }
        let refused = #expect(throws: TokenStoreError.self) { try store.addKey(.test) }
        #expect(refused?.code == .tampered && refused?.message.contains(number) == true)
    }

    @Test(arguments: ["-1", "0", "2", "9223372036854775807", "9223372036854775808", "1e3", "", "+1 "])
    func `numbers of the key file and its checkpoint are read as they were written`(number: String) throws {
        let store = try folder.open("a")
        let path = try store.keys.path
        let whole = try String(contentsOfFile: path, encoding: .utf8)
        let edited = whole.replacingOccurrences(of: "key 1 active", with: "key \(number) active")
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(edited.utf8))
        let refused = #expect(throws: TokenStoreError.self) { try folder.open("a") }
        #expect(refused?.code == .keys)
        try handle.truncate(atOffset: 0)
        try handle.seek(toOffset: 0)
        try handle.write(contentsOf: Data(whole.utf8))
        let head = try String(contentsOfFile: path + ".head", encoding: .utf8)
        let hash = head.split(separator: " ")[1]
        for version in ["", " 3"] {
            try Data("\(number) \(hash)\(version)\n".utf8).write(to: URL(filePath: path + ".head"))
            let store = try folder.open("a")
            #expect(try store.verifyLog().faults.count == 1)
            #expect(try store.organisation(.none).isRolledBack)
        }
        // The numbers of a version are checked, too; without an entry there is no hash.
        for text in ["0 -", "0 - 3", "0 - 0"] {
            try Data("\(text)\n".utf8).write(to: URL(filePath: path + ".head"))
            #expect(try folder.open("a").rollback == nil)
        }
        try Data("0 - \(number)\n".utf8).write(to: URL(filePath: path + ".head"))
        guard number != "0", number != "2", number != "" else { return }
        #expect(try folder.open("a").rollback != nil)
    }

    /// Writes a value into a copy of the store, bypassing the schema's constraints, and leaves the schema as it was.
    private func write(_ sql: String, to table: String) throws -> Bool {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.file("b.db" + suffix)) }
        try FileManager.default.copyItem(atPath: folder.file("a.db"), toPath: folder.file("b.db"))
        do {
            try folder.sql(
                "b",
                """
                PRAGMA writable_schema = ON; PRAGMA ignore_check_constraints = ON;
                CREATE TEMP TABLE held AS SELECT sql FROM sqlite_schema WHERE name = '\(table)';
                UPDATE sqlite_schema SET sql = replace(replace(replace(sql, ' NOT NULL', ''), ') STRICT, ', ') '), ') STRICT', ')')
                WHERE name = '\(table)';
                PRAGMA writable_schema = RESET; \(sql);
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = (SELECT sql FROM held) WHERE name = '\(table)'
                """, isUnguarded: true)
            return true
        } catch is SQLFile.Failure { return false }
    }

    /// Runs everything that reads or writes the store; writes are rolled back.
    /// - Returns: the number of operations that succeeded.
    private func exercise(_ table: String) -> Int {
        var answered = 0
        func attempt(_ body: () throws -> Void) { if (try? body()) != nil { answered += 1 } }
        guard let store = try? folder.openToVerify("b") else { return answered }
        let (later, context) = (Instant.test.adding(days: 1), AuditContext(now: .test.adding(seconds: 120)))
        var ids: [TokenID] = []
        attempt {
            let organisation = try store.organisation(.all)
            ids = organisation.tenants.flatMap(\.tokens).map(\.id)
            _ = organisation.json.compact
            _ = try Directory(organisation)
        }
        attempt { _ = try store.verify() }
        attempt { _ = try store.highWater }
        attempt { _ = try store.keyUses() }
        attempt { _ = try store.unsealedRecords() }
        attempt { for entry in try store.log(LogQuery()) { _ = "\(entry.time) \(entry.actor)" } }
        for string in strings {
            attempt { _ = try store.authenticate(string, now: later) }
            attempt { _ = try store.find(string) }
        }
        for sort in [TokenQuery.Sort.name, .created, .updated, .expires, .lastActive] where table == "tokens" {
            attempt {
                var query = TokenQuery(tenant: "t", kind: .api, now: later)
                (query.sort, query.size, query.leavesOutRevoked, query.unusedSince) = (sort, 1, false, later)
                // No list starts again from its beginning.
                for page in 0... {
                    #expect(page < 10)
                    if page == 10 { break }
                    let page = try store.list(query)
                    for details in page.tokens { _ = "\(details.token.expires) \(details.updated)" }
                    guard let next = page.next else { break }
                    query.cursor = next
                }
            }
        }
        attempt { _ = try store.named("Token 0", tenant: nil) }
        // One transaction that is rolled back, so that nothing waits for the disk.
        var acts: [() throws -> Void] = [
            { try store.recordUse(Dictionary(uniqueKeysWithValues: Set(ids).map { ($0, later) })) },
            { _ = try store.markDormant(tenant: "t", unusedFor: .seconds(1), context) },
            { _ = try store.merge(Self.organisation(), context, revokesTokens: true) },
            { _ = try store.set(.user("u"), tenant: "t", active: false, revokesTokens: true, context) },
            { _ = try store.rewrap(context) }, { _ = try store.reseal(context) },
            { _ = try store.setKeepsStrings(false, tenant: "t", context) },
            { _ = try store.purge(tenant: "t", before: later, context) },
        ]
        if ["log", "meta", "keys"].contains(table) { acts.removeSubrange(1..<acts.count - 1) }
        if table == "tokens" { for string in strings { acts.append { try store.rehash(string, context) } } }
        for id in table == "tokens" ? ids : Array(ids.prefix(table == "log" ? 1 : 0)) {
            acts += [
                { try store.suspend([id], context) }, { try store.resume([id], context) },
                { try store.clearDormant(id, context) },
                { _ = try store.rotate(id, overlap: .seconds(60), context) }, { _ = try store.reveal(id, context) },
                { try store.amend(id, TokenChange(name: "New", expires: later), context) },
                { _ = try store.reassign(id, assignment: "a", overlap: .seconds(60), context) },
                { _ = try store.revoke([id], context) },
            ]
        }
        store.connection.knownSchema = try? store.connection.number("PRAGMA schema_version")
        for act in acts {
            _ =
                try? store.connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
                    let isDone = (try? act()) != nil
                    if isDone { answered += 1 }
                    throw TokenStoreError(.stopped, "taken back")
                } as Void
        }
        return answered
    }
}
