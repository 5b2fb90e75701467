internal import Syntax

/// A policy's source as people read it: coloured, with the numbers of its lines.
struct PolicyText {
    private let lines: [String]

    /// - Parameter terminal: whose colours are used, if any.
    init(_ source: String, _ terminal: Terminal) {
        let bytes = Array(source.utf8)
        var lines = [""]
        for span in HighlightSpan.all(of: bytes) {
            let style: Terminal.Style? =
                switch span.kind {
                case .comment: .dim
                case .keyword: .bold
                case .literal: .green
                case .other: nil
                }
            let parts = bytes[span.range].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if index > 0 { lines.append("") }
                let text = Terminal.escaped(String(decoding: part, as: UTF8.self).replacing("\t", with: "    "))
                lines[lines.count - 1] += style.map { text.isEmpty ? "" : terminal.styled(text, $0) } ?? text
            }
        }
        if lines.last == "" { lines.removeLast() }
        self.lines = lines
    }

    var count: Int { lines.count }

    /// A line by its number, from 1 on.
    subscript(number: Int) -> String { lines.indices.contains(number - 1) ? lines[number - 1] : "" }
}
