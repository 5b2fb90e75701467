internal import Model

/// The error output of a confined child, made safe for a terminal and limited in length.
struct ChildWords {
    /// The most error output that is passed on, in bytes.
    private static let most = 1 << 16

    private let terminal: Terminal
    private var rest: [UInt8] = []
    private var count = 0
    private var isOver = false

    init(_ terminal: Terminal) { self.terminal = terminal }

    /// Passes on whole lines of its error output.
    mutating func take(_ bytes: ArraySlice<UInt8>) {
        guard !isOver else { return }
        count += bytes.count
        rest += bytes
        while let end = rest.firstIndex(of: 0x0A) {
            tell(rest[..<end])
            rest.removeFirst(end + 1)
        }
        guard count > Self.most else { return }
        isOver = true
        rest = []
        terminal.note("note: the process that ran the policies wrote more than is shown")
    }

    /// Passes on a last line without a newline.
    mutating func finish() {
        if !rest.isEmpty { tell(rest[...]) }
        rest = []
    }

    private func tell(_ line: ArraySlice<UInt8>) {
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("error: ") {
            terminal.complain(String(text.dropFirst(7)))
        } else {
            terminal.note(Terminal.escaped(text))
        }
    }

    /// A report with every control character written out, except newlines, tabs and, if colours are on, styles.
    static func harmless(_ bytes: [UInt8], keepsStyles: Bool) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.utf8.count != bytes.count || Terminal.escaped(text).utf8.count != bytes.count else { return bytes }
        var result = ""
        var rest = text.unicodeScalars[...]
        while let scalar = rest.first {
            if keepsStyles, scalar == "\u{1B}", let style = Substring(rest).prefixMatch(of: /\u{1B}\[[0-9]{0,2}m/) {
                result += style.output
                rest = rest[style.range.upperBound...]
                continue
            }
            rest.removeFirst()
            result += scalar == "\n" || scalar == "\t" ? String(scalar) : Terminal.escaped(String(scalar))
        }
        return Array(result.utf8)
    }
}
