package import Model

/// Which entries of the log are meant; `nil` for any.
package struct LogQuery: Sendable {
    package var tenant: ExactName?
    package var since: Instant?
    package var until: Instant?
    /// A user's id, or `operator`.
    package var actor: ExactName?
    /// An act, or with a dot at its end every act that begins so.
    package var act: String?
    package var token: TokenID?
    /// Whether only refusals are meant.
    package var isRefused = false
    /// The newest so many.
    package var size = 100

    package init() {}
}
