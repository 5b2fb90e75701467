/// A tenant in a directory.
package struct Tenant: Sendable {
    package let id: ExactName
    package let name: ExactName
    package let zone: Zone
    package let isActive: Bool
    package let isTampered: Bool
}

/// A department in a directory, with its place in the tree.
package struct Department: Sendable {
    package let id: ExactName
    package let name: ExactName
    package let tenant: Int
    package let parent: Int?
    package let isActive: Bool
    package let requires: [ExactName]
    /// The number of departments above it.
    package let depth: Int
    /// This department and those under it have their `enter` in `enter..<leave`.
    package let enter: Int
    package let leave: Int
}

/// A user type in a directory.
package struct UserType: Sendable {
    package let id: ExactName
    package let name: ExactName
    package let tenant: Int
    package let isActive: Bool
    package let permissions: PermissionSet
}

/// A user in a directory.
package struct User: Sendable {
    package let id: ExactName
    package let name: ExactName
    package let fullName: ExactName
    package let email: ExactName
    package let tenant: Int
    package let isActive: Bool
    package let permissions: PermissionSet
    package let assignments: Range<Int>
}

/// An assignment in a directory, with its permissions: those of its user type and its user's own.
package struct Assignment: Sendable {
    package let id: ExactName
    package let user: Int
    package let department: Int
    package let userType: Int
    package let isRemoved: Bool
    package let permissions: PermissionSet
}

/// A token in a directory.
@usableFromInline package struct Token: Sendable {
    package var id: TokenID
    package var kind: TokenKind
    package var name: ExactName
    package var description: ExactName?
    package var contact: ExactName?
    package var tenant: Int
    package var assignment: Int
    package var created: Instant
    package var expires: Instant
    package var lastActive: Instant?
    package var dormantSince: Instant?
    package var suspended: Instant?
    package var revoked: Instant?
    package var isTampered: Bool

    package init(_ record: TokenRecord, tenant: Int, assignment: Int) {
        id = record.id
        kind = record.kind
        name = record.name
        description = record.description
        contact = record.contact
        self.tenant = tenant
        self.assignment = assignment
        created = record.created
        expires = record.expires
        lastActive = record.lastActive
        dormantSince = record.dormantSince
        suspended = record.suspended
        revoked = record.revoked
        isTampered = record.isTampered
    }
}
