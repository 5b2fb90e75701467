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
    /// The fields of the records that both have, and that differ, in the order of the records here.
    /// - Parameter whole: true for the records, too, that only one of them has: their field is `record`.
    package func changes(to other: Organisation, whole: Bool = false) -> [RecordChange] {
        let others = Dictionary(other.tenants.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let own = Set(tenants.map(\.id))
        let changes = tenants.flatMap { tenant -> [RecordChange] in
            guard let other = others[tenant.id] else {
                return whole ? [.gone(tenant.id, "", tenant.id, tenant.name)] : []
            }
            return tenant.changes(to: other, whole: whole)
        }
        guard whole else { return changes }
        return changes + other.tenants.filter { !own.contains($0.id) }.map { .new($0.id, "", $0.id, $0.name) }
    }
}

extension RecordChange {
    fileprivate static func gone(
        _ tenant: ExactName, _ list: ExactName, _ id: ExactName, _ name: ExactName
    ) -> RecordChange {
        RecordChange(
            tenant: tenant, list: list, id: id, name: name, field: "record", before: .string("there"),
            after: .string("gone"))
    }

    fileprivate static func new(
        _ tenant: ExactName, _ list: ExactName, _ id: ExactName, _ name: ExactName
    ) -> RecordChange {
        RecordChange(
            tenant: tenant, list: list, id: id, name: name, field: "record", before: nil, after: .string("new"))
    }
}

extension TenantRecord {
    /// The lists of a tenant's records, each with the name of the member that people read.
    private static let lists: [(list: ExactName, name: ExactName)] = [
        ("departments", "name"), ("user_types", "name"), ("users", "name"), ("tokens", "name"),
    ]

    fileprivate func changes(to other: TenantRecord, whole: Bool) -> [RecordChange] {
        let lists = Self.lists.map(\.list)
        let (one, two) = (json, other.json)
        var changes = Self.fields(one, two, without: lists, in: id, list: "", name: name)
        for (list, member) in Self.lists {
            changes += Self.records(one[list], two[list], in: id, list: list, name: member, whole: whole)
        }
        return changes
    }

    private static func records(
        _ one: JSON?, _ two: JSON?, in tenant: ExactName, list: ExactName, name: ExactName, whole: Bool
    ) -> [RecordChange] {
        let (before, after) = (elements(one), elements(two))
        func title(_ record: JSON, _ id: ExactName) -> ExactName {
            [record[name]?.name, record["device"]?.name].compactMap(\.self).first { !$0.isEmpty } ?? id
        }
        let known = Dictionary(
            after.compactMap { record in record["id"]?.name.map { ($0, record) } },
            uniquingKeysWith: { first, _ in first })
        var own: Set<ExactName> = []
        let changes = before.flatMap { record -> [RecordChange] in
            guard let id = record["id"]?.name else { return [] }
            own.insert(id)
            guard let other = known[id] else { return whole ? [.gone(tenant, list, id, title(record, id))] : [] }
            var changes = fields(
                record, other, without: ["assignments"], in: tenant, list: list, name: title(record, id))
            changes += records(
                record["assignments"], other["assignments"], in: tenant, list: "assignments", name: "id", whole: whole)
            return changes
        }
        guard whole else { return changes }
        return changes
            + after.compactMap { record in
                record["id"]?.name.flatMap { own.contains($0) ? nil : .new(tenant, list, $0, title(record, $0)) }
            }
    }

    private static func elements(_ json: JSON?) -> [JSON] {
        if case .array(let elements)? = json { elements } else { [] }
    }

    /// True for the same content; the order of permissions means nothing.
    private static func isSame(_ one: JSON?, _ two: JSON?) -> Bool {
        guard case .array(let before)? = one, case .array(let after)? = two else { return one == two }
        return before.map(\.compact).sorted() == after.map(\.compact).sorted()
    }

    private static func fields(
        _ one: JSON, _ two: JSON, without excluded: [ExactName], in tenant: ExactName, list: ExactName, name: ExactName
    ) -> [RecordChange] {
        guard case .object(let before) = one, case .object(let after) = two, let id = one["id"]?.name else { return [] }
        var names = before.map(\.key)
        names += after.map(\.key).filter { !names.contains($0) }
        return names.filter { !excluded.contains($0) && !isSame(one[$0], two[$0]) }.map { field in
            RecordChange(
                tenant: tenant, list: list, id: id, name: name, field: field, before: one[field], after: two[field])
        }
    }
}
