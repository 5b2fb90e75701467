package import Model
package import Tokens

/// A filter and an order for the tokens of a tenant, by indices of a directory, which `query` resolves.
package struct TokenFilter: Sendable {
    package enum Order: String, CaseIterable, Sendable {
        case title
        case user
        case email
        case department
        case userType = "user-type"
        case created
        case updated
        case expires
        case lastActive = "last-active"

        /// True for an order by a property of the token's assignment.
        var isOfAssignments: Bool {
            switch self {
            case .user, .email, .department, .userType: true
            case .title, .created, .updated, .expires, .lastActive: false
            }
        }
    }

    /// The state of a token, as lists show it.
    package enum State: String, CaseIterable, Sendable {
        /// Usable: neither revoked, expired nor suspended, nor inactive.
        case live
        /// Live, but for its user, assignment, department or tenant, which is not active.
        case inactive
        case suspended
        /// Marked as dormant, in addition to being live, inactive or suspended.
        case dormant
        case expired
        case revoked

        /// The state that the token itself has in the store.
        var stored: TokenQuery.State {
            switch self {
            case .live, .inactive: .live
            case .suspended: .suspended
            case .dormant: .dormant
            case .expired: .expired
            case .revoked: .revoked
            }
        }
    }

    package var kind = TokenKind.api
    package var user: Int?
    /// A department, and those under it.
    package var department: Int?
    package var userType: Int?
    package var state: State?
    package var leavesOutRevoked = true
    package var expiringBefore: Instant?
    package var unusedSince: Instant?
    /// A text to find in names, descriptions, contacts, users and departments, regardless of case and accents.
    package var search: String?
    /// A text to find in contacts, in the same way.
    package var contact: String?
    package var order = Order.title
    package var isDescending = false

    package init() {}

    package func query(on directory: Directory, tenant: Int, now: Instant) -> TokenQuery {
        var query = TokenQuery(tenant: directory.tenants[tenant].id, kind: kind, now: now)
        query.state = state?.stored
        query.leavesOutRevoked = leavesOutRevoked
        query.expiringBefore = expiringBefore
        query.unusedSince = unusedSince
        query.isDescending = isDescending
        query.contact = contact.map(TextNormalizer.search)
        let needsAssignments =
            user != nil || department != nil || userType != nil || search != nil || state?.stored == .live
        guard needsAssignments || order.isOfAssignments else {
            query.sort = sort([], directory)
            return query
        }
        let own = directory.assignments.filter { directory.users[$0.user].tenant == tenant }
        if user != nil || department != nil || userType != nil {
            query.assignments = own.filter { assignment in
                (user.map { assignment.user == $0 } ?? true)
                    && (department.map { directory.department(assignment.department, isWithin: $0) } ?? true)
                    && (userType.map { assignment.userType == $0 } ?? true)
            }.map(\.id)
        }
        if state?.stored == .live {
            let unusable = directory.assignments.indices.filter { index in
                directory.users[directory.assignments[index].user].tenant == tenant
                    && ActorValidity.fault(assignment: index, in: directory) != nil
            }.map { directory.assignments[$0].id }
            if state == .live {
                query.leftOutAssignments = unusable
            } else if let wanted = query.assignments.map(Set.init) {
                query.assignments = unusable.filter(wanted.contains)
            } else {
                query.assignments = unusable
            }
        }
        if let search, case let folded = TextNormalizer.search(search), !folded.isEmpty {
            query.search = folded
            query.searchAssignments = Self.found(folded, own, directory)
        }
        query.sort = sort(own, directory)
        return query
    }

    /// The assignments whose user or department has the text in a name.
    private static func found(_ text: String, _ own: [Assignment], _ directory: Directory) -> [ExactName] {
        var users: [Int: Bool] = [:]
        var departments: [Int: Bool] = [:]
        func matches(_ names: [ExactName]) -> Bool {
            names.contains { TextNormalizer.text(TextNormalizer.search($0), contains: text) }
        }
        return own.filter { assignment in
            let user = directory.users[assignment.user]
            let isUser = users[assignment.user] ?? matches([user.name, user.fullName, user.email])
            users[assignment.user] = isUser
            let isDepartment =
                departments[assignment.department] ?? matches([directory.departments[assignment.department].name])
            departments[assignment.department] = isDepartment
            return isUser || isDepartment
        }.map(\.id)
    }

    private func sort(_ own: [Assignment], _ directory: Directory) -> TokenQuery.Sort {
        func ranked(_ name: (Assignment) -> ExactName) -> TokenQuery.Sort {
            .assignments(own.map { .init(name: TextNormalizer.search(name($0)), assignment: $0.id) }.sorted())
        }
        switch order {
        case .title: return .name
        case .created: return .created
        case .updated: return .updated
        case .expires: return .expires
        case .lastActive: return .lastActive
        case .user: return ranked { directory.users[$0.user].name }
        case .email: return ranked { directory.users[$0.user].email }
        case .department: return ranked { directory.departments[$0.department].name }
        case .userType: return ranked { directory.userTypes[$0.userType].name }
        }
    }
}
