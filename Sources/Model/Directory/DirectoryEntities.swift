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
    /// True when it is active, and every department above it.
    package let isActiveToTheTop: Bool
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
///
/// Under a ceiling it is an entry of its own: the same combination, with what the ceiling leaves of it.
package struct Assignment: Sendable {
    package let id: ExactName
    package let user: Int
    package let department: Int
    package let userType: Int
    package let isRemoved: Bool
    package let validity: Validity
    package let permissions: PermissionSet
    /// The number of its permissions among `Directory.permissionSets`; -1 for an assignment of no directory.
    package internal(set) var permissionSet: Int
    /// The number of the assignment without a ceiling: its own where it has none.
    package let combination: Int
    private var narrowing: Narrowing?

    /// The limits of the tokens that act in it, on one directory.
    private final class Narrowing: Sendable {
        let ceiling: Ceiling
        let permissions: PermissionSet?
        let reach: [Int]?

        init(_ ceiling: Ceiling, reach: [Int]?) {
            (self.ceiling, self.reach) = (ceiling, reach)
            permissions = ceiling.permissions.map { PermissionSet($0) }
        }
    }

    /// The first reason why tokens cannot be used in an assignment, in the order in which reasons are looked for.
    package enum Validity: UInt8, Sendable {
        case valid, tenantTampered, tenantInactive, userInactive, removed
        /// The department or one above it.
        case departmentInactive
    }

    init(
        id: ExactName, user: Int, department: Int, userType: Int, isRemoved: Bool, validity: Validity,
        permissions: PermissionSet, permissionSet: Int, combination: Int
    ) {
        self.id = id
        self.user = user
        self.department = department
        self.userType = userType
        self.isRemoved = isRemoved
        self.validity = validity
        self.permissions = permissions
        self.permissionSet = permissionSet
        self.combination = combination
    }

    /// The part of a combination that a ceiling leaves.
    /// - Parameter department: the number of a department by its id. One that is gone is not reached.
    init(_ other: Assignment, under ceiling: Ceiling, department: (ExactName) -> Int?) {
        self.init(
            id: other.id, user: other.user, department: other.department, userType: other.userType,
            isRemoved: other.isRemoved, validity: other.validity,
            permissions: ceiling.permissions.map { other.permissions.intersection(PermissionSet($0)) }
                ?? other.permissions,
            permissionSet: -1, combination: other.combination)
        narrowing = Narrowing(ceiling, reach: ceiling.departments.map { $0.compactMap(department) })
    }

    package var ceiling: Ceiling? { narrowing?.ceiling }
    /// The permissions to which the ceiling limits it, whatever its combination holds; `nil` for no such limit.
    package var limit: PermissionSet? { narrowing?.permissions }
    /// The departments to which the ceiling limits it, each with those under it; `nil` for no such limit.
    package var reach: [Int]? { narrowing?.reach }
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
    private var bounds: TokenBounds?

    /// The limits below what its combination may do; `nil` for none.
    package var ceiling: Ceiling? { bounds?.ceiling }

    /// Takes the state of a token that is about to be derived from another one: it has no past.
    package mutating func beginAsDerived(from parent: Token?) {
        id = .unassigned
        (lastActive, dormantSince, suspended, revoked) = (nil, nil, nil, nil)
        bounds = TokenBounds(ceiling, parent: parent?.id)
    }

    /// The id of the token from which it was derived; `nil` for a token of its own.
    package var parent: TokenID? { bounds?.parent }

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
        bounds = record.bounds
    }
}
