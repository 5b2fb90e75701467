/// The reason why a Lua source is not well formed.
package struct SyntaxError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        case unexpected
        case malformedNumber
        case unfinished
        case invalidEscape
        case invalidLabel
        case constAssigned
        case invalidAttribute
        case limit
    }

    package let code: Code
    /// The cause, as one lower-case sentence; never a secret.
    package let message: String
    package let line: Int
    /// 1-based, in bytes.
    package let column: Int
    package let offset: Int

    package init(_ code: Code, _ message: String, at position: Position) {
        self.code = code
        self.message = message
        line = position.line
        column = position.column
        offset = position.offset
    }
}
