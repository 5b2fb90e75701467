package import Model
package import Tokens

extension SQLTokenStore {
    package func write(_ changes: DirectoryChanges) throws(TokenStoreError) {
        try write(
            "tenants (id, name, zone, active)", "id",
            changes.tenants.map { [.text($0.id), .text($0.name), .text($0.zone), .flag($0.isActive)] })
        try write(
            "departments (tenant, id, name, parent, active, requires)", "tenant, id",
            changes.departments.map { tenant, record in
                [
                    .text(tenant), .text(record.id), .text(record.name), .optional(record.parent),
                    .flag(record.isActive), Self.list(record.requires),
                ]
            })
        try write(
            "user_types (tenant, id, name, active, permissions)", "tenant, id",
            changes.userTypes.map { tenant, record in
                [
                    .text(tenant), .text(record.id), .text(record.name), .flag(record.isActive),
                    Self.list(record.permissions),
                ]
            })
        try write(
            "users (tenant, id, name, full_name, email, active, permissions)", "tenant, id",
            changes.users.map { tenant, record in
                [
                    .text(tenant), .text(record.id), .text(record.name), .text(record.fullName), .text(record.email),
                    .flag(record.isActive), Self.list(record.permissions),
                ]
            })
        try write(
            "assignments (tenant, id, user, department, user_type, removed)", "tenant, id",
            changes.assignments.map { tenant, user, record in
                [
                    .text(tenant), .text(record.id), .text(user), .text(record.department), .text(record.userType),
                    .flag(record.isRemoved),
                ]
            })
    }

    /// Inserts rows, or updates those with the same key.
    private func write(
        _ table: String, _ key: String, _ rows: [[SQLParameter]]
    ) throws(TokenStoreError) {
        guard let width = rows.first?.count else { return }
        let open = table.firstIndex(of: "(")!
        let columns = table[table.index(after: open)...].dropLast().split(separator: ",").map { $0.drop { $0 == " " } }
        let changes = columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        let marks = [String](repeating: "?", count: width).joined(separator: ", ")
        let sql = "INSERT INTO \(table) VALUES (\(marks)) ON CONFLICT (\(key)) DO UPDATE SET \(changes)"
        for row in rows { try database.run(sql, row) }
    }

    private static func list(_ permissions: [ExactName]) -> SQLParameter {
        .text(JSON.array(permissions.map(JSON.string)).compact)
    }

    package func setActive(
        _ part: DirectoryPart, tenant: ExactName, _ isActive: Bool
    ) throws(TokenStoreError) -> Bool? {
        let (table, key) =
            switch part {
            case .user: ("users", "tenant = ? AND id = ?")
            case .department: ("departments", "tenant = ? AND id = ?")
            case .userType: ("user_types", "tenant = ? AND id = ?")
            case .tenant: ("tenants", "id = ?")
            }
        let place = [SQLParameter.text(tenant)] + (part.id.map { [.text($0)] } ?? [])
        let present = try database.first("SELECT active FROM \(table) WHERE \(key)", place) { $0.flag(0) }
        guard let present else { return nil }
        guard present != isActive else { return false }
        try database.run("UPDATE \(table) SET active = ? WHERE \(key)", [.flag(isActive)] + place)
        return true
    }

    package func setKeepsStrings(_ keeps: Bool, tenant: ExactName) throws(TokenStoreError) {
        try database.run("UPDATE tenants SET keeps_strings = ? WHERE id = ?", [.flag(keeps), .text(tenant)])
    }

    package func setSeal(_ seal: KeyedDigest, version: Int64, tenant: ExactName) throws(TokenStoreError) {
        let values: [SQLParameter] = [.integer(version), .blob(seal.digest), .integer(Int64(seal.key))]
        try database.run(
            "UPDATE tenants SET version = ?, mac = ?, mac_key = ? WHERE id = ?", values + [.text(tenant)])
        try database.confirm(
            "SELECT version, mac, mac_key, id FROM tenants WHERE id = ?", [.text(tenant)],
            is: values + [.text(tenant)], "the seal of the tenant `\(tenant)`")
    }
}
