/// The contents of a store as plain records that refer to each other by id: the form of `import`, `export` and tests.
///
/// `Directory` is built from it and resolves the ids.
package struct Organisation: Equatable, Sendable {
    package var tenants: [TenantRecord]
    /// True when an older copy of the store was put back, on which nothing is permitted.
    package var isRolledBack = false

    package init(tenants: [TenantRecord] = []) {
        self.tenants = tenants
    }
}

/// A customer of the application. Nothing ever crosses tenants.
package struct TenantRecord: Equatable, Sendable {
    package var id: ExactName
    package var name: ExactName
    /// The name of an IANA time zone, `Europe/Oslo`.
    package var zone: ExactName
    package var isActive = true
    /// True when departments, users or their permissions were changed without the store's keys.
    package var isTampered = false
    package var departments: [DepartmentRecord] = []
    package var userTypes: [UserTypeRecord] = []
    package var users: [UserRecord] = []
    package var tokens: [TokenRecord] = []

    package init(id: ExactName, name: ExactName, zone: ExactName) {
        self.id = id
        self.name = name
        self.zone = zone
    }
}

/// A node of a tenant's department tree.
package struct DepartmentRecord: Equatable, Sendable {
    package var id: ExactName
    package var name: ExactName
    /// The id of the department above, `nil` at the top.
    package var parent: ExactName?
    package var isActive: Bool
    /// The permissions required for access to this department.
    package var requires: [ExactName]

    package init(
        id: ExactName, name: ExactName, parent: ExactName? = nil, isActive: Bool = true, requires: [ExactName] = []
    ) {
        self.id = id
        self.name = name
        self.parent = parent
        self.isActive = isActive
        self.requires = requires
    }
}

/// A named set of permissions.
package struct UserTypeRecord: Equatable, Sendable {
    package var id: ExactName
    package var name: ExactName
    package var isActive: Bool
    /// Dotted names, each of which may end in `*`.
    package var permissions: [ExactName]

    package init(id: ExactName, name: ExactName, isActive: Bool = true, permissions: [ExactName] = []) {
        self.id = id
        self.name = name
        self.isActive = isActive
        self.permissions = permissions
    }
}

/// A person, with the combinations of department and user type they may act in.
package struct UserRecord: Equatable, Sendable {
    package var id: ExactName
    /// The login name, unique in the tenant.
    package var name: ExactName
    package var fullName: ExactName
    package var email: ExactName
    package var isActive: Bool
    /// This user's own permissions, in addition to those of user types.
    package var permissions: [ExactName]
    package var assignments: [AssignmentRecord]

    package init(
        id: ExactName, name: ExactName, fullName: ExactName, email: ExactName, isActive: Bool = true,
        permissions: [ExactName] = [], assignments: [AssignmentRecord] = []
    ) {
        self.id = id
        self.name = name
        self.fullName = fullName
        self.email = email
        self.isActive = isActive
        self.permissions = permissions
        self.assignments = assignments
    }
}

/// One (department, user type) combination of one user. Removing it and adding it again makes a new assignment.
package struct AssignmentRecord: Equatable, Sendable {
    package var id: ExactName
    package var department: ExactName
    package var userType: ExactName
    /// True for a removed assignment, which is kept so that its tokens can still be read; it gives no access.
    package var isRemoved: Bool

    package init(id: ExactName, department: ExactName, userType: ExactName, isRemoved: Bool = false) {
        self.id = id
        self.department = department
        self.userType = userType
        self.isRemoved = isRemoved
    }
}

/// The origin and use of a token.
package enum TokenKind: String, CaseIterable, Sendable {
    /// Made by an administrator for an integration; has a name and a chosen expiry date.
    case api
    /// Made by a login of the mobile app; has no name, and expires `mobileDays` later.
    case mobile

    package var isMobile: Bool { if case .mobile = self { true } else { false } }

    /// The lifetime of a mobile token in days of 86,400 s.
    package static let mobileDays = 30

    /// The expiry of a mobile token.
    package static func mobileExpiry(login: Instant) -> Instant {
        Instant(microseconds: login.microseconds + Int64(mobileDays) * 86_400 * 1_000_000)
    }
}

/// A token, without its secret.
package struct TokenRecord: Equatable, Sendable {
    package var id: TokenID
    package var kind: TokenKind
    /// The name of an API token; the device label of a mobile token, which may be empty.
    package var name: ExactName
    /// A sentence about its use.
    package var description: ExactName?
    /// The person or team that answers for it.
    package var contact: ExactName?
    package var assignment: ExactName
    package var created: Instant
    /// The end of validity: a token is valid while now < expires.
    package var expires: Instant
    package var lastActive: Instant?
    package var dormantSince: Instant?
    package var suspended: Instant?
    package var revoked: Instant?
    /// True when it was changed without the store's keys; nothing in it can be trusted then.
    package var isTampered = false
    private(set) var bounds: TokenBounds?

    /// The limits below what its combination may do; `nil` for none.
    package var ceiling: Ceiling? {
        get { bounds?.ceiling }
        set { bounds = TokenBounds(newValue, parent: parent) }
    }

    /// The token from which it was derived: it has no more than that one, and ends with it. `nil` for a token of its own.
    package var parent: TokenID? {
        get { bounds?.parent }
        set { bounds = TokenBounds(ceiling, parent: newValue) }
    }

    package init(
        id: TokenID, kind: TokenKind, name: ExactName, assignment: ExactName, created: Instant, expires: Instant,
        lastActive: Instant? = nil, dormantSince: Instant? = nil, suspended: Instant? = nil, revoked: Instant? = nil,
        description: ExactName? = nil, contact: ExactName? = nil, ceiling: Ceiling? = nil,
        parent: TokenID? = nil
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.assignment = assignment
        self.created = created
        self.expires = expires
        self.lastActive = lastActive
        self.dormantSince = dormantSince
        self.suspended = suspended
        self.revoked = revoked
        self.description = description
        self.contact = contact
        bounds = TokenBounds(ceiling, parent: parent)
    }
}
