internal import Lua
internal import Model

/// A small organisation written in a test file: `directory { departments = …, user_types = …, users = … }`.
///
/// The key of an entry is its name and its id, unless the entry has others. `tenants` takes what `export` prints
/// instead.
struct TestDirectory {
    private static let keys: [ExactName] = ["tenant", "zone", "departments", "user_types", "users", "tenants"]
    private let table: TestTable
    private var tenant: TenantRecord

    static func organisation(_ value: LuaValue) throws(TestFault) -> Organisation {
        let table = try TestTable(value, at: "directory")
        try table.refuseOthers(than: keys)
        if table["tenants"] != nil {
            let json = JSON.object(try table.members())
            do { return try Organisation(json: json) } catch {
                throw TestFault("`directory`: \(error.path): \(error.message)")
            }
        }
        var directory = TestDirectory(table, try table.name("tenant") ?? "test", try table.name("zone") ?? "UTC")
        try directory.read()
        let organisation = Organisation(tenants: [directory.tenant])
        do { try organisation.refuseTwins() } catch { throw TestFault("`directory`: \(error.message)") }
        return organisation
    }

    private init(_ table: TestTable, _ id: ExactName, _ zone: ExactName) {
        self.table = table
        tenant = TenantRecord(id: id, name: id, zone: zone)
    }

    private mutating func read() throws(TestFault) {
        for (name, table) in try entries("departments") {
            try table?.refuseOthers(than: ["id", "name", "parent", "active", "requires"])
            tenant.departments.append(
                DepartmentRecord(
                    id: try table?.name("id") ?? name, name: try table?.name("name") ?? name,
                    parent: try table?.name("parent"),
                    isActive: try table?.boolean("active") ?? true, requires: try permissions(table, "requires")))
        }
        for index in tenant.departments.indices {
            guard let parent = tenant.departments[index].parent else { continue }
            tenant.departments[index].parent = try id(
                of: parent, "department", tenant.departments.map { ($0.id, $0.name) })
        }
        for (name, table) in try entries("user_types", isShort: true) {
            try table?.refuseOthers(than: ["id", "name", "active", "permissions"])
            tenant.userTypes.append(
                UserTypeRecord(
                    id: try table?.name("id") ?? name, name: try table?.name("name") ?? name,
                    isActive: try table?.boolean("active") ?? true,
                    permissions: try permissions(table, "permissions")))
        }
        for (name, table) in try entries("users") { try addUser(name, table) }
    }

    private mutating func addUser(_ name: ExactName, _ table: TestTable?) throws(TestFault) {
        guard let table else { throw TestFault("the user `\(name)` needs a `department` and a `user_type`") }
        try table.refuseOthers(than: [
            "id", "name", "full_name", "email", "active", "permissions", "department", "user_type", "assignments",
        ])
        let id = try table.name("id") ?? name
        var user = UserRecord(
            id: id, name: try table.name("name") ?? name, fullName: try table.name("full_name") ?? name,
            email: try table.name("email") ?? "\(id)@example.com", isActive: try table.boolean("active") ?? true,
            permissions: try permissions(table, "permissions"))
        var places: [TestTable] = []
        if case .table(let list)? = table["assignments"] {
            for entry in list { places.append(try TestTable(entry.value, at: "\(table.path).assignments")) }
        }
        let isShort = places.isEmpty
        for (index, place) in (isShort ? [table] : places).enumerated() {
            guard let department = try place.name("department"), let type = try place.name("user_type") else {
                throw TestFault("the user `\(name)` needs a `department` and a `user_type`")
            }
            user.assignments.append(
                AssignmentRecord(
                    id: try (isShort ? nil : place.name("id")) ?? "\(id)-\(index + 1)",
                    department: try self.id(of: department, "department", tenant.departments.map { ($0.id, $0.name) }),
                    userType: try self.id(of: type, "user type", tenant.userTypes.map { ($0.id, $0.name) })))
        }
        tenant.users.append(user)
    }

    /// The entries under a key: names alone, or names with tables.
    /// - Parameter isShort: true when a list stands for a table with `permissions`.
    private func entries(_ key: ExactName, isShort: Bool = false) throws(TestFault) -> [(
        name: ExactName, table: TestTable?
    )] {
        guard let value = table[key] else { return [] }
        guard case .table(let entries) = value else {
            throw TestFault("`directory.\(key)` must be a table of names, got \(value.kindInWords)")
        }
        var result: [(ExactName, TestTable?)] = []
        for entry in entries {
            switch (entry.key, entry.value) {
            case (.integer, .string(let name)): result.append((ExactName(name), nil))
            case (.string(let text), let value):
                let name = ExactName(text)
                let isList = isShort && (value.isList || value == .table([]))
                let table = isList ? .table([.init(key: .string("permissions"), value: value)]) : value
                result.append((name, try TestTable(table, at: "directory.\(key).\(name)")))
            default: throw TestFault("`directory.\(key)` must be a table of names")
            }
        }
        return result
    }

    private func permissions(_ table: TestTable?, _ key: ExactName) throws(TestFault) -> [ExactName] {
        try table?.permissions(key) ?? []
    }

    private func id(
        of text: ExactName, _ kind: String, _ known: [(id: ExactName, name: ExactName)]
    ) throws(TestFault) -> ExactName {
        if let match = known.first(where: { $0.id == text }) ?? known.first(where: { $0.name == text }) {
            return match.id
        }
        throw TestFault("`directory` has no \(kind) `\(text)`" + Suggestion.hint(for: text, among: known.map(\.name)))
    }
}
