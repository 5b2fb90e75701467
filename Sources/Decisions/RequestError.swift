/// Why a request is no valid question: answered with status 400, never with a decision.
package struct RequestError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        case invalid
    }

    package let code: Code
    /// What was wrong, in one lower-case sentence; never a secret.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
