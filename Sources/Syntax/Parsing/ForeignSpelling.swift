package import Model

/// The spellings of other languages at which a parser of Lua stops, each with Lua's own.
///
/// The parser accepts exactly what Lua accepts; these tables only change the message about what it does not accept.
package enum ForeignSpelling {
    /// The advice about a word that begins a statement elsewhere, `switch`; `nil` for any other.
    package static func advice(for word: ExactName) -> String? { statements[word] }

    /// Signs, by their spelling.
    static let signs: [(spelling: String, advice: String)] = [
        ("!", "write `not`"), ("!=", "write `~=`"), ("!==", "write `~=`"), ("<>", "write `~=`"), ("===", "write `==`"),
        ("&&", "write `and`"), ("||", "write `or`"), ("=>", "write `function(x) return … end`"),
        ("->", "write `.` for an attribute, and `function(x) return … end` for a function"),
        (":=", "write `local x = …`"), ("::", "a name is a string: `request.action == \"orders.read\"`"),
        ("??", "ask `:has` first, or write `or` where a value may be nil"),
        ("?.", "ask `:has` first, and read the attribute only if it is present"),
        ("?", "write `condition and one or other`, or an `if`"), ("//", "a comment begins with `--`"),
        ("/*", "a comment is `-- …` or `--[[ … ]]`"), ("*/", "a comment is `-- …` or `--[[ … ]]`"),
        ("#", "a comment begins with `--`"), ("`", "a string is written in `\"` or `'`"),
        ("$", "a name has only letters, digits and `_`"), ("@", "a name has only letters, digits and `_`"),
        ("\\", "a statement goes on over the end of a line without a sign"),
    ]

    /// Signs that assign, each with the operator inside.
    static let assignments: [(spelling: String, operation: String)] = [
        ("+=", "+"), ("-=", "-"), ("*=", "*"), ("/=", "/"), ("%=", "%"), ("^=", "^"), ("..=", ".."), ("//=", "//"),
        ("|=", "|"), ("&=", "&"), ("<<=", "<<"), (">>=", ">>"), ("||=", "or"), ("&&=", "and"), ("??=", "or"),
        ("++", "+"),
    ]

    /// Words that begin a statement elsewhere, and are plain names in Lua.
    static let statements: [ExactName: String] = {
        let groups: [([String], String)] = [
            (["elif", "elsif", "elseIf", "ElseIf"], "write `elseif … then`"),
            (["let", "var", "const", "val", "auto", "mut"], "write `local x = …`"),
            (["def", "fn", "func", "fun", "sub", "lambda"], "write `local function name(…) … end`"),
            (["switch", "match", "case", "when", "unless"], "write `if … then … elseif … then … else … end`"),
            (["foreach", "loop", "every", "some"], "write `for _, x in ipairs(list) do … end`"),
            (["continue"], "put the rest of the loop's body into an `if`"),
            (["pass"], "leave it out: a block may be empty"),
            (["endif", "fi", "done", "esac"], "write `end`"),
            (["try", "catch", "except", "finally"], "an error cannot be caught: a policy that fails denies"),
            (["throw", "raise"], "write `error(\"…\")`, which fails the policy, or `deny(\"…\")`"),
            (
                ["import", "from", "include", "require", "using"],
                "code that policies share is in `lib/`: `local name = use \"lib.name\"`"
            ),
            (["package", "module", "namespace"], "leave it out: the file's name is the policy's id"),
            (["default", "allow"], "nothing is permitted by default: call `permit` where it is allowed"),
            (["forbid"], "call `deny(\"reason\")` inside `decide`"),
            (["class", "struct", "interface", "enum", "type", "object"], "write a table: `local x = { … }`"),
            (["async", "await", "export", "public", "private", "static", "new"], "leave it out"),
        ]
        return Dictionary(
            groups.flatMap { words, advice in words.map { (ExactName($0), advice) } }, uniquingKeysWith: { $1 })
    }()

    /// Words between two operands.
    static let infixes: [ExactName: String] = [
        "is": "write `==`",
        "eq": "write `==`", "ne": "write `~=`", "instanceof": "write `type(x) == \"…\"`",
        "of": "write `for _, x in ipairs(list) do`", "contains": "write `list:contains(x)`",
        "has": "write `record:has(\"name\")`", "like": "write `text:match(\"pattern\")`",
    ]
}

