internal import Model

/// Compares an import with the records of a store: what must be written, and how many records that is.
struct DirectoryImporter {
    var summary = MergeSummary()
    private(set) var changes = DirectoryChanges()

    /// - Throws: `.invalid` for a change that an import may never make to an assignment.
    init(before: Organisation, after: Organisation) throws(TokenStoreError) {
        try Self.check(before: before, after: after)
        let stored = Dictionary(before.tenants.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for tenant in after.tenants {
            let known = stored[tenant.id]
            let same = known.map {
                $0.name == tenant.name && $0.zone == tenant.zone && $0.isActive == tenant.isActive
            }
            if note(same) { changes.tenants.append(tenant) }
            changes.departments += compare(tenant.departments, known?.departments, \.id).map { (tenant.id, $0) }
            changes.userTypes += compare(tenant.userTypes, known?.userTypes, \.id).map { (tenant.id, $0) }
            let bare = { (user: UserRecord) in
                var user = user
                user.assignments = []
                return user
            }
            changes.users += compare(tenant.users.map(bare), known?.users.map(bare), \.id).map { (tenant.id, $0) }
            let owners = Dictionary((known?.users ?? []).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            for user in tenant.users {
                let old = owners[user.id]?.assignments
                changes.assignments += compare(user.assignments, old, \.id).map { (tenant.id, user.id, $0) }
            }
        }
    }

    /// Checks that the import rebinds nothing: an assignment keeps its user, department and user type, and stays
    /// removed.
    private static func check(before: Organisation, after: Organisation) throws(TokenStoreError) {
        for tenant in after.tenants {
            guard let stored = before.tenants.first(where: { $0.id == tenant.id }) else { continue }
            try check(assignments(stored), assignments(tenant))
        }
    }

    private static func assignments(_ tenant: TenantRecord) -> [ExactName: (user: ExactName, record: AssignmentRecord)]
    {
        var all: [ExactName: (user: ExactName, record: AssignmentRecord)] = [:]
        for user in tenant.users {
            for assignment in user.assignments { all[assignment.id] = (user.id, assignment) }
        }
        return all
    }

    private static func check(
        _ before: [ExactName: (user: ExactName, record: AssignmentRecord)],
        _ after: [ExactName: (user: ExactName, record: AssignmentRecord)]
    ) throws(TokenStoreError) {
        for id in after.keys.sorted() {
            guard let old = before[id], let new = after[id] else { continue }
            let keeps =
                old.user == new.user && old.record.department == new.record.department
                && old.record.userType == new.record.userType && (!old.record.isRemoved || new.record.isRemoved)
            guard keeps else {
                throw TokenStoreError(
                    .invalid,
                    "the assignment `\(id)` already exists and cannot be rebound or restored: use a new id"
                )
            }
        }
    }

    /// Counts a record.
    /// - Parameter same: true for an unchanged record, `nil` for one that the store does not have.
    /// - Returns: true when it must be written.
    mutating func note(_ same: Bool?) -> Bool {
        switch same {
        case nil: summary.added += 1
        case false?: summary.changed += 1
        case true?: summary.unchanged += 1
        }
        return same != true
    }

    /// The records that must be written.
    private mutating func compare<Record: Equatable, ID: Hashable>(
        _ records: [Record], _ stored: [Record]?, _ id: KeyPath<Record, ID>
    ) -> [Record] {
        let known = Dictionary((stored ?? []).map { ($0[keyPath: id], $0) }, uniquingKeysWith: { first, _ in first })
        return records.filter { record in note(known[record[keyPath: id]].map { $0 == record }) }
    }
}
