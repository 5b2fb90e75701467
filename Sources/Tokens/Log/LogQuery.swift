package import Model

/// A filter for entries of the log; `nil` in a member stands for any value.
package struct LogQuery: Sendable {
    package var tenant: ExactName?
    package var since: Instant?
    package var until: Instant?
    /// A user's id, or `operator`.
    package var actor: ExactName?
    /// An act, or a prefix of acts when it ends with a dot.
    package var act: String?
    package var token: TokenID?
    /// The ids of the tokens; for what begins with the same digits.
    package var tokens: ClosedRange<TokenID>?
    /// True to select refusals only.
    package var isRefused = false
    /// The number of an entry: only later ones are selected.
    package var after: Int64?
    /// The largest number of entries; the newest ones are taken.
    package var size = 100
    /// True to take the oldest ones instead.
    package var isOldestFirst = false
    /// The number of an entry: only earlier ones are selected.
    package var before: Int64?

    package init() {}
}