extension Parser {
    /// The message about another language's spelling where the parser stands, and its place; `nil` where there is none.
    func foreignSpelling() -> (message: String, position: Position)? {
        sign() ?? character() ?? word() ?? shape()
    }

    private func said(_ spelling: String, _ advice: String) -> String {
        spelling == "`" ? "a backtick is not Lua: \(advice)" : "`\(spelling)` is not Lua: \(advice)"
    }

    // MARK: Signs

    private static let signBytes: Set<UInt8> = Set("!=&|+-*/%^<>?:.~@$\\`#".utf8)

    /// The longest foreign sign over the lexeme where the parser stands. Lua reads some as two lexemes: `&&`.
    private func sign() -> (message: String, position: Position)? {
        let stop = lexeme.position.offset
        let source = lexer.source
        guard stop < source.count, Self.signBytes.contains(source[stop]) else { return nil }
        var first = stop
        while first > 0, stop - first < 3, Self.signBytes.contains(source[first - 1]) { first -= 1 }
        let signs =
            ForeignSpelling.signs.map(\.spelling) + ForeignSpelling.assignments.map(\.spelling)
        var longest: (spelling: String, start: Int)?
        for start in first...stop {
            for sign in signs where sign.utf8.count > (longest?.spelling.utf8.count ?? 0) {
                guard start + sign.utf8.count > stop, source[start...].starts(with: sign.utf8) else { continue }
                longest = (sign, start)
            }
        }
        guard let (spelling, start) = longest else { return nil }
        let place = lexeme.position
        let position = Position(line: place.line, column: place.column - (stop - start), offset: start)
        if let advice = ForeignSpelling.signs.first(where: { $0.spelling == spelling })?.advice {
            return (said(spelling, advice), position)
        }
        let operation = ForeignSpelling.assignments.first { $0.spelling == spelling }?.operation ?? "+"
        return (said(spelling, assignment(operation, before: start, spelling == "++" ? "1" : "…")), position)
    }

    private func assignment(_ operation: String, before offset: Int, _ value: String) -> String {
        let target = path(before: offset) ?? "x"
        return "write `\(target) = \(target) \(operation) \(value)`"
    }

    /// The plain path, such as `counts.read`, that ends before an offset.
    private func path(before offset: Int) -> String? {
        let head = lexer.source[..<offset].reversed().drop { $0 == UInt8(ascii: " ") }
        let bytes = head.prefix { Lexer.isLetter(Int($0)) || Lexer.isDigit(Int($0)) || $0 == UInt8(ascii: ".") }
        return bytes.isEmpty ? nil : String(decoding: bytes.reversed(), as: UTF8.self)
    }

    private func character() -> (message: String, position: Position)? {
        guard lexeme.symbol == .unknown else { return nil }
        if UnexpectedCharacter.isUTF16(lexer.source) {
            return (
                "the file is not UTF-8 but UTF-16: save it as UTF-8", Position(line: 1, column: 1, offset: 0)
            )
        }
        return (UnexpectedCharacter(lexer.source[lexeme.position.offset...]).message, lexeme.position)
    }

    // MARK: Words

