internal import CUnistring

/// The number of terminal columns that a text takes.
///
/// East Asian wide and full-width characters and emoji take two; combining characters take none. The widths are those of
/// libunistring. The locale of the process does not matter.
package enum DisplayWidth {
    package static func of(_ text: some StringProtocol) -> Int {
        // Nearly everything that is shown is ASCII.
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    package static func of(_ character: Character) -> Int {
        let scalars = character.unicodeScalars
        // VARIATION SELECTOR-16 asks for the coloured, wide form.
        if scalars.count > 1, scalars.contains("\u{FE0F}") { return 2 }
        // Two regional indicators are a flag.
        if scalars.count > 1, (0x1F1E6...0x1F1FF).contains(scalars.first!.value) { return 2 }
        return scalars.map(of).max() ?? 0
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        // Control characters have no width of their own.
        return max(0, Int(unsafe uc_width(scalar.value, "UTF-8")))
    }

    /// The text in at most this many columns. A longer one is cut at its end, and ends in `…`.
    package static func fit(_ text: String, _ columns: Int) -> String {
        guard of(text) > columns else { return text }
        guard columns > 1 else { return columns == 1 ? "…" : "" }
        return taken(text, columns - 1) + "…"
    }

    /// The text in lines of at most this many columns, broken between words, and within a word that is wider.
    package static func wrap(_ text: String, _ columns: Int) -> [String] {
        guard of(text) > columns, columns > 1 else { return [text] }
        var lines = [""]
        for word in text.split(separator: " ") {
            let joined = lines.last!.isEmpty ? String(word) : "\(lines.last!) \(word)"
            if of(joined) <= columns {
                lines[lines.count - 1] = joined
                continue
            }
            if lines.last!.isEmpty { lines.removeLast() }
            var rest = String(word)
            while of(rest) > columns {
                let head = taken(rest, columns)
                lines.append(head)
                rest.removeFirst(head.count)
            }
            lines.append(rest)
        }
        return lines
    }

    private static func taken(_ text: String, _ columns: Int) -> String {
        var rest = columns
        return String(
            text.prefix { character in
                rest -= of(character)
                return rest >= 0
            })
    }
}
