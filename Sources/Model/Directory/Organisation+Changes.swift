/// A field of a record that is different in another version of an organisation.
package struct RecordChange: Equatable, Sendable {
    /// The tenant's id.
    package let tenant: ExactName
    /// The member of a file that holds such records, `users`; empty for the tenant itself.
    package let list: ExactName
    package let id: ExactName
    package let name: ExactName
    package let field: ExactName
    /// `nil` where only one of the two has it.
    package let before: JSON?
    package let after: JSON?
}

extension Organisation {
    /// The fields of the records that both have, and that differ, in the order of the records here. New and missing
    /// records are not among them.
    package func changes(to other: Organisation) -> [RecordChange] {
        let others = Dictionary(other.tenants.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return tenants.flatMap { tenant in others[tenant.id].map(tenant.changes) ?? [] }
    }
}

extension TenantRecord {
    /// The lists of a tenant's records, each with the name of the member that people read.
    private static let lists: [(list: ExactName, name: ExactName)] = [
        ("departments", "name"), ("user_types", "name"), ("users", "name"), ("tokens", "name"),
    ]

    fileprivate func changes(to other: TenantRecord) -> [RecordChange] {
        let lists = Self.lists.map(\.list)
        let (one, two) = (json, other.json)
        var changes = Self.fields(one, two, without: lists, in: id, list: "", name: name)
        for (list, member) in Self.lists {
            changes += Self.records(one[list], two[list], in: id, list: list, name: member)
        }
        return changes
    }

    private static func records(
        _ one: JSON?, _ two: JSON?, in tenant: ExactName, list: ExactName, name: ExactName
    ) -> [RecordChange] {
        guard case .array(let before)? = one, case .array(let after)? = two else { return [] }
        let known = Dictionary(
            after.compactMap { record in record["id"]?.name.map { ($0, record) } },
            uniquingKeysWith: { first, _ in first })
        return before.flatMap { record -> [RecordChange] in
            guard let id = record["id"]?.name, let other = known[id] else { return [] }
            let name = record[name]?.name ?? record["device"]?.name ?? id
            var changes = fields(record, other, without: ["assignments"], in: tenant, list: list, name: name)
            changes += records(record["assignments"], other["assignments"], in: tenant, list: "assignments", name: "id")
            return changes
        }
    }

    private static func fields(
        _ one: JSON, _ two: JSON, without excluded: [ExactName], in tenant: ExactName, list: ExactName, name: ExactName
    ) -> [RecordChange] {
        guard case .object(let before) = one, case .object(let after) = two, let id = one["id"]?.name else { return [] }
        var names = before.map(\.key)
        names += after.map(\.key).filter { !names.contains($0) }
        return names.filter { !excluded.contains($0) && one[$0] != two[$0] }.map { field in
            RecordChange(
                tenant: tenant, list: list, id: id, name: name, field: field, before: one[field], after: two[field])
        }
    }
}
