/// The reason why the interpreter could not be set up or a chunk could not be loaded.
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
    /// The cause, as one lower-case sentence; never a secret.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
