package import Model

/// The actor, the time and the reason of an act on the store, for the log.
package struct AuditContext: Sendable {
    package enum Actor: Equatable, Sendable {
        /// Whoever holds the store and the key file.
        case `operator`
        /// A user named as the actor, without proof.
        case user(id: ExactName, assignment: ExactName?)
        /// A user who acts with a token of their own.
        case token(TokenID, user: ExactName, assignment: ExactName)
    }

    /// The advice of a policy about an act.
    package struct Advice: Equatable, Sendable {
        package let policy: ExactName
        package let text: String
        /// The suggestion that came with it.
        package let details: [JSON.Member]

        package init(policy: ExactName, text: String, details: [JSON.Member]) {
            (self.policy, self.text, self.details) = (policy, text, details)
        }
    }

    package var actor: Actor
    package var now: Instant
    package var reason: String?
    /// The version of the policies that permitted the act; `nil` for one that no policy decides about.
    package var policyVersion: String?
    /// The advice that the actor was given, and whether a suggestion in it was taken.
    package var advice: [Advice] = []
    package var isAdviceTaken = false
    /// The id of the request that the act carries out.
    package var request: String?

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

    /// The way of acting: `operator`, `as` or `token`.
    package var how: String {
        switch self {
        case .operator: "operator"
        case .user: "as"
        case .token: "token"
        }
    }

    /// True for one person, with whichever assignment or token. A user may have the id `operator`, and is not the operator.
    package func isSamePerson(as other: AuditContext.Actor) -> Bool {
        (self == .operator) == (other == .operator) && name == other.name
    }

    package var assignment: ExactName? {
        switch self {
        case .operator: nil
        case .user(_, let assignment): assignment
        case .token(_, _, let assignment): assignment
        }
    }

    package var token: TokenID? {
        if case .token(let id, _, _) = self { return id }
        return nil
    }
}
