internal import CommandLine
internal import Syntax

/// The source of a policy with highlighting, line by line.
struct PolicyText {
    private let lines: [String]

    /// - Parameter terminal: applies the colours, if it has any.
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

    /// The line with this number, counted from 1.
    subscript(number: Int) -> String { lines.indices.contains(number - 1) ? lines[number - 1] : "" }
}
