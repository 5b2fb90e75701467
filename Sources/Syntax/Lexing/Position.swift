/// A place in a source: line and column from 1, in bytes, and the offset from 0.
package struct Position: Hashable, Sendable, Comparable {
    package let line: Int
    package let column: Int
    package let offset: Int

    package init(line: Int, column: Int, offset: Int) {
        self.line = line
        self.column = column
        self.offset = offset
    }

    /// The place directly after a lexeme of one line.
    init(after lexeme: Lexeme) {
        let length = lexeme.end - lexeme.position.offset
        self.init(line: lexeme.position.line, column: lexeme.position.column + length, offset: lexeme.end)
    }

    package static func < (left: Position, right: Position) -> Bool { left.offset < right.offset }
}

/// A name in the source and its place.
package struct Identifier: Equatable, Sendable {
    package let name: String
    package let position: Position
}
