/// What somebody may have meant by a name nobody knows.
package enum Suggestion {
    /// The nearest of the known names, if one is near enough to be a slip of the finger.
    package static func nearest(to name: String, among known: some Sequence<String>) -> String? {
        let bound = max(1, min(3, name.utf8.count / 3))
        return known.map { (distance(name, $0), $0) }.filter { $0.0 <= bound }.min { $0 < $1 }?.1
    }

    /// ` (did you mean `x`?)`, or nothing.
    package static func hint(for name: String, among known: some Sequence<String>) -> String {
        nearest(to: name, among: known).map { " (did you mean `\($0)`?)" } ?? ""
    }

    /// How many insertions, deletions, replacements and swaps of neighbours lead from one name to the other.
    private static func distance(_ one: String, _ other: String) -> Int {
        let one = Array(one.utf8.prefix(64))
        let other = Array(other.utf8.prefix(64))
        var before = [Int]()
        var above = Array(0...other.count)
        for (row, byte) in one.enumerated() {
            var current = [row + 1]
            for column in other.indices {
                var best = min(above[column + 1] + 1, current[column] + 1)
                best = min(best, above[column] + (byte == other[column] ? 0 : 1))
                if row > 0, column > 0, byte == other[column - 1], one[row - 1] == other[column] {
                    best = min(best, before[column - 1] + 1)
                }
                current.append(best)
            }
            before = above
            above = current
        }
        return above[other.count]
    }
}
