package import Model

/// A part of a tenant's directory that can be activated and deactivated.
package enum DirectoryPart: Equatable, Sendable {
    case user(ExactName)
    case department(ExactName)
    case userType(ExactName)
    case tenant

    /// `user`, `department`, `user_type` or `tenant`.
    package var name: String {
        switch self {
        case .user: "user"
        case .department: "department"
        case .userType: "user_type"
        case .tenant: "tenant"
        }
    }

    package var id: ExactName? {
        switch self {
        case .user(let id), .department(let id), .userType(let id): id
        case .tenant: nil
        }
    }
}

extension TenantRecord {
    /// True when the tenant has the part.
    func has(_ part: DirectoryPart) -> Bool {
        switch part {
        case .user(let id): users.contains { $0.id == id }
        case .department(let id): departments.contains { $0.id == id }
        case .userType(let id): userTypes.contains { $0.id == id }
        case .tenant: true
        }
    }

    /// Activates or deactivates a part.
    package mutating func set(_ part: DirectoryPart, active: Bool) {
        switch part {
        case .user(let id): for place in users.indices where users[place].id == id { users[place].isActive = active }
        case .department(let id):
            for place in departments.indices where departments[place].id == id { departments[place].isActive = active }
        case .userType(let id):
            for place in userTypes.indices where userTypes[place].id == id { userTypes[place].isActive = active }
        case .tenant: isActive = active
        }
    }
}
