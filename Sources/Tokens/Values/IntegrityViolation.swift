package import Model

/// A fault in a store: something that differs from what the holder of the keys wrote.
package struct IntegrityViolation: Equatable, Sendable {
    package let message: String
    package let token: TokenID?

    package init(_ message: String, token: TokenID? = nil) {
        self.message = message
        self.token = token
    }
}
