extension Lexer {
    /// Reads a numeral as far as Lua does, and then checks it as a whole.
    mutating func numeral(_ start: Position) throws(SyntaxError) -> Lexeme {
        let isHex = skip("0") && (skip("x") || skip("X"))
        while true {
            if isHex ? skip("p") || skip("P") : skip("e") || skip("E") {
                _ = skip("-") || skip("+")
            } else if Lexer.hexValue(current) != nil || isAt(".") {
                offset += 1
            } else {
                break
            }
        }
        if Lexer.isLetter(current) { offset += 1 }
        let digits = source[start.offset..<offset]
        if let integer = Lexer.integer(digits, isHex: isHex) {
            return Lexeme(symbol: .integer, position: start, end: offset, value: .integer(integer))
        }
        if Lexer.isFloat(digits, isHex: isHex) {
            let float = Double(String(decoding: digits, as: UTF8.self)) ?? .infinity
            return Lexeme(symbol: .float, position: start, end: offset, value: .float(float))
        }
        throw SyntaxError(
            .malformedNumber, "malformed number near \(excerpt(from: start)): write digits without `_` or a unit",
            at: start)
    }

    private static func integer(_ digits: ArraySlice<UInt8>, isHex: Bool) -> Int64? {
        var value: UInt64 = 0
        for byte in digits.dropFirst(isHex ? 2 : 0) {
            guard let digit = hexValue(Int(byte)), isHex || digit < 10 else { return nil }
            if isHex {
                value = value << 4 | UInt64(digit)
            } else {
                guard value <= (UInt64(Int64.max) - UInt64(digit)) / 10 else { return nil }
                value = value * 10 + UInt64(digit)
            }
        }
        return digits.count > (isHex ? 2 : 0) ? Int64(bitPattern: value) : nil
    }

    private static func isFloat(_ digits: ArraySlice<UInt8>, isHex: Bool) -> Bool {
        var rest = digits.dropFirst(isHex ? 2 : 0)
        var mantissa = 0
        var dots = 0
        while let byte = rest.first {
            if byte == UInt8(ascii: ".") {
                dots += 1
            } else if let digit = hexValue(Int(byte)), isHex || digit < 10 {
                mantissa += 1
            } else {
                break
            }
            rest.removeFirst()
        }
        guard mantissa > 0, dots < 2 else { return false }
        guard let mark = rest.popFirst() else { return true }
        guard mark | 32 == UInt8(ascii: isHex ? "p" : "e") else { return false }
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        return !rest.isEmpty && rest.allSatisfy { isDigit(Int($0)) }
    }

    mutating func shortString(_ start: Position) throws(SyntaxError) -> Lexeme {
        let quote = current
        var bytes: [UInt8] = []
        offset += 1
        while current != quote {
            if current == -1 || isNewline {
                let mark = String(decoding: [UInt8(truncatingIfNeeded: quote)], as: UTF8.self)
                throw SyntaxError(
                    .unfinished, "unfinished string \(excerpt(from: start)): it ends with `\(mark)` on the same line",
                    at: start)
            }
            if isAt("\\") {
                try escape(into: &bytes)
            } else {
                bytes.append(source[offset])
                offset += 1
            }
        }
        offset += 1
        return Lexeme(symbol: .string, position: start, end: offset, value: .string(bytes))
    }

    /// The text of a long bracket whose opening was read up to its last `[`.
    mutating func longBracket(_ level: Int, _ what: String, _ start: Position) throws(SyntaxError) -> [UInt8] {
        var bytes: [UInt8] = []
        offset += 1
        if isNewline { newline() }
        while true {
            switch current {
            case -1:
                let closing = "]\(String(repeating: "=", count: level - 2))]"
                let message = "unfinished long \(what): write `\(closing)` where it ends"
                throw SyntaxError(.unfinished, message, at: start)
            case 93:
                let begin = offset
                if separator() == level {
                    offset += 1
                    return bytes
                }
                bytes.append(contentsOf: source[begin..<offset])
            case 10, 13:
                newline()
                bytes.append(10)
            default:
                bytes.append(source[offset])
                offset += 1
            }
        }
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(SyntaxError) {
        let start = position
        offset += 1
        let byte = current
        switch byte {
        case -1: return
        case 10, 13:
            newline()
            bytes.append(10)
            return
        case 48...57:
            var value = 0
            var count = 0
            while count < 3, Lexer.isDigit(current) {
                value = value * 10 + current - 48
                offset += 1
                count += 1
            }
            try require(value <= 255, "decimal escape too large", start)
            bytes.append(UInt8(value))
            return
        default: break
        }
        offset += 1
        switch Unicode.Scalar(UInt8(byte)) {
        case "a": bytes.append(7)
        case "b": bytes.append(8)
        case "f": bytes.append(12)
        case "n": bytes.append(10)
        case "r": bytes.append(13)
        case "t": bytes.append(9)
        case "v": bytes.append(11)
        case "\\", "\"", "'": bytes.append(UInt8(byte))
        case "x":
            let high = try hexDigit(start)
            bytes.append(UInt8(high << 4 | (try hexDigit(start))))
        case "u": try unicode(into: &bytes, start)
        case "z":
            while true {
                if isNewline {
                    newline()
                } else if [32, 9, 11, 12].contains(current) {
                    offset += 1
                } else {
                    return
                }
            }
        default: try require(false, "invalid escape sequence (a backslash is `\\\\`, a pattern has `%d`)", start)
        }
    }

    private mutating func unicode(into bytes: inout [UInt8], _ start: Position) throws(SyntaxError) {
        let isOpen = skip("{")
        try require(isOpen, "missing `{` in \\u{xxxx}", start)
        var code = try hexDigit(start)
        while let digit = Lexer.hexValue(current) {
            try require(code <= 0x7FFF_FFFF >> 4, "UTF-8 value too large", start)
            code = code << 4 | digit
            offset += 1
        }
        let isClosed = skip("}")
        try require(isClosed, "missing `}` in \\u{xxxx}", start)
        guard code >= 0x80 else { return bytes.append(UInt8(code)) }
        var tail: [UInt8] = []
        var most = 0x3F
        repeat {
            tail.append(UInt8(0x80 | (code & 0x3F)))
            code >>= 6
            most >>= 1
        } while code > most
        tail.append(UInt8(truncatingIfNeeded: (~most << 1) | code))
        bytes.append(contentsOf: tail.reversed())
    }

    private mutating func hexDigit(_ start: Position) throws(SyntaxError) -> Int {
        let digit = Lexer.hexValue(current)
        try require(digit != nil, "hexadecimal digit expected", start)
        offset += 1
        return digit ?? 0
    }

    private func require(_ condition: Bool, _ message: String, _ start: Position) throws(SyntaxError) {
        if !condition { throw SyntaxError(.invalidEscape, "\(message) near \(excerpt(from: start))", at: start) }
    }

    static func hexValue(_ byte: Int) -> Int? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
