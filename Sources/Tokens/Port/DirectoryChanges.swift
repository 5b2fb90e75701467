package import Model

/// Records of directories to insert, or to put in the place of those with the same ids.
package struct DirectoryChanges: Sendable {
    /// The tenants, whose own records below are not read.
    package var tenants: [TenantRecord] = []
    package var departments: [(tenant: ExactName, record: DepartmentRecord)] = []
    package var userTypes: [(tenant: ExactName, record: UserTypeRecord)] = []
    /// The users, whose assignments are not read.
    package var users: [(tenant: ExactName, record: UserRecord)] = []
    package var assignments: [(tenant: ExactName, user: ExactName, record: AssignmentRecord)] = []

    package init() {}
}
