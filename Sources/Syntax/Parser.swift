/// Recognises Lua 5.4 by recursive descent (manual, section 9) and gathers what a chunk tells of itself.
///
/// It is as deep as Lua's own: 200 levels, so that no source exhausts the stack.
struct Parser {
    private static let deepest = 195

    private var lexer: Lexer
    var token: Token
    private var ahead: Token?
    /// One past the last byte of the token before.
    private var lastEnd = 0
    private var depth = 0
    var scopes = Scopes()
    var edits = Edits()
    var calls: [Chunk.CallUse] = []

    init(_ source: [UInt8]) throws(SyntaxError) {
        lexer = Lexer(source)
        token = try lexer.next()
    }

    mutating func parse() throws(SyntaxError) {
        scopes.beginFunction(isVariadic: true)
        try block()
        guard token.kind == .end else { throw unexpected("`<eof>` expected") }
        try scopes.endFunction()
    }

    // MARK: Tokens

    mutating func advance() throws(SyntaxError) {
        lastEnd = token.end
        if let next = ahead {
            token = next
            ahead = nil
        } else {
            token = try lexer.next()
        }
    }

    mutating func peek() throws(SyntaxError) -> Token.Kind {
        if ahead == nil { ahead = try lexer.next() }
        return ahead!.kind
    }

    var end: Int { lastEnd }

    func unexpected(_ message: String) -> SyntaxError {
        SyntaxError("\(message) near \(spelling)", at: token.position)
    }

    private var spelling: String {
        if token.kind == .end { return "`<eof>`" }
        let text = lexer.source[token.position.offset..<token.end].prefix(40)
        return "`\(String(decoding: text, as: UTF8.self))`"
    }

    func at(_ symbol: String) -> Bool { token.kind == .symbol(symbol) }
    func at(_ keyword: Keyword) -> Bool { token.kind == .keyword(keyword) }

    mutating func skip(_ symbol: String) throws(SyntaxError) -> Bool {
        guard at(symbol) else { return false }
        try advance()
        return true
    }

    mutating func skip(_ keyword: Keyword) throws(SyntaxError) -> Bool {
        guard at(keyword) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ symbol: String) throws(SyntaxError) {
        guard try skip(symbol) else { throw unexpected("`\(symbol)` expected") }
    }

    mutating func expect(_ keyword: Keyword) throws(SyntaxError) {
        guard try skip(keyword) else { throw unexpected("`\(keyword.rawValue)` expected") }
    }

    /// What closes something that was opened further up.
    mutating func close(_ closing: String, _ opening: String, _ position: Position) throws(SyntaxError) {
        let isThere = at(closing) || Keyword(rawValue: closing).map { at($0) } == true
        guard isThere else {
            let place = position.line == token.position.line ? "" : " (to close `\(opening)` at line \(position.line))"
            throw unexpected("`\(closing)` expected\(place)")
        }
        try advance()
    }

    mutating func name() throws(SyntaxError) -> (text: String, position: Position) {
        guard case .name(let text) = token.kind else { throw unexpected("name expected") }
        let position = token.position
        try advance()
        return (text, position)
    }

    mutating func enter() throws(SyntaxError) {
        depth += 1
        if depth > Self.deepest { throw SyntaxError("chunk has too many syntax levels", at: token.position) }
    }

    mutating func leave() { depth -= 1 }

    // MARK: Blocks

    /// Whether a block ends here.
    func endsBlock(withUntil: Bool) -> Bool {
        switch token.kind {
        case .end, .keyword(.else), .keyword(.elseif), .keyword(.end): true
        case .keyword(.until): withUntil
        default: false
        }
    }

    /// Statements up to the end of the block; the caller opens and closes the scope.
    mutating func block() throws(SyntaxError) {
        while !endsBlock(withUntil: true) {
            if at(.return) {
                try statement()
                return
            }
            try statement()
        }
    }

    mutating func scoped(isLoop: Bool = false) throws(SyntaxError) {
        scopes.beginBlock(isLoop: isLoop)
        try block()
        try scopes.endBlock()
    }

    mutating func functionBody(isMethod: Bool, from position: Position) throws(SyntaxError) {
        try expect("(")
        var parameters: [(text: String, position: Position)] = []
        var isVariadic = false
        while !at(")") {
            if try skip("...") {
                isVariadic = true
                break
            }
            guard case .name = token.kind else { throw unexpected("<name> or `...` expected") }
            parameters.append(try name())
            if !(try skip(",")) { break }
            if at(")") { throw unexpected("<name> or `...` expected") }
        }
        scopes.beginFunction(isVariadic: isVariadic)
        if isMethod { try scopes.declare("self", at: nil, near: position) }
        for parameter in parameters {
            try scopes.declare(parameter.text, at: parameter.position, near: parameter.position)
        }
        try expect(")")
        try block()
        try close("end", "function", position)
        try scopes.endFunction()
    }
}
