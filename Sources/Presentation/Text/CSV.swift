/// Formats cells of comma-separated values so that no spreadsheet takes one for a formula.
package enum CSV {
    /// The cell in the form of RFC 4180. A leading apostrophe marks one that a spreadsheet would calculate.
    package static func cell(_ text: String) -> String {
        let safe = isFormula(text) ? "'" + text : text
        let needsQuotes = safe.utf8.contains { byte in
            byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\r")
                || byte == UInt8(ascii: "\n")
        }
        guard needsQuotes || safe != text else { return safe }
        return "\"" + safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// True when the text begins, after blanks, with a character that begins a formula, also in its full-width form.
    private static func isFormula(_ text: String) -> Bool {
        if let first = text.unicodeScalars.first, first == "\t" || first == "\r" || first == "\n" { return true }
        guard let first = text.unicodeScalars.first(where: { !$0.properties.isWhitespace }) else { return false }
        switch first {
        case "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "|", "%": return true
        default: return false
        }
    }
}
