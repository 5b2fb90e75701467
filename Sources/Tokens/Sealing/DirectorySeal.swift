internal import Model

/// The seal of a tenant's directory. Departments, user types, users and assignments give every token its power.
package struct DirectorySeal: Sendable {
    /// True when token strings are kept, encrypted, so that they can be revealed.
    package var keepsStrings: Bool
    package var version: Int64
    package var seal: KeyedDigest?

    package init(keepsStrings: Bool, version: Int64, seal: KeyedDigest?) {
        self.keepsStrings = keepsStrings
        self.version = version
        self.seal = seal
    }

    /// The sealed message for a tenant without its tokens.
    func message(_ tenant: TenantRecord) -> [UInt8] {
        var message = CanonicalEncoder("tenant-v1")
        message.add(tenant.id)
        message.add(tenant.name)
        message.add(tenant.zone)
        message.add(tenant.isActive)
        message.add(keepsStrings)
        message.add(version)
        message.add(Int64(tenant.departments.count))
        for department in tenant.departments {
            message.add(department.id)
            message.add(department.name)
            message.add(department.parent)
            message.add(department.isActive)
            message.add(department.requires)
        }
        message.add(Int64(tenant.userTypes.count))
        for type in tenant.userTypes {
            message.add(type.id)
            message.add(type.name)
            message.add(type.isActive)
            message.add(type.permissions)
        }
        message.add(Int64(tenant.users.count))
        for user in tenant.users {
            message.add(user.id)
            message.add(user.name)
            message.add(user.fullName)
            message.add(user.email)
            message.add(user.isActive)
            message.add(user.permissions)
            message.add(Int64(user.assignments.count))
            for assignment in user.assignments {
                message.add(assignment.id)
                message.add(assignment.department)
                message.add(assignment.userType)
                message.add(assignment.isRemoved)
            }
        }
        return message.bytes
    }
}
