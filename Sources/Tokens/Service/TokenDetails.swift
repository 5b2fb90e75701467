package import Model

/// A token with what happened to it; nothing of its secret but the last four characters.
package struct TokenDetails: Equatable, Sendable {
    package var tenant: ExactName
    package var token: TokenRecord
    package var updated: Instant
    /// Grows with every change of what gives it power.
    package var version: Int64
    package var createdBy: ExactName?
    package var revokedBy: ExactName?
    package var revealCount: Int
    package var revealedAt: Instant?
    package var revealedBy: ExactName?
    package var last4: String?
    /// Whether its string is kept, encrypted.
    package var isKept: Bool
    /// Until when its former string works beside the present one.
    package var overlapUntil: Instant?
}
