internal import Model

/// One change of a file as a unified diff.
struct UnifiedPatch {
    let text: String

    private static let newLine = UInt8(ascii: "\n")
    /// The number of unchanged lines before and after the change.
    private static let context = 1

    /// - Parameter removesFile: true for a patch that removes the file.
    init(_ path: String, _ source: [UInt8], _ range: Range<Int>, _ replacement: [UInt8], removesFile: Bool = false) {
        let window = Self.window(around: range, in: source)
        let old = Self.lines(source[window])
        let new =
            removesFile
            ? []
            : Self.lines(
                source[window.lowerBound..<range.lowerBound] + replacement
                    + source[range.upperBound..<window.upperBound])
        // The lines that both begin with, and the lines that both end with.
        var first = 0
        while first < min(old.count, new.count), old[first].isSameBytes(new[first]) { first += 1 }
        var last = 0
        while last < min(old.count, new.count) - first,
            old[old.count - 1 - last].isSameBytes(new[new.count - 1 - last])
        {
            last += 1
        }
        let start = max(0, first - Self.context)
        let after = min(last, Self.context)
        let before = source[..<window.lowerBound].count { $0 == Self.newLine } + start
        func place(_ count: Int) -> String {
            let line = count == 0 ? before : before + 1
            return count == 1 ? "\(line)" : "\(line),\(count)"
        }
        // The path of a diff is relative.
        let shown = path.drop { $0 == "/" }
        var result = ["--- a/\(shown)", removesFile ? "+++ /dev/null" : "+++ b/\(shown)"]
        result.append("@@ -\(place(old.count - last + after - start)) +\(place(new.count - last + after - start)) @@")
        result += old[start..<first].map { " \($0)" }
        result += old[first..<old.count - last].map { "-\($0)" }
        result += new[first..<new.count - last].map { "+\($0)" }
        result += old[(old.count - last)..<(old.count - last + after)].map { " \($0)" }
        text = result.joined(separator: "\n") + "\n"
    }

    /// The lines of a change, with the unchanged ones beside them.
    private static func window(around range: Range<Int>, in source: [UInt8]) -> Range<Int> {
        var start = range.lowerBound
        var count = 0
        while start > 0 {
            if source[start - 1] == newLine {
                count += 1
                if count > context { break }
            }
            start -= 1
        }
        var end = range.upperBound
        count = 0
        while end < source.count, count <= context {
            if source[end] == newLine { count += 1 }
            end += 1
        }
        return start..<end
    }

    private static func lines(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines = Array(bytes).split(separator: newLine, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        // What follows the last line feed is a line only if there is something.
        if lines.last == "" { lines.removeLast() } else { lines[lines.count - 1] += "\n\\ No newline at end of file" }
        return lines
    }
}
