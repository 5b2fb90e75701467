/// What somebody may have meant by a name nobody knows.
package enum Suggestion {
    /// The nearest of the known names, if one is near enough to be a slip of the finger; of several the first by name.
    package static func nearest(to name: String, among known: some Sequence<String>) -> String? {
        let bound = max(1, min(3, name.utf8.count / 3))
        let wanted = Array(name.utf8.prefix(longest))
        var nearest: (distance: Int, name: String)?
        for candidate in known {
            // So many letters at least would have to come or go.
            guard abs(min(candidate.utf8.count, longest) - wanted.count) <= bound else { continue }
            let distance = distance(wanted, Array(candidate.utf8.prefix(longest)))
            guard distance <= bound, nearest.map({ (distance, candidate) < $0 }) ?? true else { continue }
            nearest = (distance, candidate)
        }
        return nearest?.name
    }

    /// So many bytes of a name are looked at.
    private static let longest = 64

    /// ` (did you mean `x`?)`, or nothing.
    package static func hint(for name: String, among known: some Sequence<String>) -> String {
        nearest(to: name, among: known).map { " (did you mean `\($0)`?)" } ?? ""
    }

    package static func nearest(to name: ExactName, among known: some Sequence<ExactName>) -> ExactName? {
        nearest(to: name.text, among: known.map(\.text)).map { ExactName($0) }
    }

    package static func hint(for name: ExactName, among known: some Sequence<ExactName>) -> String {
        hint(for: name.text, among: known.map(\.text))
    }

    package static func hint(for text: String, among known: some Sequence<ExactName>) -> String {
        hint(for: text, among: known.map(\.text))
    }

    /// How many insertions, deletions, replacements and swaps of neighbours lead from one name to the other.
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var before = [Int](repeating: 0, count: other.count + 1)
        var above = Array(0...other.count)
        var current = before
        for row in one.indices {
            current[0] = row + 1
            for column in other.indices {
                var best = min(above[column + 1] + 1, current[column] + 1)
                best = min(best, above[column] + (one[row] == other[column] ? 0 : 1))
                if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                    best = min(best, before[column - 1] + 1)
                }
                current[column + 1] = best
            }
            // The oldest row is written over next.
            (before, above, current) = (above, current, before)
        }
        return above[other.count]
    }
}
