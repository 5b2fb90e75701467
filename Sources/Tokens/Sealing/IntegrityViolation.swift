package import Model

/// Something in a store that is not as the keys' holder left it.
package struct IntegrityViolation: Equatable, Sendable {
    package let message: String
    package let token: TokenID?

    init(_ message: String, token: TokenID? = nil) {
        self.message = message
        self.token = token
    }
}
