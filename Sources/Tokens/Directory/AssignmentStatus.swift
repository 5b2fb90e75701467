internal import Model

/// The status of every assignment: the activity of its user, and of everything else that it needs.
struct AssignmentStatus {
    struct Place: Hashable {
        let tenant: ExactName
        let assignment: ExactName
    }

    struct Status: Equatable {
        /// True when the user is active.
        var user: Bool
        /// True when the assignment is not removed, and its department, all departments above it and the tenant are
        /// active.
        var rest: Bool
    }

    private var statuses: [Place: Status] = [:]

    init(_ organisation: Organisation) {
        for tenant in organisation.tenants {
            let departments = Dictionary(tenant.departments.map { ($0.id, $0) }, uniquingKeysWith: { one, _ in one })
            var known: [ExactName: Bool] = [:]
            func isActive(_ id: ExactName) -> Bool {
                if let answer = known[id] { return answer }
                var next: ExactName? = id
                var answer = true
                // A cycle of departments cannot be saved; the loop is bounded all the same.
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
                    statuses[Place(tenant: tenant.id, assignment: assignment.id)] =
                        Status(user: user.isActive, rest: rest)
                }
            }
        }
    }

    subscript(_ place: Place) -> Status? { statuses[place] }

    var sorted: [(Place, Status)] {
        statuses.sorted { ($0.key.tenant, $0.key.assignment) < ($1.key.tenant, $1.key.assignment) }
            .map { ($0.key, $0.value) }
    }
}
