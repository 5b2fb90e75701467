/// A decision point: what kind of question is being asked.
package enum DecisionKind: String, CaseIterable, Sendable {
    /// A subject wants to do an action on a resource.
    case access
    /// A token is about to be created.
    case issue = "token.issue"
    /// A token's name, expiry or assignment is about to change.
    case amend = "token.amend"
    /// Somebody wants to see the token string.
    case reveal = "token.reveal"
    /// Somebody wants to delete a token.
    case revoke = "token.revoke"
    /// Somebody wants to see that a token exists.
    case list = "token.list"

    /// Whether a token is acted upon, and not only acting.
    package var isAdministrative: Bool { self != .access }

    /// How many there are.
    package static var count: Int { 6 }

    /// Its place among all of them.
    package var ordinal: Int {
        switch self {
        case .access: 0
        case .issue: 1
        case .amend: 2
        case .reveal: 3
        case .revoke: 4
        case .list: 5
        }
    }
}
