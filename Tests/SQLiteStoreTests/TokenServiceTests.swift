import CSQLite
import Foundation
import Model
import TestSupport
import Testing
import Tokens

@Suite struct TokenServiceTests {
    @Test func `merged records are read back, and merging twice changes nothing`() throws {
        let folder = try Folder()
        let store = try folder.create("a")
        let demo = try Organisation.demo()
        let first = try store.merge(demo, .test)
        #expect(first.changed == 0 && first.unchanged == 0 && first.added > 150)
        let exported = try store.organisation(.all)
        let second = try store.merge(demo, .test)
        #expect(second == MergeSummary(added: 0, changed: 0, unchanged: first.added))
        #expect(try folder.open("a").organisation(.all) == exported)
        let again = try folder.create("b")
        _ = try again.merge(Organisation(json: exported.json), .test)
        #expect(try again.organisation(.all).json.compact == exported.json.compact)
        #expect(exported.tenants.flatMap(\.tokens).count == demo.tenants.flatMap(\.tokens).count)
    }

    @Test func `an id that looks like another is refused, without overwriting`() throws {
        for (one, other) in [("caf\u{E9}", "cafe\u{301}"), ("K", "\u{212A}"), (";", "\u{37E}")] {
            let folder = try Folder()
            let store = try folder.create("a")
            var tenant = TenantRecord(id: "t", name: "T", zone: "UTC")
            tenant.departments = [DepartmentRecord(id: ExactName(one), name: "first", requires: ["orders.read"])]
            _ = try store.merge(Organisation(tenants: [tenant]), .test)
            let before = try store.organisation(.all)
            tenant.departments = [DepartmentRecord(id: ExactName(other), name: "second")]
            let shown = TwinNames(one: ExactName(one), other: ExactName(other)).shown
            for organisation in [
                Organisation(tenants: [tenant]),
                Organisation(tenants: [one, other].map { TenantRecord(id: ExactName($0), name: "T", zone: "UTC") }),
            ] {
                let error = #expect(throws: TokenStoreError.self) { try store.merge(organisation, .test) }
                #expect(error?.code == .invalid)
                #expect(error?.message.contains("`\(shown.0)`") == true, "\(error?.message ?? "")")
                #expect(error?.message.contains("`\(shown.1)`") == true, "\(error?.message ?? "")")
                #expect(try store.organisation(.all) == before)
            }
        }
    }

    @Test func `a name in another normal form is a change`() throws {
        let folder = try Folder()
        let store = try folder.create("a")
        var tenant = TenantRecord(id: "t", name: "caf\u{E9}", zone: "UTC")
        _ = try store.merge(Organisation(tenants: [tenant]), .test)
        tenant.name = "cafe\u{301}"
        #expect(try store.merge(Organisation(tenants: [tenant]), .test).changed == 1)
        #expect(try store.organisation(.all).tenants[0].name == "cafe\u{301}")
    }

    @Test func `only the requested tokens are read`() throws {
        let folder = try Folder()
        let store = try folder.create("a")
        let demo = try Organisation.demo()
        _ = try store.merge(demo, .test)
        let wanted = demo.tenants[0].tokens[3]
        #expect(try store.organisation(.some([wanted.id])).tenants.flatMap(\.tokens) == [wanted])
        #expect(try store.organisation(.none).tenants.flatMap(\.tokens) == [])
    }

    @Test func `a merge that contradicts itself at its end changes nothing`() throws {
        let folder = try Folder()
        let store = try folder.create("a")
        var demo = try Organisation.demo()
        _ = try store.merge(demo, .test)
        let before = try store.organisation(.all)
        demo.tenants[0].name = "Changed"
        // A cycle in the tree is found only when the tree is complete.
        let top = demo.tenants[0].departments.firstIndex { $0.parent == nil }!
        let child = demo.tenants[0].departments.first { $0.parent == demo.tenants[0].departments[top].id }!
        demo.tenants[0].departments[top].parent = child.id
        let error = #expect(throws: TokenStoreError.self) { try store.merge(demo, .test) }
        #expect(error?.code == .invalid)
        #expect(try store.organisation(.all) == before)
    }

