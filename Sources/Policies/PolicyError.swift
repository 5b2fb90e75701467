/// Why a policy set could not be used.
package struct PolicyError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        case badReturn
    }

    package let code: Code
    /// What was wrong, in one lower-case sentence; never a secret.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
