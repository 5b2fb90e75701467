internal import Decisions
package import Model

/// A combination that a token is supposed to be bound to, or a ceiling that it is supposed to have.
package enum SupposedCombination: Equatable, Sendable {
    /// Another of its user's own, by the assignment's id.
    case existing(ExactName)
    /// A new one: a department, by id, and a user type of its own with just these permissions.
    case new(department: ExactName, permissions: [ExactName])
    /// Its own one, under a ceiling.
    case limited(Ceiling)
}

/// Makes snapshots in which tokens are bound to other combinations, or limited by other ceilings.
struct SupposedDirectories: Sendable {
    private struct Place {
        let tenant: Int
        let user: Int
    }

    /// The part of a token's record that is another.
    private enum Change {
        case assignment(ExactName)
        case ceiling(Ceiling)
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

    /// For each token a snapshot in which it alone has another combination or ceiling: what is found out about one never
    /// depends on another.
    /// - Precondition: combinations are of departments and assignments of the snapshot.
    func apart(_ combinations: [TokenID: SupposedCombination]) -> [TokenID: Directory] {
        var (base, changes) = base(combinations)
        let limited = changes.filter { if case .ceiling = $0.value { true } else { false } }
        if !limited.isEmpty {
            // Each snapshot then has the ceilings of all, once: it shares them with the others.
            let originals = limited.keys.map { id in
                let token = base.tokens[base.token(id)!]
                return (base.tenants[token.tenant].id, base.record(of: token))
            }
            base = changed(limited, in: base).amended(originals)!
        }
        var directories: [TokenID: Directory] = [:]
        for (token, change) in changes { directories[token] = changed([token: change], in: base) }
        return directories
    }

    /// The snapshot in which all of them have other combinations or ceilings.
    /// - Precondition: as for `apart`.
    func together(_ combinations: [TokenID: SupposedCombination]) -> Directory {
        let (base, changes) = base(combinations)
        return changed(changes, in: base)
    }

    private func changed(_ changes: [TokenID: Change], in base: Directory) -> Directory {
        // INVARIANT: the snapshot has the tokens and the assignments.
        base.amended(
            changes.map { token, change in
                let place = base.token(token)!
                var record = base.record(of: base.tokens[place])
                switch change {
                case .assignment(let assignment): record.assignment = assignment
                case .ceiling(let ceiling): record.ceiling = ceiling
                }
                return (base.tenants[base.tokens[place].tenant].id, record)
            })!
    }

    /// The snapshot with all new user types and assignments, and the change of each token there.
    private func base(
        _ combinations: [TokenID: SupposedCombination]
    ) -> (directory: Directory, changes: [TokenID: Change]) {
        var changed = organisation
        var changes: [TokenID: Change] = [:]
        for (token, combination) in combinations {
            switch combination {
            case .existing(let assignment): changes[token] = .assignment(assignment)
            case .limited(let ceiling): changes[token] = .ceiling(ceiling)
            case .new(let department, let permissions):
                let place = places[token]!
                let id = freeID(token, place.tenant)
                changed.tenants[place.tenant].userTypes.append(
                    UserTypeRecord(id: id, name: id, permissions: permissions))
                changed.tenants[place.tenant].users[place.user].assignments.append(
                    AssignmentRecord(id: id, department: department, userType: id))
                changes[token] = .assignment(id)
            }
        }
        // INVARIANT: a part of a snapshot with more records in departments that it has is a valid snapshot.
        return (try! Directory(changed), changes)
    }

    private func freeID(_ token: TokenID, _ tenant: Int) -> ExactName {
        var id = ExactName("supposed-\(token)")
        while taken[tenant].contains(id) { id = ExactName("\(id)-") }
        return id
    }
}
