internal import Glibc
package import Model

/// A query for tokens of a tenant: filters, order and page. Texts are folded and names resolved to ids.
package struct TokenQuery: Sendable {
    package enum State: String, CaseIterable, Sendable {
        /// Neither revoked, expired nor suspended.
        case live
        case suspended
        /// Marked as dormant, and neither revoked nor expired.
        case dormant
        case expired
        case revoked
    }

    /// The sort key of a list. Tokens with equal keys are in the order of their creation.
    package enum Sort: Sendable {
        case name
        case created
        case updated
        case expires
        case lastActive
        /// By a property of their assignment, such as the user's name: the assignments in ascending order.
        case assignments([Rank])
    }

    package struct Rank: Comparable, Sendable {
        package let name: String
        package let assignment: ExactName

        package init(name: String, assignment: ExactName) {
            self.name = name
            self.assignment = assignment
        }

        /// Compares by bytes, the name first, as pages are ordered.
        package static func < (one: Rank, other: Rank) -> Bool {
            // Neither contains NUL.
            let order = unsafe strcmp(one.name, other.name)
            return order == 0 ? unsafe strcmp(one.assignment.text, other.assignment.text) < 0 : order < 0
        }
    }

    package var tenant: ExactName
    package var kind: TokenKind
    package var now: Instant
    /// The assignments whose tokens are listed; `nil` for all.
    package var assignments: [ExactName]?
    /// The assignments whose tokens are not listed.
    package var leftOutAssignments: [ExactName] = []
    /// The state of the tokens; `nil` for every state.
    package var state: State?
    /// True to leave out revoked tokens, when no state is given.
    package var leavesOutRevoked = true
    package var expiringBefore: Instant?
    package var unusedSince: Instant?
    /// A text in the name, the description or the contact, folded by `TextNormalizer.search`; tokens of
    /// `searchAssignments` match too.
    package var search: String?
    package var searchAssignments: [ExactName] = []
    /// A text in the contact, folded in the same way.
    package var contact: String?
    package var sort = Sort.name
    package var isDescending = false
    package var size = 25
    package var cursor: String?
    /// True when the whole list is read at once.
    package var isWhole = false

    package init(tenant: ExactName, kind: TokenKind, now: Instant) {
        self.tenant = tenant
        self.kind = kind
        self.now = now
    }
}

/// A page of a query's tokens, and the cursor of the next page.
package struct TokenPage: Sendable {
    package var tokens: [TokenDetails]
    /// The cursor of the next page; `nil` after the last.
    package var next: String?

    package init(tokens: [TokenDetails], next: String?) {
        self.tokens = tokens
        self.next = next
    }
}
