package import Model
package import Tokens

/// Why an act on a token was not done. Nothing is changed then.
package struct AdministrationError: Error, Sendable {
    package enum Code: String, Sendable {
        /// The policies, or the core, say no; the decision says why.
        case denied
        /// There is no such token, or none that whoever asks may see: which of them is not told.
        case unknown
        /// What was asked is no question.
        case request
        /// Whoever asked did not want it after all.
        case stopped
        /// The store refused or failed.
        case store
    }

    package let code: Code
    package let message: String
    package let token: TokenID?
    package let decision: Decision?
    /// Why the store refused.
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
