/// Reads a Lua 5.4 chunk by recursive descent, in the order and with the limits of Lua itself.
struct Parser {
    /// Lua's own limit of nested calls: 200 C levels, of which the last is an error.
    static let maximumLevel = 200

    var lexer: Lexer
    var token: Token
    var lookahead: Token?
    /// The offset after the last token that was consumed.
    var previousEnd = 0
    var level = 0
    var scopes = Scopes()
    var expressions: [Expression] = []
    /// What Lua's compiler knows of the expression with the same number.
    var constants: [Constant?] = []
    var functions: [Function] = []
    var names: [GlobalUse] = []
    /// The place of each name in `names`, by expression.
    var globalIndices: [Int: Int] = [:]
    var labels: [Identifier] = []

    init(_ source: [UInt8]) throws(SyntaxError) {
        lexer = Lexer(source)
        token = try lexer.next()
    }

    mutating func chunk() throws(SyntaxError) -> Block {
        scopes.openFunction(isVararg: true)
        let block = try statements(from: 0)
        if token.symbol != .endOfFile { throw expected("<eof>") }
        try scopes.closeFunction()
        return block
    }

    // MARK: Tokens

    mutating func advance() throws(SyntaxError) {
        previousEnd = token.end
        if let next = lookahead {
            token = next
            lookahead = nil
        } else {
            token = try lexer.next()
        }
    }

    mutating func peek() throws(SyntaxError) -> Symbol {
        if lookahead == nil { lookahead = try lexer.next() }
        return lookahead?.symbol ?? .endOfFile
    }

    mutating func accept(_ symbol: Symbol) throws(SyntaxError) -> Bool {
        guard token.symbol == symbol else { return false }
        try advance()
        return true
    }

    mutating func expect(_ symbol: Symbol) throws(SyntaxError) {
        guard token.symbol == symbol else { throw expected(symbol.rawValue) }
        try advance()
    }

    /// The closing half of a pair; the message names the opening one if it stands on another line.
    mutating func close(_ symbol: Symbol, of opening: Symbol, at position: Position) throws(SyntaxError) {
        if token.symbol != symbol {
            if token.position.line == position.line { throw expected(symbol.rawValue) }
            throw error(
                "`\(symbol.rawValue)` expected (to close `\(opening.rawValue)` at line \(position.line))")
        }
        try advance()
    }

    mutating func identifier() throws(SyntaxError) -> Identifier {
        guard token.symbol == .name else { throw error("name expected") }
        let identifier = Identifier(name: text(token), position: token.position)
        try advance()
        return identifier
    }

    func text(_ token: Token) -> String {
        String(decoding: lexer.source[token.position.offset..<token.end], as: UTF8.self)
    }

    // MARK: Errors

    func expected(_ what: String) -> SyntaxError { error("`\(what)` expected") }

    func error(_ message: String, _ code: SyntaxError.Code = .unexpected) -> SyntaxError {
        let near = token.symbol == .endOfFile ? "<eof>" : String(text(token).prefix(40))
        return SyntaxError(code, "\(message) near `\(near)`", at: token.position)
    }

    // MARK: Levels

    /// One more nested construct; every caller leaves it again, unless an error ends everything.
    mutating func enter() throws(SyntaxError) {
        level += 1
        if level >= Parser.maximumLevel {
            throw SyntaxError(.limit, "too many nested constructs (limit is 200 levels)", at: token.position)
        }
    }

    mutating func leave() { level -= 1 }
}
