/// Why a source is no Lua, and where.
package struct SyntaxError: Error, Equatable, Sendable {
    /// In words, with the token it came upon: `` `end` expected (to close `if` at line 3) near `x` ``.
    package let message: String
    package let position: Position

    package var line: Int { position.line }
    package var column: Int { position.column }

    init(_ message: String, at position: Position) {
        self.message = message
        self.position = position
    }
}

/// A place in a source.
package struct Position: Hashable, Sendable {
    /// 1-based.
    package let line: Int
    /// 1-based, in bytes.
    package let column: Int
    /// 0-based, in bytes.
    package let offset: Int
}