    private func word() -> (message: String, position: Position)? {
        if lexeme.symbol == .in {
            return ("`in` stands only in a `for`: write `list:contains(x)`", lexeme.position)
        }
        if lexeme.symbol == .name, let keyword = Self.keyword(text(lexeme)) {
            return (said(text(lexeme), "its words are in small letters, write `\(keyword)`"), lexeme.position)
        }
        // The word that is in the way, or one that the parser has taken for a name.
        if lexeme.symbol == .name, let advice = ForeignSpelling.infixes[ExactName(text(lexeme))] {
            return (said(text(lexeme), advice), lexeme.position)
        }
        if let previous, previous.symbol == .name, previous.end < lexeme.position.offset,
            lexeme.symbol == .name || lexeme.symbol == .function,
            let advice = ForeignSpelling.statements[ExactName(text(previous))]
        {
            return (said(text(previous), advice), previous.position)
        }
        // `x--` ends in a comment.
        if let previous, previous.symbol == .name, isFollowedByComment(previous) {
            let advice = assignment("-", before: previous.end, "1")
            return ("`--` begins a comment: \(advice)", Position(after: previous))
        }
        return nil
    }

    private func isFollowedByComment(_ lexeme: Lexeme) -> Bool {
        let rest = lexer.source[lexeme.end...]
        guard rest.starts(with: "--".utf8) else { return false }
        return rest.dropFirst(2).first { $0 != UInt8(ascii: " ") }.map { $0 == 10 || $0 == 13 || $0 == 59 } ?? true
    }

    /// The advice about a name that stands alone as a statement.
    func foreignStatement(_ name: String, at position: Position) -> SyntaxError? {
        let advice =
            Self.keyword(name).map { "its words are in small letters, write `\($0)`" }
            ?? ForeignSpelling.statements[ExactName(name)]
        return advice.map { SyntaxError(.unexpected, said(name, $0), at: position) }
    }

    /// Lua's word that a name is in other letters: `Local`, `AND`.
    private static func keyword(_ name: String) -> String? {
        let small = name.lowercased()
        var lexer = Lexer(Array(small.utf8))
        guard !small.isSameBytes(name), let symbol = (try? lexer.next())?.symbol, symbol != .name else { return nil }
        return symbol.rawValue
    }

    // MARK: Brackets

    /// The use of brackets and colons in other languages.
    private func shape() -> (message: String, position: Position)? {
        let position = lexeme.position
        guard let previous else {
            guard lexeme.symbol == .openBrace || lexeme.symbol == .openBracket else { return nil }
            return ("the file is Lua and ends in `return`: write `return { name = value }`", position)
        }
        let isAdjacent = previous.end == position.offset
        switch lexeme.symbol {
        case .openBrace where [.closeParen, .else, .do, .then, .repeat].contains(previous.symbol):
            return (Self.noBraces, position)
        case .closeBrace where tableDepth == 0:
            return ("`}` closes nothing here: a block ends with `end`, without braces", position)
        case .openBracket: return ("a list is written in braces: `{ \"a\", \"b\" }`", position)
        case .colon where isLast(lexeme) || previous.symbol == .else:
            return ("`:` opens no block: write `then` or `do`, or nothing after `else` and a function", position)
        case .colon where previous.symbol == .name || previous.symbol == .closeParen:
            return ("Lua has no type annotations: leave out `:` and the type", position)
        case .name where isAdjacent && previous.symbol == .string:
            let quote = String(decoding: lexer.source[(previous.end - 1)..<previous.end], as: UTF8.self)
            return ("the string ends before `\(text(lexeme))`: write `\\\(quote)` for a quote inside it", position)
        case .string where previous.symbol != .name && !isAdjacent && previous.symbol == .string:
            return ("two strings are joined with `..`", position)
        default: return nil
        }
    }

    private static let noBraces = "a block has no braces: it begins after `then`, `do` or `)`, and ends with `end`"

