/// The kind of a decision; policies read it as `request.point`.
package enum DecisionKind: String, CaseIterable, Sendable {
    /// A subject wants to do an action on a resource.
    case access
    /// Somebody wants to create a token.
    case issue = "token.issue"
    /// Somebody wants to change a token's name, expiry or assignment.
    case amend = "token.amend"
    /// Somebody wants to see the token string.
    case reveal = "token.reveal"
    /// Somebody wants to delete a token.
    case revoke = "token.revoke"
    /// Somebody wants to see that a token exists.
    case list = "token.list"
    /// Somebody wants to make a token from a token.
    case derive = "token.derive"
    /// Somebody wants to say, in a review, that a token is to keep what it may do.
    case attest = "token.attest"
    /// Somebody wants to approve a request about a token, as it would be then.
    case approve = "token.approve"

    /// True when the request acts on a token, not only by one.
    package var isAdministrative: Bool { self != .access }

    /// True when the request is about a token as it would be afterwards.
    package var hasProposal: Bool { makesToken || self == .amend }

    /// True when the request is about a token that is not there yet.
    package var makesToken: Bool { self == .issue || self == .derive }

    /// True when the request is about a token that is there.
    package var needsToken: Bool { isAdministrative && self != .issue }

    /// The number of kinds.
    package static var count: Int { 9 }

    /// The index of this kind among all.
    package var ordinal: Int {
        switch self {
        case .access: 0
        case .issue: 1
        case .amend: 2
        case .reveal: 3
        case .revoke: 4
        case .list: 5
        case .derive: 6
        case .attest: 7
        case .approve: 8
        }
    }
}
