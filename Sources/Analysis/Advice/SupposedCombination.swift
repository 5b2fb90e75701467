internal import Decisions
package import Model

/// A combination that a token is supposed to be bound to.
package enum SupposedCombination: Equatable, Sendable {
    /// Another of its user's own, by the assignment's id.
    case existing(ExactName)
    /// A new one: a department, by id, and a user type of its own with just these permissions.
    case new(department: ExactName, permissions: [ExactName])
}

/// Makes snapshots in which tokens are bound to other combinations.
struct SupposedDirectories: Sendable {
    private struct Place {
        let tenant: Int
        let user: Int
    }

    private let organisation: Organisation
    private let places: [TokenID: Place]
    /// The ids of the user types and assignments that there are, by tenant.
    private let taken: [Set<ExactName>]

    /// - Parameter organisation: the records of the snapshot, or those of them that requests can reach.
    init(_ organisation: Organisation) {
        self.organisation = organisation
        var places: [TokenID: Place] = [:]
        for (number, tenant) in organisation.tenants.enumerated() {
            var owners: [ExactName: Int] = [:]
            for (user, record) in tenant.users.enumerated() {
                for assignment in record.assignments { owners[assignment.id] = user }
            }
            for record in tenant.tokens {
                guard let user = owners[record.assignment] else { continue }
                places[record.id] = Place(tenant: number, user: user)
            }
        }
        self.places = places
        taken = organisation.tenants.map { tenant in
            Set(tenant.userTypes.map(\.id) + tenant.users.flatMap { $0.assignments.map(\.id) })
        }
    }

    /// For each token a snapshot in which it alone is bound to another combination: what is found out about one never
    /// depends on another.
    /// - Precondition: combinations are of departments and assignments of the snapshot.
    func apart(_ combinations: [TokenID: SupposedCombination]) -> [TokenID: Directory] {
        let (base, assignments) = base(combinations)
        var directories: [TokenID: Directory] = [:]
        for (token, assignment) in assignments { directories[token] = moved([token: assignment], in: base) }
        return directories
    }

    /// The snapshot in which all of them are bound to other combinations.
    /// - Precondition: as for `apart`.
    func together(_ combinations: [TokenID: SupposedCombination]) -> Directory {
        let (base, assignments) = base(combinations)
        return moved(assignments, in: base)
    }

    private func moved(_ assignments: [TokenID: ExactName], in base: Directory) -> Directory {
        // INVARIANT: the snapshot has the tokens and the assignments.
        base.amended(
            assignments.map { token, assignment in
                let place = base.token(token)!
                var record = base.record(of: base.tokens[place])
                record.assignment = assignment
                return (base.tenants[base.tokens[place].tenant].id, record)
            })!
    }

    /// The snapshot with all new user types and assignments, and the assignment of each token's combination there.
    private func base(
        _ combinations: [TokenID: SupposedCombination]
    ) -> (directory: Directory, assignments: [TokenID: ExactName]) {
        var changed = organisation
        var assignments: [TokenID: ExactName] = [:]
        for (token, combination) in combinations {
            switch combination {
            case .existing(let assignment): assignments[token] = assignment
            case .new(let department, let permissions):
                let place = places[token]!
                let id = freeID(token, place.tenant)
                changed.tenants[place.tenant].userTypes.append(
                    UserTypeRecord(id: id, name: id, permissions: permissions))
                changed.tenants[place.tenant].users[place.user].assignments.append(
                    AssignmentRecord(id: id, department: department, userType: id))
                assignments[token] = id
            }
        }
        // INVARIANT: a part of a snapshot with more records in departments that it has is a valid snapshot.
        return (try! Directory(changed), assignments)
    }

    private func freeID(_ token: TokenID, _ tenant: Int) -> ExactName {
        var id = ExactName("supposed-\(token)")
        while taken[tenant].contains(id) { id = ExactName("\(id)-") }
        return id
    }
}
