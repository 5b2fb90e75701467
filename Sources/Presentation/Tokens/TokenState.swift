package import Decisions
package import Model

/// The state of a token, in the words that filters take.
package struct TokenState {
    /// `nil` for a token that was changed without the store's keys: its state is not to be trusted.
    package let state: TokenFilter.State?
    private let isDormant: Bool
    /// The code with which every request of the token is denied; `nil` when it can be used.
    package let code: String?

    package init(_ token: TokenRecord, assignment: Int, _ view: TenantView) {
        let token = Token(token, tenant: view.index, assignment: assignment)
        code = ActorValidity.fault(token, in: view.directory, now: view.now)
        isDormant = token.dormantSince != nil
        state =
            if token.isTampered { nil } else if token.revoked != nil { .revoked } else if view.now >= token.expires {
                .expired
            } else if token.suspended != nil { .suspended } else { code == nil ? .live : .inactive }
    }

    /// One word: `live`, `suspended` …
    package var word: String { state?.rawValue ?? "tampered" }

    /// The word with the mark as dormant: `live, dormant`.
    package var words: String {
        switch state {
        case .live, .inactive, .suspended: isDormant ? "\(word), \(TokenFilter.State.dormant.rawValue)" : word
        case .dormant, .expired, .revoked, nil: word
        }
    }

    /// The reason why the token cannot be used, as a clause; `nil` when it can.
    var reason: String? { code.map { Decision.words(for: $0) ?? $0 } }

    /// True when an administrator can make the token usable as it is.
    var isRestorable: Bool { state == .suspended || state == .inactive }
}
