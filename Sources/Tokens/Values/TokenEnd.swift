package import Model

/// The effect on one token of a change of the directory.
package struct TokenEnd: Sendable {
    package enum Effect: String, Sendable {
        /// Revoked for good.
        case revoked
        /// Suspended until somebody resumes it.
        case suspended
        /// Live, so that the change is refused unless the tokens in its way are revoked.
        case inTheWay = "in the way"
    }

    package let tenant: ExactName
    package let details: TokenDetails
    package let effect: Effect

    init(_ token: StoredToken, _ tenant: ExactName, _ effect: Effect) {
        self.tenant = tenant
        details = token.details
        self.effect = effect
    }
}
