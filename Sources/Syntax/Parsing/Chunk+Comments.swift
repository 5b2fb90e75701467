extension Chunk {
    /// The comment at the beginning of the file, as one paragraph.
    package var heading: String { Comments(source).heading }

    /// The comment directly before a line, as one paragraph; empty when there is none.
    package func comment(before line: Int) -> String { Comments(source).paragraph(above: line - 1) }
}

/// The comments of a source that stand on lines of their own.
package struct Comments {
    /// The lines, without their line ends.
    private let lines: [ArraySlice<UInt8>]

    package init(_ source: [UInt8]) {
        lines = source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }

    /// The comment at the beginning of the source.
    package var heading: String { paragraph(above: lines.firstIndex { !Self.isComment($0) } ?? lines.count) }

    /// - Parameter end: the number of lines before the declaration that the comment is about.
    package func paragraph(above end: Int) -> String {
        var words: [String] = []
        for line in lines[..<min(max(end, 0), lines.count)].reversed() {
            guard Self.isComment(line) else { break }
            words.append(String(decoding: line.drop { " \t-".utf8.contains($0) }, as: UTF8.self))
        }
        return words.reversed().joined(separator: " ")
    }

    private static func isComment(_ line: ArraySlice<UInt8>) -> Bool {
        line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.starts(with: "--".utf8)
    }
}
