internal import CUnistring
internal import Glibc
package import Model

/// Text normalisation: Unicode's own normalisation and case folding, by libunistring.
package enum TextNormalizer {
    /// The canonical composition (NFC), in which names are stored.
    static func composed(_ text: String) -> String {
        unsafe converted(text) { unsafe cunistring_compose($0, $1, $2) }
    }

    /// The form for comparing names regardless of case, width and invisible joiners: NFKC with case folded (after RFC
    /// 8266).
    static func key(_ text: String) -> String {
        lowercase(ascii: text)
            ?? (unsafe converted(withoutJoiners(text)) { unsafe cunistring_fold_compatible($0, $1, $2) })
    }

    /// - Returns: `nil` for a text with other characters than ASCII.
    private static func lowercase(ascii text: String) -> String? {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        return String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private static func withoutJoiners(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: NameCharacters.isJoiner) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { !NameCharacters.isJoiner($0) }))
    }

    /// The form for searching: case, width and accents folded, `Ø` to `o`, `ß` to `ss`, `é` to `e`.
    package static func search(_ text: String) -> String {
        if let plain = lowercase(ascii: text) { return plain }
        var result = ""
        for scalar in text.unicodeScalars {
            // Beyond Latin the result for a letter may depend on its neighbours.
            guard scalar.value < plain.count else { return thorough(text) }
            result += plain[Int(scalar.value)]
        }
        return result
    }

    package static func search(_ name: ExactName) -> String { search(name.text) }
    static func key(_ name: ExactName) -> String { key(name.text) }

    /// The search form of each Latin letter, made once.
    private static let plain: [String] = (0..<0x250).map { thorough(String(Unicode.Scalar(UInt32($0))!)) }

    private static func thorough(_ text: String) -> String {
        let folded = unsafe converted(withoutJoiners(text)) { unsafe cunistring_fold_decomposed($0, $1, $2) }
        var result = ""
        for scalar in folded.unicodeScalars {
            if let plain = letters[scalar] {
                result += plain
            } else if scalar.properties.generalCategory != .nonspacingMark {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Letters that Unicode does not decompose into a plain letter with an accent, although readers see them so.
    private static let letters: [Unicode.Scalar: String] = [
        "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "þ": "th", "ı": "i",
    ]

    private static func converted(
        _ text: String,
        _ convert: (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<Int>) -> UnsafeMutablePointer<UInt8>?
    ) -> String {
        var text = text
        return text.withUTF8 { buffer in
            guard let start = buffer.baseAddress, buffer.count > 0 else { return "" }
            var count = 0
            guard let result = unsafe convert(start, buffer.count, &count) else {
                fatalError("no memory to normalise a string")
            }
            defer { unsafe free(result) }
            return unsafe String(decoding: UnsafeBufferPointer(start: result, count: count), as: UTF8.self)
        }
    }

    /// True when a folded text contains another. Neither may contain NUL.
    package static func text(_ text: String, contains part: String) -> Bool { unsafe strstr(text, part) != nil }
}
