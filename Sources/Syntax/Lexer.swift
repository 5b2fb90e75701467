/// Cuts a source into tokens, as the Lua 5.4 manual has it (section 3.1).
struct Lexer {
    let source: [UInt8]
    private var offset = 0
    private var line = 1
    private var lineStart = 0

    init(_ source: [UInt8]) {
        self.source = source
    }

    private var byte: UInt8? { offset < source.count ? source[offset] : nil }
    private var following: UInt8? { offset + 1 < source.count ? source[offset + 1] : nil }
    private var position: Position { Position(line: line, column: offset - lineStart + 1, offset: offset) }

    mutating func next() throws(SyntaxError) -> Token {
        try skipBlank()
        let start = position
        guard let first = byte else { return Token(kind: .end, position: start, end: offset) }
        let kind: Token.Kind
        switch first {
        case _ where first.isLetter: kind = word()
        case _ where first.isDigit: kind = try number(from: start)
        case UInt8(ascii: ".") where following?.isDigit == true: kind = try number(from: start)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): kind = .string(try quoted(from: start))
        case UInt8(ascii: "["):
            if let level = longLevel() {
                kind = .string(try long(level, from: start, what: "string"))
            } else if following == UInt8(ascii: "=") {
                throw SyntaxError("invalid long string delimiter", at: start)
            } else {
                kind = symbol()
            }
        default: kind = symbol()
        }
        return Token(kind: kind, position: start, end: offset)
    }

    // MARK: Blanks

    private mutating func skipBlank() throws(SyntaxError) {
        while let next = byte {
            switch next {
            case 0x0A, 0x0D: newline()
            case 0x20, 0x09, 0x0B, 0x0C: offset += 1
            case UInt8(ascii: "-") where following == UInt8(ascii: "-"):
                let start = position
                offset += 2
                if byte == UInt8(ascii: "["), let level = longLevel() {
                    _ = try long(level, from: start, what: "comment")
                } else {
                    while let next = byte, next != 0x0A, next != 0x0D { offset += 1 }
                }
            default: return
            }
        }
    }

    /// Any of `\n`, `\r`, `\r\n` and `\n\r` ends one line.
    private mutating func newline() {
        let first = source[offset]
        offset += 1
        if let second = byte, second == 0x0A || second == 0x0D, second != first { offset += 1 }
        line += 1
        lineStart = offset
    }

    // MARK: Words and symbols

    private mutating func word() -> Token.Kind {
        let start = offset
        while let next = byte, next.isLetter || next.isDigit { offset += 1 }
        let text = String(decoding: source[start..<offset], as: UTF8.self)
        return Keyword.byName[text].map(Token.Kind.keyword) ?? .name(text)
    }

    private static let symbols = ["...", "..", "==", "~=", "<=", ">=", "<<", ">>", "//", "::"]

    private mutating func symbol() -> Token.Kind {
        for symbol in Self.symbols where source[offset...].starts(with: symbol.utf8) {
            offset += symbol.utf8.count
            return .symbol(symbol)
        }
        let byte = source[offset]
        offset += 1
        return .symbol(byte < 0x80 ? String(Unicode.Scalar(byte)) : "\u{FFFD}")
    }

    // MARK: Numbers

    private mutating func number(from start: Position) throws(SyntaxError) -> Token.Kind {
        let isHexadecimal = byte == UInt8(ascii: "0") && (following.map { $0 | 0x20 } == UInt8(ascii: "x"))
        if isHexadecimal { offset += 2 }
        let digits = offset
        while let next = byte {
            if next | 0x20 == UInt8(ascii: isHexadecimal ? "p" : "e") {
                offset += 1
                if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { offset += 1 }
            } else if next.hexadecimal != nil || next == UInt8(ascii: ".") {
                offset += 1
            } else {
                break
            }
        }
        if byte?.isLetter == true { offset += 1 }
        guard Self.isNumeral(source[digits..<offset], isHexadecimal: isHexadecimal) else {
            let text = String(decoding: source[start.offset..<offset], as: UTF8.self)
            throw SyntaxError("malformed number near `\(text)`", at: start)
        }
        return .number
    }

    private static func isNumeral(_ text: ArraySlice<UInt8>, isHexadecimal: Bool) -> Bool {
        var rest = text
        func isDigit(_ byte: UInt8) -> Bool { isHexadecimal ? byte.hexadecimal != nil : byte.isDigit }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var count = whole.count
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            let fraction = rest.prefix(while: isDigit)
            rest = rest.dropFirst(fraction.count)
            count += fraction.count
        }
        guard count > 0 else { return false }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: isHexadecimal ? "p" : "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            let exponent = rest.prefix { $0.isDigit }
            guard !exponent.isEmpty else { return false }
            rest = rest.dropFirst(exponent.count)
        }
        return rest.isEmpty
    }

    // MARK: Strings

    /// The level of a long bracket that begins here; `nil` when none does.
    private func longLevel() -> Int? {
        var index = offset + 1
        while index < source.count, source[index] == UInt8(ascii: "=") { index += 1 }
        return index < source.count && source[index] == UInt8(ascii: "[") ? index - offset - 1 : nil
    }

    private mutating func long(_ level: Int, from start: Position, what: String) throws(SyntaxError) -> [UInt8] {
        offset += level + 2
        if byte == 0x0A || byte == 0x0D { newline() }
        let closing = Array(("]" + String(repeating: "=", count: level) + "]").utf8)
        var content: [UInt8] = []
        while let next = byte {
            if next == UInt8(ascii: "]"), source[offset...].starts(with: closing) {
                offset += closing.count
                return content
            }
            if next == 0x0A || next == 0x0D {
                newline()
                content.append(0x0A)
            } else {
                content.append(next)
                offset += 1
            }
        }
        throw SyntaxError("unfinished long \(what) (starting at line \(start.line)) near `<eof>`", at: start)
    }

    private mutating func quoted(from start: Position) throws(SyntaxError) -> [UInt8] {
        let quote = byte
        offset += 1
        var content: [UInt8] = []
        while let next = byte {
            switch next {
            case quote:
                offset += 1
                return content
            case 0x0A, 0x0D: throw SyntaxError("unfinished string", at: start)
            case UInt8(ascii: "\\"): try escape(into: &content)
            default:
                content.append(next)
                offset += 1
            }
        }
        throw SyntaxError("unfinished string near `<eof>`", at: start)
    }

    private mutating func escape(into content: inout [UInt8]) throws(SyntaxError) {
        let start = position
        offset += 1
        guard let next = byte else { throw SyntaxError("unfinished string near `<eof>`", at: start) }
        let simple: [UInt8: UInt8] = [
            UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
            UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11, UInt8(ascii: "\\"): 0x5C,
            UInt8(ascii: "\""): 0x22, UInt8(ascii: "'"): 0x27,
        ]
        switch next {
        case 0x0A, 0x0D:
            newline()
            content.append(0x0A)
        case UInt8(ascii: "x"):
            offset += 1
            var value: UInt8 = 0
            for _ in 0..<2 {
                guard let digit = byte?.hexadecimal else { throw SyntaxError("hexadecimal digit expected", at: start) }
                value = value << 4 | UInt8(digit)
                offset += 1
            }
            content.append(value)
        case UInt8(ascii: "z"):
            offset += 1
            while let blank = byte, blank == 0x20 || (0x09...0x0D).contains(blank) {
                if blank == 0x0A || blank == 0x0D { newline() } else { offset += 1 }
            }
        case UInt8(ascii: "u"): try unicode(from: start, into: &content)
        case _ where next.isDigit:
            var value = 0
            for _ in 0..<3 {
                guard let digit = byte, digit.isDigit else { break }
                value = value * 10 + Int(digit - UInt8(ascii: "0"))
                offset += 1
            }
            guard value <= 255 else { throw SyntaxError("decimal escape too large", at: start) }
            content.append(UInt8(value))
        default:
            guard let value = simple[next] else { throw SyntaxError("invalid escape sequence", at: start) }
            content.append(value)
            offset += 1
        }
    }

    /// `\u{XXX}`, up to 2^31: UTF-8 in its original form of up to six bytes.
    private mutating func unicode(from start: Position, into content: inout [UInt8]) throws(SyntaxError) {
        offset += 1
        guard byte == UInt8(ascii: "{") else { throw SyntaxError("missing `{` in \\u{XXXX}", at: start) }
        offset += 1
        guard byte?.hexadecimal != nil else { throw SyntaxError("hexadecimal digit expected", at: start) }
        var value: UInt64 = 0
        while let digit = byte?.hexadecimal {
            value = value << 4 | UInt64(digit)
            guard value <= 0x7FFF_FFFF else { throw SyntaxError("UTF-8 value too large", at: start) }
            offset += 1
        }
        guard byte == UInt8(ascii: "}") else { throw SyntaxError("missing `}` in \\u{XXXX}", at: start) }
        offset += 1
        if value < 0x80 {
            content.append(UInt8(value))
            return
        }
        var tail: [UInt8] = []
        var room: UInt64 = 0x3F
        while value > room {
            tail.append(UInt8(0x80 | (value & 0x3F)))
            value >>= 6
            room >>= 1
        }
        content.append(UInt8(truncatingIfNeeded: (~room << 1) | value))
        content += tail.reversed()
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_")
    }

    fileprivate var hexadecimal: Int? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(self) - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(self) - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(self) - 55
        default: nil
        }
    }
}
