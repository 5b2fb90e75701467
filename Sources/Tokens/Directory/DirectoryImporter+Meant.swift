internal import Model

extension DirectoryImporter {
    /// The intended state of a tenant's directory once the records are written.
    /// - Parameter before: the present directory; `nil` for a new tenant.
    func meant(_ tenant: TenantRecord, before: TenantRecord?) -> TenantRecord {
        var result = before ?? TenantRecord(id: tenant.id, name: tenant.name, zone: tenant.zone)
        (result.tokens, result.isTampered) = ([], false)
        for record in changes.tenants where record.id == tenant.id {
            (result.name, result.zone, result.isActive) = (record.name, record.zone, record.isActive)
        }
        let own = tenant.id
        result.departments = Self.overlay(
            result.departments, changes.departments.filter { $0.tenant == own }.map(\.record), \.id)
        result.userTypes = Self.overlay(
            result.userTypes, changes.userTypes.filter { $0.tenant == own }.map(\.record), \.id)
        let known = Dictionary(result.users.map { ($0.id, $0.assignments) }, uniquingKeysWith: { first, _ in first })
        let changed = changes.users.filter { $0.tenant == own }.map(\.record).map { record in
            var user = record
            user.assignments = known[record.id] ?? []
            return user
        }
        result.users = Self.overlay(result.users, changed, \.id)
        let added = Dictionary(grouping: changes.assignments.filter { $0.tenant == own }, by: \.user)
        for place in result.users.indices {
            guard let records = added[result.users[place].id] else { continue }
            result.users[place].assignments = Self.overlay(result.users[place].assignments, records.map(\.record), \.id)
        }
        return result
    }

    /// Records with others added, or replacing those with the same id, in the order in which a store reads them.
    private static func overlay<Record>(
        _ records: [Record], _ others: [Record], _ id: KeyPath<Record, ExactName>
    ) -> [Record] {
        if others.isEmpty { return records }
        var byID = Dictionary(records.map { ($0[keyPath: id], $0) }, uniquingKeysWith: { first, _ in first })
        for other in others { byID[other[keyPath: id]] = other }
        return byID.values.sorted { $0[keyPath: id] < $1[keyPath: id] }
    }
}
