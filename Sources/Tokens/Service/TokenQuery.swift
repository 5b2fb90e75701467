internal import Glibc
package import Model

/// Which tokens of a tenant are meant, and in what order; everything is folded and resolved to ids.
package struct TokenQuery: Sendable {
    package enum State: String, CaseIterable, Sendable {
        /// Neither revoked, expired nor suspended.
        case live
        case suspended
        case expired
        case revoked
    }

    /// What tokens are in the order of; those that are the same in it by when they were made.
    package enum Sort: Sendable {
        case name
        case created
        case updated
        case expires
        case lastActive
        /// By what belongs to their assignment, such as the user's name: assignments in ascending order.
        case assignments([Rank])
    }

    package struct Rank: Comparable, Sendable {
        package let name: String
        package let assignment: ExactName

        package init(name: String, assignment: ExactName) {
            self.name = name
            self.assignment = assignment
        }

        /// By their bytes, the name first: the order that pages are in.
        package static func < (one: Rank, other: Rank) -> Bool {
            // Neither has a NUL in it.
            let order = unsafe strcmp(one.name, other.name)
            return order == 0 ? unsafe strcmp(one.assignment.text, other.assignment.text) < 0 : order < 0
        }
    }

    package var tenant: ExactName
    package var kind: TokenKind
    package var now: Instant
    /// Only tokens of these assignments; `nil` for all.
    package var assignments: [ExactName]?
    /// `nil` for every state.
    package var state: State?
    /// Whether revoked tokens are passed over, where no state is meant.
    package var leavesOutRevoked = true
    package var expiringBefore: Instant?
    package var unusedSince: Instant?
    /// What the name is to contain, folded by `TextNormalizer.search`; tokens of `searchAssignments` are found too.
    package var search: String?
    package var searchAssignments: [ExactName] = []
    package var sort = Sort.name
    package var isDescending = false
    package var size = 25
    package var cursor: String?
    /// Whether all of it is wanted at once.
    var isWhole = false

    package init(tenant: ExactName, kind: TokenKind, now: Instant) {
        self.tenant = tenant
        self.kind = kind
        self.now = now
    }
}

/// Some tokens of a query, and where the next ones begin.
package struct TokenPage: Sendable {
    package var tokens: [TokenDetails]
    /// For the next page; `nil` after the last.
    package var next: String?

    package init(tokens: [TokenDetails], next: String?) {
        self.tokens = tokens
        self.next = next
    }
}
