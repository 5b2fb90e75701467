package import Model

/// A token string that was found somewhere, with the token of this store that has or had it.
package struct FoundString: Sendable {
    package enum Status: Equatable, Sendable {
        /// The token's present string.
        case present
        /// A former string, which works beside the present one until a time.
        case overlapping(until: Instant)
        /// A former string, which no longer works.
        case former
    }

    package let token: TokenID
    package let tenant: ExactName?
    /// The token; `nil` when it was purged.
    package let details: TokenDetails?
    package let status: Status
    /// The token that was made in its place for another user.
    package let successor: TokenID?
    /// The name of a purged token.
    package let formerName: ExactName?
}

/// The result of a search for token strings.
package struct StringSearch: Sendable {
    /// The strings of this store, each once, in the order given.
    package var found: [FoundString] = []
    /// The number of strings that the store does not recognise.
    package var unknownCount = 0
    /// The reasons for which an unrecognised string may still be one of this store; empty when it is none.
    package var doubts: [String] = []
}
