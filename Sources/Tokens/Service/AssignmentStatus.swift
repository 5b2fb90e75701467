internal import Model

/// What each assignment stands on: whether its user, and everything else it needs, is there and active.
struct AssignmentStatus {
    struct Place: Hashable {
        let tenant: ExactName
        let assignment: ExactName
    }

    struct Ground: Equatable {
        var user: Bool
        /// The assignment itself, its department and all above it, and the tenant.
        var rest: Bool
    }

    private var grounds: [Place: Ground] = [:]

    init(_ organisation: Organisation) {
        for tenant in organisation.tenants {
            let departments = Dictionary(tenant.departments.map { ($0.id, $0) }, uniquingKeysWith: { one, _ in one })
            var known: [ExactName: Bool] = [:]
            func isActive(_ id: ExactName) -> Bool {
                if let answer = known[id] { return answer }
                var next: ExactName? = id
                var answer = true
                // A loop cannot be saved; it is bounded all the same.
                for _ in 0...departments.count {
                    guard answer, let department = next.flatMap({ departments[$0] }) else { break }
                    answer = department.isActive
                    next = department.parent
                }
                known[id] = answer
                return answer
            }
            for user in tenant.users {
                for assignment in user.assignments {
                    let rest = tenant.isActive && !assignment.isRemoved && isActive(assignment.department)
                    grounds[Place(tenant: tenant.id, assignment: assignment.id)] =
                        Ground(user: user.isActive, rest: rest)
                }
            }
        }
    }

    subscript(_ place: Place) -> Ground? { grounds[place] }

    var sorted: [(Place, Ground)] {
        grounds.sorted { ($0.key.tenant, $0.key.assignment) < ($1.key.tenant, $1.key.assignment) }
            .map { ($0.key, $0.value) }
    }
}
