package import Model

/// A token with its history: changes, revocation, reveals. Of its secret it has the last four characters only.
package struct TokenDetails: Equatable, Sendable {
    package var tenant: ExactName
    package var token: TokenRecord
    package var updated: Instant
    /// The version, which grows with every change of the token's powers.
    package var version: Int64
    package var createdBy: ExactName?
    package var revokedBy: ExactName?
    package var revealCount: Int
    package var revealedAt: Instant?
    package var revealedBy: ExactName?
    package var last4: String?
    /// True when the token's string is kept, encrypted.
    package var isKept: Bool
    /// The time until which the former string works beside the present one.
    package var overlapUntil: Instant?
    /// The action of the last use, and the network that its request came from, where these are known.
    package var lastAction: ExactName?
    package var lastNetwork: IPNetwork?
    /// The number of uses of a token whose ceiling limits them; 0 for every other.
    package var useCount = 0

    package init(
        tenant: ExactName, token: TokenRecord, updated: Instant, version: Int64, createdBy: ExactName? = nil,
        revokedBy: ExactName? = nil, revealCount: Int = 0, revealedAt: Instant? = nil, revealedBy: ExactName? = nil,
        last4: String? = nil, isKept: Bool = false, overlapUntil: Instant? = nil
    ) {
        self.tenant = tenant
        self.token = token
        self.updated = updated
        self.version = version
        self.createdBy = createdBy
        self.revokedBy = revokedBy
        self.revealCount = revealCount
        self.revealedAt = revealedAt
        self.revealedBy = revealedBy
        self.last4 = last4
        self.isKept = isKept
        self.overlapUntil = overlapUntil
    }
}
