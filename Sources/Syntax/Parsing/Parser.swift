/// A recursive descent parser for a Lua 5.4 chunk, in the order and with the limits of Lua itself.
struct Parser {
    /// Lua's own limit of nested calls: 200 C levels; reaching the last is an error.
    static let maximumLevel = 200

    var lexer: Lexer
    var lexeme: Lexeme
    var lookahead: Lexeme?
    /// The last lexeme that was consumed.
    var previous: Lexeme?
    /// The offset after the last lexeme that was consumed.
    var previousEnd = 0
    var level = 0
    var scopes = Scopes()
    var expressions: [Expression] = []
    /// The constant that Lua's compiler knows for the expression with the same number.
    var constants: [Constant?] = []
    var functions: [Function] = []
    var names: [GlobalUse] = []
    /// The index of each global use in `names`, by expression.
    var globalIndices: [Int: Int] = [:]
    var labels: [Identifier] = []
    var blocks = OpenBlocks()
    /// The place of the last `//`.
    var lastDivision: Position?
    /// The number of tables that are open.
    var tableDepth = 0

    init(_ source: [UInt8]) throws(SyntaxError) {
        lexer = Lexer(source)
        lexeme = try lexer.next()
    }

    mutating func chunk() throws(SyntaxError) -> Block {
        scopes.openFunction(isVararg: true)
        let block = try statements(from: 0)
        if lexeme.symbol != .endOfFile { throw surplus() }
        try scopes.closeFunction()
        return block
    }

    // MARK: Lexemes

    mutating func advance() throws(SyntaxError) {
        previousEnd = lexeme.end
        previous = lexeme
        if lexeme.symbol == .floorDivide { lastDivision = lexeme.position }
        if let next = lookahead {
            lexeme = next
            lookahead = nil
        } else {
            lexeme = try lexer.next()
        }
    }

    mutating func peek() throws(SyntaxError) -> Symbol {
        if lookahead == nil { lookahead = try lexer.next() }
        return lookahead?.symbol ?? .endOfFile
    }

    mutating func accept(_ symbol: Symbol) throws(SyntaxError) -> Bool {
        guard lexeme.symbol == symbol else { return false }
        try advance()
        return true
    }

    mutating func expect(_ symbol: Symbol) throws(SyntaxError) {
        guard lexeme.symbol == symbol else { throw expected(symbol.rawValue) }
        try advance()
    }

    mutating func identifier() throws(SyntaxError) -> Identifier {
        guard lexeme.symbol == .name else { throw error("name expected") }
        let identifier = Identifier(name: text(lexeme), position: lexeme.position)
        try advance()
        return identifier
    }

    func text(_ lexeme: Lexeme) -> String {
        String(decoding: lexer.source[lexeme.position.offset..<lexeme.end], as: UTF8.self)
    }

    // MARK: Levels

    /// Enters one more nested construct; every caller leaves it again unless it throws.
    mutating func enter() throws(SyntaxError) {
        level += 1
        if level >= Parser.maximumLevel {
            throw SyntaxError(.limit, "too many nested constructs (limit is 200 levels)", at: lexeme.position)
        }
    }

    mutating func leave() { level -= 1 }
}