    /// True for the last lexeme of its line.
    private func isLast(_ lexeme: Lexeme) -> Bool {
        let rest = lexer.source[lexeme.end...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return rest.first.map { $0 == 10 || $0 == 13 } ?? true
    }

    private func isBeforeBlank(_ lexeme: Lexeme) -> Bool {
        lexer.source[lexeme.end...].first.map { $0 == UInt8(ascii: " ") } ?? true || isLast(lexeme)
    }

    /// The error of a condition that opens its block as other languages do: `if (x) {`, `while x:`.
    /// - Parameter start: the place of `if`, `elseif` or `while`.
    func foreignBlock(after start: Position, instead symbol: Symbol, stopped: SyntaxError) -> SyntaxError? {
        var reader = reader(from: start)
        _ = try? reader.next()
        var depth = 0
        /// True until a parenthesis that begins the condition is closed.
        var isWrapped: Bool?
        var closesWrapping = false
        while let next = try? reader.next(), next.symbol != symbol, next.symbol != .endOfFile,
            next.position.offset <= stopped.offset
        {
            if depth == 0 {
                if next.symbol == .openBrace, closesWrapping || isLast(next) {
                    return SyntaxError(.unexpected, Self.noBraces, at: next.position)
                }
                if next.symbol == .colon, isBeforeBlank(next) {
                    let message = "`:` opens no block: write `\(symbol.rawValue)`, and `end` after the block"
                    return SyntaxError(.unexpected, message, at: next.position)
                }
            }
            closesWrapping = false
            switch next.symbol {
            case .openParen, .openBracket, .openBrace:
                if isWrapped == nil { isWrapped = next.symbol == .openParen }
                depth += 1
            case .closeParen, .closeBracket, .closeBrace:
                depth -= 1
                closesWrapping = depth == 0 && isWrapped == true
                if closesWrapping { isWrapped = false }
            default: if isWrapped == nil { isWrapped = false }
            }
        }
        return nil
    }

    /// The error inside a call that is a block elsewhere: `try { … }`, `allow { … }`.
    func foreignCall(of callee: Expression.ID) -> SyntaxError? {
        guard lexeme.symbol != .endOfFile else { return nil }
        switch expressions[callee.index].kind {
        case .name(let name): return foreignStatement(name.name, at: expressions[callee.index].position)
        case .call(let inner, _): return foreignCall(of: inner)
        default: return nil
        }
    }

    /// The error of a table's field that is written as other languages write it: `key: value`, `"key": value`.
    /// - Parameter start: the first lexeme of the field.
    func foreignField(from start: Lexeme) -> SyntaxError? {
        guard [.name, .string, .integer, .float].contains(start.symbol) else { return nil }
        var reader = reader(from: start.position)
        let read = (0..<4).compactMap { _ in try? reader.next() }
        guard read.count > 1 else { return nil }
        let key = text(start)
        let isName = start.symbol == .name
        switch read[1].symbol {
        case .colon:
            // `{ text:len() }` is a call.
            let isCall =
                read.count > 3 && read[2].symbol == .name
                && [.openParen, .string, .openBrace].contains(read[3].symbol)
            if isName && isCall { return nil }
        case .assign where !isName: break
        default: return nil
        }
        let written: String
        if isName {
            written = "\(key) = …"
        } else if case .string(let bytes) = start.value, Self.isName(bytes) {
            written = "\(String(decoding: bytes, as: UTF8.self)) = …"
        } else {
            written = "[\(key)] = …"
        }
        let place = read[1].symbol == .colon ? read[1].position : start.position
        return SyntaxError(.unexpected, "a field is written `key = value`: write `\(written)`", at: place)
    }

    private static func isName(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, Lexer.isLetter(Int(first)) else { return false }
        guard bytes.allSatisfy({ Lexer.isLetter(Int($0)) || Lexer.isDigit(Int($0)) }) else { return false }
        var lexer = Lexer(bytes)
        return (try? lexer.next())?.symbol == .name
    }

    /// A lexer that reads the source again, from a place on.
    private func reader(from place: Position) -> Lexer {
        var reader = lexer
        reader.offset = place.offset
        reader.line = place.line
        reader.lineStart = place.offset - place.column + 1
        return reader
    }
}