    @Test func `a merge neither reassigns nor revives tokens`() throws {
        let folder = try Folder()
        let store = try folder.create("a")
        let demo = try Organisation.demo()
        _ = try store.merge(demo, .test)
        let before = try store.organisation(.all)
        let revoked = demo.tenants[0].tokens.firstIndex { $0.revoked != nil }!
        let changes: [(inout TenantRecord) -> Void] = [
            { $0.tokens[revoked].revoked = nil }, { $0.tokens[0].assignment = $0.tokens[1].assignment },
            { $0.tokens[0].kind = $0.tokens[0].kind == .api ? .mobile : .api },
            { $0.users[0].assignments[0].userType = $0.userTypes.last!.id },
            { $0.users[0].assignments[0].department = $0.departments.last!.id },
            { $0.users[1].assignments[0].id = $0.users[0].assignments[0].id },
        ]
        for change in changes {
            var altered = demo
            change(&altered.tenants[0])
            let error = #expect(throws: TokenStoreError.self) { try store.merge(altered, .test) }
            #expect(error?.code == .invalid)
        }
        #expect(try store.organisation(.all) == before)
    }

    @Test func `a damaged list of permissions is an error, not an empty list`() throws {
        let folder = try Folder()
        let store = try folder.create("a")
        _ = try store.merge(Organisation.demo(), .test)
        var other: OpaquePointer?
        unsafe sqlite3_open(folder.file("a.db"), &other)
        unsafe sqlite3_exec(other, "UPDATE departments SET requires = 'x'", nil, nil, nil)
        unsafe sqlite3_close(other)
        let error = #expect(throws: TokenStoreError.self) { try store.organisation(.all) }
        #expect(error?.code == .corrupt)
    }

    @Test func `a second writer is told that the store is busy, and a reader keeps its snapshot`() throws {
        let folder = try Folder()
        _ = try folder.create("a")
        let store = try folder.open("a", patience: 20)
        var other: OpaquePointer?
        #expect(unsafe sqlite3_open(folder.file("a.db"), &other) == SQLITE_OK)
        defer { unsafe sqlite3_close(other) }
        #expect(
            unsafe sqlite3_exec(
                other, "BEGIN IMMEDIATE; INSERT INTO tenants (id, name, zone) VALUES ('x', 'X', 'UTC')", nil, nil, nil)
                == SQLITE_OK)
        #expect(try store.organisation(.all).tenants.isEmpty)
        let error = #expect(throws: TokenStoreError.self) { try store.merge(Organisation.demo(), .test) }
        #expect(error?.code == .busy)
        unsafe sqlite3_exec(other, "COMMIT", nil, nil, nil)
        #expect(try store.organisation(.all).tenants.map(\.id) == ["x"])
    }

    @Test func `files that are not stores are refused, each with its reason`() throws {
        let folder = try Folder()
        let missing = #expect(throws: TokenStoreError.self) { try folder.open("missing") }
        #expect(missing?.code == .missing)
        #expect(!FileManager.default.fileExists(atPath: folder.file("missing.db")))
        try Data("no database, whatever its name says".utf8).write(to: URL(filePath: folder.file("text.db")))
        let text = #expect(throws: TokenStoreError.self) { try folder.open("text") }
        #expect(text?.code == .foreign)
        let created = #expect(throws: TokenStoreError.self) { try folder.create("text") }
        #expect(created?.code == .exists)
        var other: OpaquePointer?
        unsafe sqlite3_open(folder.file("other.db"), &other)
        unsafe sqlite3_exec(other, "CREATE TABLE t (x)", nil, nil, nil)
        unsafe sqlite3_close(other)
        let foreign = #expect(throws: TokenStoreError.self) { try folder.open("other") }
        #expect(foreign?.code == .foreign)
        _ = try folder.create("later")
        unsafe sqlite3_open(folder.file("later.db"), &other)
        unsafe sqlite3_exec(other, "PRAGMA user_version = 99", nil, nil, nil)
        unsafe sqlite3_close(other)
        let newer = #expect(throws: TokenStoreError.self) { try folder.open("later") }
        #expect(newer?.code == .newer)
    }
}
