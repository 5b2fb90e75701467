/// A character that has no place in Lua or JSON outside strings and comments, in words.
package struct UnexpectedCharacter {
    /// The character by its name, and what to do about it.
    package let message: String

    /// - Parameter rest: the source from the character on; not empty.
    package init(_ rest: ArraySlice<UInt8>) {
        // The longest character has four bytes.
        var bytes = rest.prefix(4).makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&bytes) else {
            let byte = String(rest.first ?? 0, radix: 16, uppercase: true)
            message = "the byte 0x\(byte) is not valid UTF-8: save the file as UTF-8"
            return
        }
        message = "unexpected character \(Self.name(scalar)): \(Self.advice(scalar))"
    }

    /// True for text in UTF-16, which has a NUL beside each ASCII character.
    package static func isUTF16(_ source: [UInt8]) -> Bool {
        if source.starts(with: [0xFF, 0xFE]) || source.starts(with: [0xFE, 0xFF]) { return true }
        let head = source.prefix(64)
        return head.count > 1 && head.count { $0 == 0 } * 3 >= head.count
    }

    /// `“` (U+201C, left double quotation mark); without the character itself where nobody could see it.
    private static func name(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let code = "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
        let properties = scalar.properties
        let name = scalar == "\u{FEFF}" ? "byte order mark" : (properties.nameAlias ?? properties.name)?.lowercased()
        let known = name.map { ", \($0)" } ?? ""
        return isVisible(scalar) ? "`\(scalar)` (\(code)\(known))" : code + known
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned, .nonspacingMark, .enclosingMark:
            false
        default: true
        }
    }

    private static func advice(_ scalar: Unicode.Scalar) -> String {
        if let spelling = spellings[scalar] { return "write `\(spelling)`" }
        // The wide forms of ASCII characters.
        if (0xFF01...0xFF5E).contains(scalar.value), let plain = Unicode.Scalar(scalar.value - 0xFEE0) {
            return "write `\(plain)`"
        }
        switch scalar.properties.generalCategory {
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: return "write an ordinary space"
        case .control, .format, .nonspacingMark, .enclosingMark: return "remove it"
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
            return
                "a name has only the letters `a` to `z` and `A` to `Z`, digits and `_`; other text is a string, in quotes"
        default: return "text is written in quotes, a comment after `--`"
        }
    }

    private static let spellings: [Unicode.Scalar: String] = [
        "\u{201C}": "\"", "\u{201D}": "\"", "\u{201E}": "\"", "\u{201F}": "\"", "\u{AB}": "\"", "\u{BB}": "\"",
        "\u{2033}": "\"", "\u{2018}": "'", "\u{2019}": "'", "\u{201A}": "'", "\u{201B}": "'", "\u{2032}": "'",
        "\u{B4}": "'", "\u{2010}": "-", "\u{2011}": "-", "\u{2012}": "-", "\u{2013}": "-", "\u{2014}": "-",
        "\u{2212}": "-", "\u{2026}": "...", "\u{2260}": "~=", "\u{2264}": "<=", "\u{2265}": ">=", "\u{D7}": "*",
        "\u{F7}": "/", "\u{2227}": "and", "\u{2228}": "or", "\u{AC}": "not", "\u{37E}": ";", "\u{3000}": " ",
    ]
}
