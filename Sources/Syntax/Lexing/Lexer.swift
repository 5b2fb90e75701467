/// A reader that splits Lua source text into lexemes, one at a time.
struct Lexer {
    let source: [UInt8]
    var offset = 0
    var line = 1
    var lineStart = 0

    init(_ source: [UInt8]) {
        self.source = source
        if source.first == UInt8(ascii: "#") { skipLine() }
    }

    /// The byte at the offset, -1 at the end.
    var current: Int { offset < source.count ? Int(source[offset]) : -1 }

    var position: Position { Position(line: line, column: offset - lineStart + 1, offset: offset) }

    var isNewline: Bool { current == 10 || current == 13 }

    func isAt(_ byte: Unicode.Scalar) -> Bool { current == Int(byte.value) }

    mutating func skip(_ byte: Unicode.Scalar) -> Bool {
        guard isAt(byte) else { return false }
        offset += 1
        return true
    }

    /// Steps over one line break: LF, CR, CR LF or LF CR.
    mutating func newline() {
        let first = current
        offset += 1
        if isNewline && current != first { offset += 1 }
        line += 1
        lineStart = offset
    }

    mutating func skipLine() {
        while current != -1 && !isNewline { offset += 1 }
    }

    mutating func next() throws(SyntaxError) -> Lexeme {
        try skipBlanks()
        let start = position
        if current == -1 { return Lexeme(symbol: .endOfFile, position: start, end: offset) }
        let byte = source[offset]
        if Lexer.isLetter(Int(byte)) { return word(start) }
        if Lexer.isDigit(Int(byte)) { return try numeral(start) }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return try shortString(start)
        case UInt8(ascii: "["):
            let level = separator()
            if level >= 2 {
                let bytes = try longBracket(level, "string", start)
                return Lexeme(symbol: .string, position: start, end: offset, value: .string(bytes))
            }
            if level == 0 {
                throw SyntaxError(.unexpected, "invalid long string delimiter near \(excerpt(from: start))", at: start)
            }
            return Lexeme(symbol: .openBracket, position: start, end: offset)
        case UInt8(ascii: "."):
            if offset + 1 < source.count, Lexer.isDigit(Int(source[offset + 1])) { return try numeral(start) }
            offset += 1
            guard skip(".") else { return Lexeme(symbol: .dot, position: start, end: offset) }
            return Lexeme(symbol: skip(".") ? .dots : .concat, position: start, end: offset)
        default:
            offset += 1
            let symbol = mark(byte)
            return Lexeme(symbol: symbol, position: start, end: offset)
        }
    }

    /// The operator or bracket that begins with this byte, already stepped over.
    private mutating func mark(_ byte: UInt8) -> Symbol {
        switch Unicode.Scalar(byte) {
        case "+": .plus
        case "-": .minus
        case "*": .times
        case "/": skip("/") ? .floorDivide : .divide
        case "%": .modulo
        case "^": .power
        case "#": .length
        case "&": .bitAnd
        case "~": skip("=") ? .notEqual : .tilde
        case "|": .bitOr
        case "<": skip("=") ? .lessEqual : skip("<") ? .shiftLeft : .less
        case ">": skip("=") ? .greaterEqual : skip(">") ? .shiftRight : .greater
        case "=": skip("=") ? .equal : .assign
        case "(": .openParen
        case ")": .closeParen
        case "{": .openBrace
        case "}": .closeBrace
        case "]": .closeBracket
        case ";": .semicolon
        case ":": skip(":") ? .doubleColon : .colon
        case ",": .comma
        default: .unknown
        }
    }

    private mutating func skipBlanks() throws(SyntaxError) {
        while true {
            switch current {
            case 10, 13:
                newline()
            case 32, 9, 11, 12:
                offset += 1
            case 45 where offset + 1 < source.count && source[offset + 1] == 45:
                let start = position
                offset += 2
                if isAt("[") {
                    let level = separator()
                    if level >= 2 {
                        _ = try longBracket(level, "comment", start)
                        continue
                    }
                }
                skipLine()
            default:
                return
            }
        }
    }

    private mutating func word(_ start: Position) -> Lexeme {
        var packed: UInt64 = 0
        while Lexer.isLetter(current) || Lexer.isDigit(current) {
            packed = packed << 8 | UInt64(source[offset])
            offset += 1
        }
        let symbol = offset - start.offset <= 8 ? Symbol.words[packed] ?? .name : .name
        return Lexeme(symbol: symbol, position: start, end: offset)
    }

    /// Reads the beginning of a long bracket as Lua does.
    /// - Returns: 2 or more for a long bracket, 1 for a plain bracket, 0 for neither.
    mutating func separator() -> Int {
        let bracket = source[offset]
        offset += 1
        var count = 0
        while skip("=") { count += 1 }
        if current == Int(bracket) { return count + 2 }
        return count == 0 ? 1 : 0
    }

    /// The bytes from a place to the offset, shortened, in backticks.
    func excerpt(from start: Position) -> String {
        let bytes = source[start.offset..<min(offset, source.count)]
        let shown = String(decoding: bytes.prefix(40), as: UTF8.self)
        return "`\(shown)\(bytes.count > 40 ? "…" : "")`"
    }

    static func isDigit(_ byte: Int) -> Bool { byte >= 48 && byte <= 57 }

    static func isLetter(_ byte: Int) -> Bool {
        (byte | 32) >= 97 && (byte | 32) <= 122 && byte > 0 || byte == 95
    }
}
