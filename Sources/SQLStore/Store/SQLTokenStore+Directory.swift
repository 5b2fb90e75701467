package import Model
package import Tokens

extension SQLTokenStore {
    package var tenants: [TenantRecord] {
        get throws(TokenStoreError) {
            var tenants: [TenantRecord] = []
            try database.rows("SELECT id, name, zone FROM tenants ORDER BY id") {
                tenants.append(TenantRecord(id: $0.text(0), name: $0.text(1), zone: $0.text(2)))
            }
            return tenants
        }
    }

    package func directory(
        of id: ExactName
    ) throws(TokenStoreError) -> (tenant: TenantRecord, seal: DirectorySeal)? {
        let columns = "name, zone, active, keeps_strings, version, mac, mac_key, id"
        let head = try database.first("SELECT \(columns) FROM tenants WHERE id = ?", [.text(id)]) {
            (row: any SQLRow) throws(TokenStoreError) in
            guard row.holds(7, .text(id)) else { throw .misdirected(name) }
            var tenant = TenantRecord(id: id, name: row.text(0), zone: row.text(1))
            tenant.isActive = row.flag(2)
            let seal = DirectorySeal(keepsStrings: row.flag(3), version: row.count(4), seal: row.digest(5))
            return (tenant, seal)
        }
        guard case (var tenant, let seal)? = head else { return nil }
        try read(into: &tenant)
        return (tenant, seal)
    }

    private func read(into tenant: inout TenantRecord) throws(TokenStoreError) {
        let id = [SQLParameter.text(tenant.id)]
        var departments: [DepartmentRecord] = []
        try database.rows(
            "SELECT id, name, parent, active, requires FROM departments WHERE tenant = ? ORDER BY id", id
        ) {
            (row: any SQLRow) throws(TokenStoreError) in
            departments.append(
                DepartmentRecord(
                    id: row.text(0), name: row.text(1), parent: row.optionalText(2), isActive: row.flag(3),
                    requires: try list(row.text(4))))
        }
        var types: [UserTypeRecord] = []
        try database.rows("SELECT id, name, active, permissions FROM user_types WHERE tenant = ? ORDER BY id", id) {
            (row: any SQLRow) throws(TokenStoreError) in
            types.append(
                UserTypeRecord(
                    id: row.text(0), name: row.text(1), isActive: row.flag(2),
                    permissions: try list(row.text(3))))
        }
        var users: [UserRecord] = []
        var places: [ExactName: Int] = [:]
        try database.rows(
            "SELECT id, name, full_name, email, active, permissions FROM users WHERE tenant = ? ORDER BY id", id
        ) { (row: any SQLRow) throws(TokenStoreError) in
            places[row.text(0)] = users.count
            users.append(
                UserRecord(
                    id: row.text(0), name: row.text(1), fullName: row.text(2), email: row.text(3),
                    isActive: row.flag(4), permissions: try list(row.text(5))))
        }
        try database.rows(
            "SELECT user, id, department, user_type, removed FROM assignments WHERE tenant = ? ORDER BY user, id", id
        ) {
            guard let place = places[$0.text(0)] else { return }
            users[place].assignments.append(
                AssignmentRecord(
                    id: $0.text(1), department: $0.text(2), userType: $0.text(3), isRemoved: $0.flag(4)))
        }
        (tenant.departments, tenant.userTypes, tenant.users) = (departments, types, users)
    }

    package func keepsStrings(_ tenant: ExactName) throws(TokenStoreError) -> Bool {
        try database.first("SELECT keeps_strings, id FROM tenants WHERE id = ?", [.text(tenant)]) {
            $0.flag(0) && $0.holds(1, .text(tenant))
        } ?? false
    }

    package func assignment(
        _ id: ExactName, tenant: ExactName
    ) throws(TokenStoreError) -> AssignmentDetails? {
        let sql = """
            SELECT a.removed, u.id, u.name, u.active, d.id, d.name, t.name, n.active, a.tenant, a.id, t.permissions,
                u.permissions FROM assignments a
            JOIN users u ON u.tenant = a.tenant AND u.id = a.user
            JOIN departments d ON d.tenant = a.tenant AND d.id = a.department
            JOIN user_types t ON t.tenant = a.tenant AND t.id = a.user_type
            JOIN tenants n ON n.id = a.tenant WHERE a.tenant = ? AND a.id = ?
            """
        return try database.first(sql, [.text(tenant), .text(id)]) { (row: any SQLRow) throws(TokenStoreError) in
            guard row.holds(8, .text(tenant)), row.holds(9, .text(id)) else { throw .misdirected(name) }
            return AssignmentDetails(
                isRemoved: row.flag(0), user: row.text(1), userName: row.text(2), isUserActive: row.flag(3),
                department: row.text(4), departmentName: row.text(5), userTypeName: row.text(6),
                isTenantActive: row.flag(7), permissions: try list(row.text(10)) + list(row.text(11)))
        }
    }

    package func departments(
        from id: ExactName, tenant: ExactName
    ) throws(TokenStoreError) -> [(id: ExactName, isActive: Bool)] {
        let sql = """
            WITH RECURSIVE up (id, parent, active, depth) AS (
                SELECT id, parent, active, 0 FROM departments WHERE tenant = ?1 AND id = ?2
                UNION ALL SELECT d.id, d.parent, d.active, depth + 1 FROM departments d JOIN up ON d.id = up.parent
                WHERE d.tenant = ?1 AND depth < 100000)
            SELECT id, active FROM up ORDER BY depth
            """
        var found: [(id: ExactName, isActive: Bool)] = []
        try database.rows(sql, [.text(tenant), .text(id)]) { found.append(($0.text(0), $0.flag(1))) }
        return found
    }

    /// Reads a list of permissions, which is stored as JSON. An unreadable list is damage, never an empty list: an
    /// empty list of a department's required permissions would let everybody in.
    private func list(_ text: String) throws(TokenStoreError) -> [ExactName] {
        if text == "[]" { return [] }
        guard case .array(let elements)? = try? JSONReader.parse(text), case let texts = elements.compactMap(\.name),
            texts.count == elements.count
        else {
            throw TokenStoreError(
                .corrupt, "the store `\(name)` holds a damaged list of permissions: restore it from a backup"
            )
        }
        return texts
    }
}
