package import Decisions
package import Model

/// The opinion of policies on the life of a token as it was made, by the rules of today.
///
/// Lives count from the day on which a token was made, so a rule that became stricter applies to those that there are.
package struct ExpiryReview: Sendable {
    /// The last day that policies advise, where it is before the token's own.
    package let advised: Date?
    /// The policies that would refuse to make it.
    package let refusing: [ExactName]

    package var exceeds: Bool { advised != nil || !refusing.isEmpty }

    /// - Parameters:
    ///   - tenant: the id of the token's tenant.
    ///   - directory: holds the token's assignment.
    package init(
        _ token: TokenRecord, tenant: ExactName, _ authorizer: Authorizer, on directory: Directory, now: Instant
    ) {
        let question = AuthorizationRequest(
            kind: .issue, action: ExactName(DecisionKind.issue.rawValue), subject: .actor, tenant: tenant,
            proposed: ProposedToken(token), now: now, obligations: .all)
        guard let number = directory.tenant(tenant), let decision = try? authorizer.decide(question, on: directory)
        else {
            (advised, refusing) = (nil, [])
            return
        }
        let last = directory.tenants[number].zone.date(of: Instant(microseconds: token.expires.microseconds - 1))
        advised = decision.suggestedLastDay.flatMap { $0 < last ? $0 : nil }
        let denying = Set(decision.reasons.filter { $0.effect == .deny }.map(\.policy))
        refusing = decision.isPermitted ? [] : denying.sorted()
    }
}
