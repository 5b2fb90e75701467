internal import Syntax

/// The source of a policy with highlighting, line by line.
package struct HighlightedSource {
    private let lines: [StyledLine]

    package init(_ source: String) {
        let bytes = Array(source.utf8)
        var lines: [StyledLine] = [""]
        for span in HighlightSpan.all(of: bytes) {
            let style: TextStyle =
                switch span.kind {
                case .comment: .faint
                case .keyword: .strong
                case .literal: .good
                case .other: .plain
                }
            let parts = bytes[span.range].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if index > 0 { lines.append("") }
                guard !part.isEmpty else { continue }
                let text = String(decoding: part, as: UTF8.self).replacing("\t", with: "    ")
                lines[lines.count - 1].append(text, style)
            }
        }
        if lines.last?.parts.isEmpty == true { lines.removeLast() }
        self.lines = lines
    }

    package var count: Int { lines.count }

    /// The line with this number, counted from 1.
    package subscript(number: Int) -> StyledLine { lines.indices.contains(number - 1) ? lines[number - 1] : "" }
}
