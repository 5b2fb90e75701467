internal import Decisions
package import Model

/// A combination that a token is supposed to be bound to.
package enum SupposedCombination: Equatable, Sendable {
    /// Another of its user's own, by the assignment's id.
    case existing(ExactName)
    /// A new one: a department, by id, and a user type of its own with just these permissions.
    case new(department: ExactName, permissions: [ExactName])
}

/// A snapshot in which some tokens are bound to other combinations.
struct SupposedDirectory: Sendable {
    let directory: Directory
    let tokens: Set<TokenID>
}

/// Makes such snapshots.
struct SupposedDirectories: Sendable {
    private struct Place {
        let tenant: Int
        let user: Int
        let token: Int
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
            for (token, record) in tenant.tokens.enumerated() {
                guard let user = owners[record.assignment] else { continue }
                places[record.id] = Place(tenant: number, user: user, token: token)
            }
        }
        self.places = places
        taken = organisation.tenants.map { tenant in
            Set(tenant.userTypes.map(\.id) + tenant.users.flatMap { $0.assignments.map(\.id) })
        }
    }

    /// - Returns: `nil` when a combination is of no department that there is.
    func directory(_ combinations: [TokenID: SupposedCombination]) -> SupposedDirectory? {
        var changed = organisation
        for (token, combination) in combinations {
            guard let place = places[token] else { return nil }
            let tenant = place.tenant
            switch combination {
            case .existing(let assignment): changed.tenants[tenant].tokens[place.token].assignment = assignment
            case .new(let department, let permissions):
                let id = freeID(token, tenant)
                changed.tenants[tenant].userTypes.append(UserTypeRecord(id: id, name: id, permissions: permissions))
                changed.tenants[tenant].users[place.user].assignments.append(
                    AssignmentRecord(id: id, department: department, userType: id))
                changed.tenants[tenant].tokens[place.token].assignment = id
            }
        }
        guard let directory = try? Directory(changed) else { return nil }
        return SupposedDirectory(directory: directory, tokens: Set(combinations.keys))
    }

    private func freeID(_ token: TokenID, _ tenant: Int) -> ExactName {
        var id = ExactName("supposed-\(token)")
        while taken[tenant].contains(id) { id = ExactName("\(id)-") }
        return id
    }
}
