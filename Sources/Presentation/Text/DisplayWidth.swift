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
        return scalars.map(of).max() ?? 0
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        // Control characters have no width of their own.
        return max(0, Int(unsafe uc_width(scalar.value, "UTF-8")))
    }

    /// The text in at most this many columns. A longer one has `…` in its middle.
    package static func fit(_ text: String, _ columns: Int) -> String {
        guard of(text) > columns else { return text }
        guard columns > 1 else { return columns == 1 ? "…" : "" }
        let tail = (columns - 1) / 2
        let head = columns - 1 - tail
        return taken(text, head) + "…" + String(taken(String(text.reversed()), tail).reversed())
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
