package import Model

/// The remarks about a valid import: none of them stops it.
package struct ImportReview: Equatable, Sendable {
    /// A record of an organisation, by its path: `3/users/anna`.
    package struct Place: Equatable, Comparable, Sendable {
        package let tenant: ExactName
        /// The member of the file that holds such records: `users`; empty for the tenant itself.
        package let list: ExactName
        package let id: ExactName
        /// The name that people read: for a user the user name.
        package let name: ExactName

        package static func < (one: Place, other: Place) -> Bool {
            (one.tenant, one.list, one.id) < (other.tenant, other.list, other.id)
        }
    }

    /// The users of the file that have no assignment afterwards, so that no token can be made for them.
    package private(set) var unassigned: [Place] = []
    /// The tenants, departments, user types and users that were inactive and are active afterwards.
    package private(set) var reactivated: [Place] = []
    /// The records of the file's tenants that the store has and the file has not. They stay. A list that the file leaves
    /// out or empty is not compared.
    package private(set) var missing: [Place] = []
    /// The permissions that the file's records name.
    package private(set) var permissions: Set<ExactName> = []

    package init() {}

    /// - Parameters:
    ///   - stored: the organisation before the import.
    ///   - records: the records of the file, completed with those of the store.
    init(stored: Organisation, records: Organisation) {
        let known = Dictionary(stored.tenants.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for tenant in records.tenants {
            let before = known[tenant.id]
            if let before, !before.isActive, tenant.isActive {
                reactivated.append(Place(tenant: tenant.id, list: "", id: tenant.id, name: tenant.name))
            }
            compare("departments", tenant.id, before?.departments, tenant.departments) { ($0.id, $0.name, $0.isActive) }
            compare("user_types", tenant.id, before?.userTypes, tenant.userTypes) { ($0.id, $0.name, $0.isActive) }
            compare("users", tenant.id, before?.users, tenant.users) { ($0.id, $0.name, $0.isActive) }
            compareAssignments(tenant, before)
            for department in tenant.departments { permissions.formUnion(department.requires) }
            for type in tenant.userTypes { permissions.formUnion(type.permissions) }
            for user in tenant.users { permissions.formUnion(user.permissions) }
            let users = Dictionary(
                (before?.users ?? []).map { ($0.id, $0.assignments) }, uniquingKeysWith: { first, _ in first })
            for user in tenant.users {
                var isRemoved: [ExactName: Bool] = [:]
                for assignment in (users[user.id] ?? []) + user.assignments {
                    isRemoved[assignment.id] = assignment.isRemoved
                }
                guard !isRemoved.values.contains(false) else { continue }
                unassigned.append(Place(tenant: tenant.id, list: "users", id: user.id, name: user.name))
            }
        }
    }

    private mutating func compare<Record>(
        _ list: ExactName, _ tenant: ExactName, _ stored: [Record]?, _ records: [Record],
        _ traits: (Record) -> (id: ExactName, name: ExactName, isActive: Bool)
    ) {
        guard let stored, !records.isEmpty else { return }
        let given = Dictionary(
            records.map(traits).map { ($0.id, $0.isActive) }, uniquingKeysWith: { first, _ in first })
        for record in stored.map(traits) {
            let place = Place(tenant: tenant, list: list, id: record.id, name: record.name)
            switch given[record.id] {
            case nil: missing.append(place)
            case true? where !record.isActive: reactivated.append(place)
            default: break
            }
        }
    }

    /// Finds the assignments that the store has, and the file has not among those of the same user.
    private mutating func compareAssignments(_ tenant: TenantRecord, _ before: TenantRecord?) {
        let given = Dictionary(
            tenant.users.map { ($0.id, Set($0.assignments.map(\.id))) }, uniquingKeysWith: { first, _ in first })
        for user in before?.users ?? [] {
            guard let ids = given[user.id], !ids.isEmpty else { continue }
            for assignment in user.assignments where !assignment.isRemoved && !ids.contains(assignment.id) {
                let name: ExactName = "\(assignment.id) of \(user.name)"
                missing.append(Place(tenant: tenant.id, list: "assignments", id: assignment.id, name: name))
            }
        }
    }
}
