package import Model

/// Who does something to the store, when, and why: what the log keeps of it.
package struct AuditContext: Sendable {
    package enum Actor: Equatable, Sendable {
        /// Whoever holds the store and the key file.
        case `operator`
        /// A user who is said to act; nobody proved it.
        case user(id: ExactName, assignment: ExactName?)
        /// A user who acts through a token of their own.
        case token(TokenID, user: ExactName, assignment: ExactName)
    }

    package var actor: Actor
    package var now: Instant
    package var reason: String?

    package init(_ actor: Actor = .operator, now: Instant, reason: String? = nil) {
        self.actor = actor
        self.now = now
        self.reason = reason
    }
}

extension AuditContext.Actor {
    /// The user's id; `operator` for the operator.
    package var name: ExactName {
        switch self {
        case .operator: "operator"
        case .user(let id, _), .token(_, let id, _): id
        }
    }

    /// How they act: `operator`, `as` or `token`.
    var how: String {
        switch self {
        case .operator: "operator"
        case .user: "as"
        case .token: "token"
        }
    }

    var assignment: ExactName? {
        switch self {
        case .operator: nil
        case .user(_, let assignment): assignment
        case .token(_, _, let assignment): assignment
        }
    }

    var token: TokenID? {
        if case .token(let id, _, _) = self { return id }
        return nil
    }
}
