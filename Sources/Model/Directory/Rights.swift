/// The permissions of an assignment with their sources, and the gates that it does not pass.
package struct Rights: Sendable {
    package enum Source: Equatable, Sendable {
        case userType
        case user
    }

    package struct Grant: Equatable, Sendable {
        /// A permission's name, or a pattern that ends in `*`.
        package let permission: ExactName
        /// One or both of the sources.
        package let sources: [Source]
    }

    /// A department, the assignment's own or one above it, that requires permissions the assignment lacks.
    package struct Gate: Equatable, Sendable {
        package let department: Int
        package let missing: [ExactName]
    }

    package let grants: [Grant]
    package let gates: [Gate]

    /// - Parameter assignment: under a ceiling, the permissions that it leaves are listed.
    package init(of assignment: Assignment, in directory: Directory) {
        let type = directory.userTypes[assignment.userType].permissions
        let own = directory.users[assignment.user].permissions
        if assignment.ceiling?.permissions == nil {
            let (type, own) = (type.patterns, own.patterns)
            grants = Set(type + own).sorted().map { permission in
                Grant(
                    permission: permission,
                    sources: (type.contains(permission) ? [.userType] : []) + (own.contains(permission) ? [.user] : []))
            }
        } else {
            grants = assignment.permissions.patterns.map { permission in
                let part = PermissionSet([permission])
                return Grant(
                    permission: permission,
                    sources: (type.covers(part) ? [.userType] : []) + (own.covers(part) ? [.user] : []))
            }
        }
        var gates: [Gate] = []
        var next: Int? = assignment.department
        while let department = next {
            let missing = directory.departments[department].requires.filter { !assignment.permissions.permits($0) }
            if !missing.isEmpty { gates.append(Gate(department: department, missing: missing)) }
            next = directory.departments[department].parent
        }
        self.gates = gates
    }
}
