internal import CSQLite
internal import Glibc
package import Model

/// Which tokens a snapshot holds.
package enum TokenSelection: Sendable {
    case all
    case none
    case some([TokenID])
}

/// How many records a merge touched.
package struct MergeSummary: Equatable, Sendable {
    package var added = 0
    package var changed = 0
    package var unchanged = 0

    package init(added: Int = 0, changed: Int = 0, unchanged: Int = 0) {
        self.added = added
        self.changed = changed
        self.unchanged = unchanged
    }
}

/// A store of organisations and tokens.
package protocol TokenStore {
    /// Everything there is, as of one moment.
    func organisation(_ tokens: TokenSelection) throws(TokenStoreError) -> Organisation
    /// Adds and changes records by id, all or nothing; removes none.
    func merge(_ organisation: Organisation) throws(TokenStoreError) -> MergeSummary
}

/// The store in one SQLite file. One connection: for one thread at a time.
package final class SQLiteTokenStore: TokenStore {
    private let connection: Connection

    private init(_ connection: Connection) throws(TokenStoreError) {
        self.connection = connection
        try connection.execute("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL")
    }

    /// - Throws: `.exists` when there is a file of that name.
    package static func create(_ path: String) throws(TokenStoreError) -> SQLiteTokenStore {
        if unsafe access(path, F_OK) == 0 {
            throw TokenStoreError(.exists, "`\(path)` exists already; name another file, or remove it first")
        }
        let store = try SQLiteTokenStore(Connection(path, creates: true))
        try store.connection.execute("PRAGMA journal_mode = WAL")
        try store.migrate(from: 0)
        return store
    }

    /// - Throws: `.missing`, `.foreign`, `.newer`.
    package static func open(_ path: String) throws(TokenStoreError) -> SQLiteTokenStore {
        guard unsafe access(path, F_OK) == 0 else {
            throw TokenStoreError(.missing, "there is no store `\(path)`; `demilune init` makes one")
        }
        let store = try SQLiteTokenStore(Connection(path, creates: false))
        guard try store.connection.number("PRAGMA application_id") == Migrations.applicationID else {
            throw TokenStoreError(.foreign, "`\(path)` is no Demilune store")
        }
        let version = try store.connection.number("PRAGMA user_version")
        guard version <= Int64(Migrations.steps.count) else {
            throw TokenStoreError(.newer, "the store `\(path)` was made by a later version of Demilune (\(version))")
        }
        try store.migrate(from: Int(version))
        return store
    }

    private func migrate(from version: Int) throws(TokenStoreError) {
        for step in Migrations.steps.indices.dropFirst(version) {
            try connection.transaction("BEGIN EXCLUSIVE") { () throws(TokenStoreError) in
                try connection.execute(Migrations.steps[step])
                try connection.execute(
                    "PRAGMA user_version = \(step + 1); PRAGMA application_id = \(Migrations.applicationID)")
            }
        }
    }

    package func organisation(_ tokens: TokenSelection = .all) throws(TokenStoreError) -> Organisation {
        try connection.transaction("BEGIN") { () throws(TokenStoreError) in try read(tokens) }
    }

    package func merge(_ organisation: Organisation) throws(TokenStoreError) -> MergeSummary {
        try connection.transaction("BEGIN IMMEDIATE") { () throws(TokenStoreError) in
            let before = try read(.all)
            let merger = try Merger(before: before, after: organisation)
            try merger.write(to: connection)
            do throws(OrganisationError) { _ = try Directory(try merged()) } catch {
                throw TokenStoreError(.invalid, "\(error.path): \(error.message)")
            }
            return merger.summary
        }
    }

    /// What is in the transaction now, read for the check before it is kept.
    private func merged() throws(OrganisationError) -> Organisation {
        do throws(TokenStoreError) { return try read(.all) } catch {
            throw OrganisationError(error.message, path: "")
        }
    }

    // MARK: Reading

    private func rows(
        _ sql: String, _ parameters: [Statement.Parameter] = [],
        _ row: (borrowing Statement) throws(TokenStoreError) -> Void
    ) throws(TokenStoreError) {
        let statement = try connection.prepare(sql)
        try statement.bind(parameters)
        while try statement.step() { try row(statement) }
    }

    private func read(_ selection: TokenSelection) throws(TokenStoreError) -> Organisation {
        var tenants: [TenantRecord] = []
        try rows("SELECT id, name, zone FROM tenants ORDER BY id") {
            tenants.append(TenantRecord(id: $0.text(0), name: $0.text(1), zone: $0.text(2)))
        }
        for index in tenants.indices { try read(into: &tenants[index], selection) }
        return Organisation(tenants: tenants)
    }

    private func read(into tenant: inout TenantRecord, _ selection: TokenSelection) throws(TokenStoreError) {
        let id = [Statement.Parameter.text(tenant.id)]
        var departments: [DepartmentRecord] = []
        try rows("SELECT id, name, parent, active, requires FROM departments WHERE tenant = ? ORDER BY id", id) {
            (row: borrowing Statement) throws(TokenStoreError) in
            departments.append(
                DepartmentRecord(
                    id: row.text(0), name: row.text(1), parent: row.optionalText(2), isActive: row.integer(3) != 0,
                    requires: try list(row.text(4))))
        }
        var types: [UserTypeRecord] = []
        try rows("SELECT id, name, active, permissions FROM user_types WHERE tenant = ? ORDER BY id", id) {
            (row: borrowing Statement) throws(TokenStoreError) in
            types.append(
                UserTypeRecord(
                    id: row.text(0), name: row.text(1), isActive: row.integer(2) != 0,
                    permissions: try list(row.text(3))))
        }
        var users: [UserRecord] = []
        var places: [String: Int] = [:]
        try rows(
            "SELECT id, name, full_name, email, active, permissions FROM users WHERE tenant = ? ORDER BY id", id
        ) { (row: borrowing Statement) throws(TokenStoreError) in
            places[row.text(0)] = users.count
            users.append(
                UserRecord(
                    id: row.text(0), name: row.text(1), fullName: row.text(2), email: row.text(3),
                    isActive: row.integer(4) != 0, permissions: try list(row.text(5))))
        }
        try rows(
            "SELECT user, id, department, user_type, removed FROM assignments WHERE tenant = ? ORDER BY user, id", id
        ) {
            guard let place = places[$0.text(0)] else { return }
            users[place].assignments.append(
                AssignmentRecord(
                    id: $0.text(1), department: $0.text(2), userType: $0.text(3), isRemoved: $0.integer(4) != 0))
        }
        (tenant.departments, tenant.userTypes, tenant.users) = (departments, types, users)
        tenant.tokens = try tokens(of: tenant.id, selection)
    }

    private func tokens(of tenant: String, _ selection: TokenSelection) throws(TokenStoreError) -> [TokenRecord] {
        let columns = """
            SELECT id, kind, name, assignment, created, expires, last_active, dormant_since, suspended, revoked
            FROM tokens WHERE tenant = ?
            """
        var tokens: [TokenRecord] = []
        func row(_ row: borrowing Statement) {
            tokens.append(
                TokenRecord(
                    id: row.token(0), kind: row.text(1) == "mobile" ? .mobile : .api, name: row.text(2),
                    assignment: row.text(3), created: Instant(microseconds: row.integer(4)),
                    expires: Instant(microseconds: row.integer(5)), lastActive: row.instant(6),
                    dormantSince: row.instant(7), suspended: row.instant(8), revoked: row.instant(9)))
        }
        switch selection {
        case .none: break
        case .all: try rows(columns + " ORDER BY id", [.text(tenant)], row)
        case .some(let ids):
            for id in ids.sorted() { try rows(columns + " AND id = ?", [.text(tenant), .token(id)], row) }
        }
        return tokens
    }

    /// Permission lists are kept as JSON. One that cannot be read is damage, never an empty list: an empty list of what
    /// a department requires would let everybody in.
    private func list(_ text: String) throws(TokenStoreError) -> [String] {
        guard case .array(let elements)? = try? JSONReader.parse(text) else {
            throw TokenStoreError(
                .corrupt, "the store `\(connection.path)` holds a damaged list of permissions: restore it from a backup"
            )
        }
        return elements.compactMap(\.string)
    }
}
