package import Model
package import Tokens

/// The reason why an act on a token was not performed. Nothing is changed then.
package struct AdministrationError: Error, Sendable {
    package enum Code: String, Sendable {
        /// The policies or the core deny it; `decision` holds the reasons.
        case denied
        /// The token does not exist, or the actor may not see it. The error does not reveal which.
        case unknown
        /// The request is not valid.
        case request
        /// The caller stopped the act after reading the advice.
        case stopped
        /// The store refused or failed.
        case store
    }

    package let code: Code
    package let message: String
    package let token: TokenID?
    package let decision: Decision?
    /// The code of the store's error, for `.store`.
    package let store: TokenStoreError.Code?

    init(
        _ code: Code, _ message: String, token: TokenID? = nil, decision: Decision? = nil,
        store: TokenStoreError.Code? = nil
    ) {
        self.code = code
        self.message = message
        self.token = token
        self.decision = decision
        self.store = store
    }
}
