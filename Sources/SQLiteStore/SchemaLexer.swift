internal import CSQLite

/// A lexer for SQL that follows SQLite: it drops white space, comments, letter case and needless quotes of a statement.
enum SchemaLexer {
    enum Lexeme: Equatable {
        /// A keyword of SQL, in lower case.
        case keyword([UInt8])
        /// Any other word, in lower case; also one in double quotes, brackets or backticks.
        case name([UInt8])
        /// A string in single quotes, as it is.
        case string([UInt8])
        /// A number or a blob, in lower case.
        case literal([UInt8])
        /// Any other byte. Two statements with the same bytes between their words mean the same.
        case symbol(UInt8)
        /// A quote without an end.
        case unfinished
    }

    // INVARIANT: statements of different meaning have different lexemes. So a quoted keyword is a name: `"NOT"` is not
    // `NOT`.
    static func lexemes(_ sql: [UInt8]) -> [Lexeme] {
        var lexemes: [Lexeme] = []
        var rest = sql[...]
        while let byte = rest.first {
            if isSpace(byte) {
                rest = rest.dropFirst()
            } else if rest.starts(with: "--".utf8) {
                rest = rest.drop { $0 != UInt8(ascii: "\n") }
            } else if rest.starts(with: "/*".utf8) {
                rest = afterComment(rest)
            } else if let end = closing(byte) {
                lexemes.append(quoted(&rest, until: end))
            } else if isDigit(byte) {
                lexemes.append(.literal(take(&rest) { isWord($0) || $0 == UInt8(ascii: ".") }))
            } else if isWord(byte) {
                let word = take(&rest, while: isWord)
                if word == [UInt8(ascii: "x")], rest.first == UInt8(ascii: "'") {
                    guard case .string(let digits) = quoted(&rest, until: UInt8(ascii: "'")) else {
                        return lexemes + [.unfinished]
                    }
                    lexemes.append(.literal(word + digits.map(small)))
                } else {
                    lexemes.append(isKeyword(word) ? .keyword(word) : .name(word))
                }
            } else {
                lexemes.append(.symbol(byte))
                rest = rest.dropFirst()
            }
        }
        return lexemes
    }

    private static func afterComment(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = text.dropFirst(2)
        while !rest.isEmpty, !rest.starts(with: "*/".utf8) { rest = rest.dropFirst() }
        return rest.dropFirst(2)
    }

    /// The byte that ends a quote beginning with this byte; `nil` for a byte that begins none.
    private static func closing(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): byte
        case UInt8(ascii: "["): UInt8(ascii: "]")
        default: nil
        }
    }

    /// Takes a quoted part. A doubled quote stands for one, except in brackets.
    private static func quoted(_ rest: inout ArraySlice<UInt8>, until end: UInt8) -> Lexeme {
        var content: [UInt8] = []
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
            if byte != end {
                content.append(byte)
            } else if end != UInt8(ascii: "]"), rest.first == end {
                content.append(byte)
                rest = rest.dropFirst()
            } else {
                return end == UInt8(ascii: "'") ? .string(content) : .name(content.map(small))
            }
        }
        return .unfinished
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, while isPart: (UInt8) -> Bool) -> [UInt8] {
        let part = rest.prefix(while: isPart)
        rest = rest.dropFirst(part.count)
        return part.map(small)
    }

    private static func isKeyword(_ word: [UInt8]) -> Bool {
        unsafe word.withUnsafeBufferPointer { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) {
                unsafe sqlite3_keyword_check($0.baseAddress, Int32($0.count)) != 0
            }
        }
    }

    private static func small(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) && byte != 0x0B }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
    }
}
