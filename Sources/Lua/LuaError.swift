/// Why the interpreter could not be set up or a chunk not be loaded.
package struct LuaError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        case memory
        case syntax
        case source
        case fuel
        case deadline
        case spent
    }

    package let code: Code
    /// What was wrong, in one lower-case sentence; never a secret.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
