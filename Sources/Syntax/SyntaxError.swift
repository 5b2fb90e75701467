/// Why a Lua source is not well formed.
package struct SyntaxError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        case unexpected
    }

    package let code: Code
    /// What was wrong, in one lower-case sentence; never a secret.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
