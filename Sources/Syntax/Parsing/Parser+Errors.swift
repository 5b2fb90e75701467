/// The blocks that a parser has closed, as far as they tell which one lacks its `end`.
struct OpenBlocks {
    /// A block that `end` closes.
    struct Block {
        let opening: Symbol
        let position: Position
        /// The place of an `else` of this block that is followed by `if` on the same line.
        let elseIf: Position?
    }

    /// The first block whose `end` stands further to the left than its beginning: that `end` was meant for another.
    private(set) var suspect: Block?
    /// The last `else if` of all.
    var elseIf: Position?
    /// The offset after the last `return` with its values.
    var returnEnd: Int?

    /// Notes that a block is closed.
    mutating func close(_ block: Block, by end: Lexeme, in source: [UInt8]) {
        guard suspect == nil, end.position.line != block.position.line,
            let outer = Self.indentation(of: end.position, in: source), outer == end.position.column - 1,
            let inner = Self.indentation(of: block.position, in: source), outer < inner
        else { return }
        suspect = block
    }

    /// The number of blanks before the first lexeme on a line.
    private static func indentation(of place: Position, in source: [UInt8]) -> Int? {
        let start = place.offset - place.column + 1
        guard start >= 0, start <= source.count else { return nil }
        return source[start...].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
    }
}

/// Errors of the parser, and the pairs whose second half is missing.
extension Parser {
    func expected(_ what: String) -> SyntaxError { error("`\(what)` expected") }

    /// The error at the current lexeme: the spelling of another language, where it is one, or what was expected.
    func error(_ message: String, _ code: SyntaxError.Code = .unexpected) -> SyntaxError {
        if let foreign = foreignSpelling() { return SyntaxError(code, foreign.message, at: foreign.position) }
        if lexeme.symbol == .assign {
            return SyntaxError(
                code, "`=` assigns a value and is a statement of its own: write `==` to compare", at: lexeme.position)
        }
        let near = lexeme.symbol == .endOfFile ? "<eof>" : String(text(lexeme).prefix(40))
        return SyntaxError(code, "\(message) near `\(near)`", at: lexeme.position)
    }

    /// Reads the closing half of a pair; the message names the opening half if that is on another line.
    /// - Parameter elseIf: the place of an `else` that is followed by `if` on the same line.
    mutating func close(
        _ symbol: Symbol, of opening: Symbol, at position: Position, elseIf: Position? = nil
    ) throws(SyntaxError) {
        let block = OpenBlocks.Block(opening: opening, position: position, elseIf: elseIf)
        guard lexeme.symbol == symbol else { throw unclosed(block, symbol) }
        if symbol == .end { blocks.close(block, by: lexeme, in: lexer.source) }
        try advance()
    }

    private func unclosed(_ block: OpenBlocks.Block, _ symbol: Symbol) -> SyntaxError {
        var open = block
        if symbol == .end, lexeme.symbol == .endOfFile {
            open = blocks.suspect ?? block
            if let elseIf = open.elseIf ?? (blocks.suspect == nil ? blocks.elseIf : nil) {
                return SyntaxError(
                    .unexpected, "`else if` begins an `if` that needs an `end` of its own: write `elseif`", at: elseIf)
            }
        }
        if lexeme.symbol != .endOfFile, let error = afterReturn() { return error }
        guard lexeme.position.line != open.position.line else { return expected(symbol.rawValue) }
        return error(
            "`\(symbol.rawValue)` expected (to close `\(open.opening.rawValue)` at line \(open.position.line))")
    }

    /// The error of what stands after the end of a program.
    func surplus() -> SyntaxError {
        switch lexeme.symbol {
        case .end: SyntaxError(.unexpected, "this `end` closes nothing: every block is closed", at: lexeme.position)
        case .else, .elseif, .until:
            SyntaxError(
                .unexpected, "this `\(lexeme.symbol.rawValue)` belongs to no open block", at: lexeme.position)
        default: afterReturn() ?? expected("<eof>")
        }
    }

    private func afterReturn() -> SyntaxError? {
        guard blocks.returnEnd == previousEnd, foreignSpelling() == nil, lexeme.symbol != .assign else { return nil }
        return SyntaxError(
            .unexpected, "`return` ends its block: nothing can follow it, got `\(text(lexeme).prefix(40))`",
            at: lexeme.position)
    }

    /// The error of an expression that is neither a call nor assigned to.
    func useless(_ id: Expression.ID) -> SyntaxError {
        let expression = expressions[id.index]
        if case .name(let name) = expression.kind, let foreign = foreignStatement(name.name, at: expression.position) {
            return foreign
        }
        if let foreign = foreignSpelling() { return SyntaxError(.unexpected, foreign.message, at: foreign.position) }
        if let division = lastDivision, division.line == expression.position.line {
            return SyntaxError(.unexpected, "`//` divides: a comment begins with `--`", at: division)
        }
        if lexeme.symbol == .assign {
            return SyntaxError(.unexpected, "only a variable or a field can be assigned to", at: expression.position)
        }
        let bytes = lexer.source[expression.position.offset..<previousEnd].prefix(40)
        let shown = String(decoding: bytes.prefix { $0 != 10 && $0 != 13 }, as: UTF8.self)
        let advice = Parser.isComparison(lexeme.symbol) ? "compare in an `if`" : "call it, or assign it to a variable"
        return SyntaxError(
            .unexpected, "`\(shown)` alone is a value and has no effect: \(advice)", at: expression.position)
    }

    private static func isComparison(_ symbol: Symbol) -> Bool {
        [.equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .and, .or].contains(symbol)
    }
}
