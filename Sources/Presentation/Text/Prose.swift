/// Wraps text for people to the width of the terminal, between words.
package enum Prose {
    /// - Parameters:
    ///   - columns: the widest line; `nil` leaves lines as they are.
    ///   - hanging: the extra indentation of continuation lines, in blanks.
    package static func wrapped(_ text: String, _ columns: Int?, hanging: Int = 2) -> String {
        guard let columns, columns >= least else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { width($0) <= columns ? String($0) : wrapped(line: $0, columns, hanging) }
            .joined(separator: "\n")
    }

    /// Names with a text beside each. The text of a long name has a line of its own below it.
    package static func rows(_ rows: [(String, String)], _ columns: Int?) -> String {
        let longest = rows.map(\.0.count).max() ?? 0
        let width = columns.map { $0 < least ? longest : min(longest, $0 * 2 / 5) } ?? longest
        return rows.map { name, text in
            guard name.count <= width else {
                return wrapped("  \(name)", columns) + "\n"
                    + wrapped(String(repeating: " ", count: width + 4) + text, columns, hanging: 0)
            }
            let space = String(repeating: " ", count: width - name.count + 2)
            return wrapped("  \(name)\(space)\(text)", columns, hanging: width + 2)
        }.joined(separator: "\n")
    }

    /// Narrower terminals break lines on their own.
    private static let least = 40

    private static func wrapped(line: Substring, _ columns: Int, _ hanging: Int) -> String {
        let indent = line.prefix { $0 == " " }.count
        let margin = String(repeating: " ", count: min(indent + hanging, columns / 2))
        var lines: [String] = []
        var current = String(repeating: " ", count: indent)
        var used = indent
        var isEmpty = true
        for word in line.dropFirst(indent).split(separator: " ", omittingEmptySubsequences: false) {
            let size = width(word)
            if !isEmpty, used + 1 + size > columns {
                while current.last == " " { current.removeLast() }
                lines.append(current)
                (current, used, isEmpty) = (margin, margin.count, true)
                // Blanks at the place of a line break are dropped.
                if word.isEmpty { continue }
            }
            if isEmpty, word.isEmpty, !lines.isEmpty { continue }
            current += isEmpty ? String(word) : " \(word)"
            used += (isEmpty ? 0 : 1) + size
            isEmpty = false
        }
        return (lines + [current]).joined(separator: "\n")
    }

    /// The number of columns it takes; styles take none.
    private static func width(_ text: Substring) -> Int {
        guard text.utf8.contains(0x1B) else { return DisplayWidth.of(text) }
        var result = 0
        var isStyle = false
        for character in text {
            if character == "\u{1B}" {
                isStyle = true
            } else if isStyle {
                isStyle = !character.isLetter
            } else {
                result += DisplayWidth.of(character)
            }
        }
        return result
    }
}
