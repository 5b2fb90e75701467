package import Model

/// An assignment with the records that it refers to.
package struct AssignmentDetails: Equatable, Sendable {
    package var isRemoved: Bool
    package var user: ExactName
    package var userName: ExactName
    package var isUserActive: Bool
    package var department: ExactName
    package var departmentName: ExactName
    package var userTypeName: ExactName
    package var isTenantActive: Bool
    /// The permissions of its user type and its user's own.
    package var permissions: [ExactName]

    package init(
        isRemoved: Bool, user: ExactName, userName: ExactName, isUserActive: Bool, department: ExactName,
        departmentName: ExactName, userTypeName: ExactName, isTenantActive: Bool, permissions: [ExactName]
    ) {
        self.isRemoved = isRemoved
        self.user = user
        self.userName = userName
        self.isUserActive = isUserActive
        self.department = department
        self.departmentName = departmentName
        self.userTypeName = userTypeName
        self.isTenantActive = isTenantActive
        self.permissions = permissions
    }
}
