/// An immutable snapshot of a store in flat arrays; records refer to each other by their indices there.
///
/// Made once, shared by every thread, never changed: a decision keeps the snapshot it was made on.
package final class Directory: Sendable {
    package let tenants: [Tenant]
    package let departments: [Department]
    package let userTypes: [UserType]
    package let users: [User]
    package let assignments: [Assignment]
    package let tokens: [Token]
    /// True for a store that was rolled back, on which nothing is permitted.
    package let isRolledBack: Bool

    private let tenantsByID: ByteIndex
    private let departmentsByID: ByteIndex
    private let usersByID: ByteIndex
    private let userTypesByID: ByteIndex
    private let assignmentsByID: ByteIndex
    private let tokensByID: TokenIndex

    /// - Throws: the first reference without a target, with the path of the record that contains it.
    package init(_ organisation: Organisation) throws(OrganisationError) {
        var builder = DirectoryBuilder()
        builder.reserve(organisation)
        for (index, tenant) in organisation.tenants.enumerated() {
            try builder.add(tenant, path: "tenants[\(index)]")
        }
        tenants = builder.tenants
        departments = builder.departments
        userTypes = builder.userTypes
        users = builder.users
        assignments = builder.assignments
        tokens = builder.tokens
        isRolledBack = organisation.isRolledBack
        tenantsByID = builder.tenantsByID
        departmentsByID = builder.departmentsByID
        usersByID = builder.usersByID
        userTypesByID = builder.userTypesByID
        assignmentsByID = builder.assignmentsByID
        tokensByID = builder.tokensByID
    }

    package static let empty = try! Directory(Organisation())

    package func token(_ id: TokenID) -> Int? { tokensByID.number(id) }
    package func tenant(_ id: ExactName) -> Int? { tenantsByID.number(id) }
    package func department(_ id: ExactName, tenant: Int) -> Int? { departmentsByID.number(id, scope: tenant) }
    package func user(_ id: ExactName, tenant: Int) -> Int? { usersByID.number(id, scope: tenant) }
    package func userType(_ id: ExactName, tenant: Int) -> Int? { userTypesByID.number(id, scope: tenant) }
    package func assignment(_ id: ExactName, tenant: Int) -> Int? { assignmentsByID.number(id, scope: tenant) }

    package func department(_ id: UnsafeRawBufferPointer, tenant: Int) -> Int? {
        unsafe departmentsByID.number(id, scope: tenant)
    }

    package func user(_ id: UnsafeRawBufferPointer, tenant: Int) -> Int? {
        unsafe usersByID.number(id, scope: tenant)
    }

    /// True when a department is another or is under it. Constant time, by the interval of the tree walk.
    package func department(_ one: Int, isWithin other: Int) -> Bool {
        departments[one].tenant == departments[other].tenant
            && departments[other].enter <= departments[one].enter
            && departments[one].enter < departments[other].leave
    }

    /// True when a set of permissions meets the requirements of a department and every department above it.
    package func permissions(_ permissions: PermissionSet, meet department: Int) -> Bool {
        var next: Int? = department
        while let current = next {
            guard departments[current].requires.allSatisfy(permissions.permits) else { return false }
            next = departments[current].parent
        }
        return true
    }

    /// True when a department and every department above it are active.
    package func isActiveToTheTop(_ department: Int) -> Bool {
        var next: Int? = department
        while let current = next {
            guard departments[current].isActive else { return false }
            next = departments[current].parent
        }
        return true
    }
}

/// A record of an organisation that contradicts the others.
package struct OrganisationError: Error, Equatable, Sendable {
    /// The JSON path of the record: `tenants[0].users[3].name`.
    package let path: String
    package let message: String

    package init(_ message: String, path: String) {
        self.path = path
        self.message = message
    }
}
