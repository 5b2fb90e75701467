/// Suggestions for an unknown name.
package enum Suggestion {
    /// The nearest known name, if it is near enough for a typing error; of several, the first by name.
    package static func nearest(to name: String, among known: some Sequence<String>) -> String? {
        let bound = max(1, min(3, name.utf8.count / 3))
        let wanted = Array(name.utf8.prefix(longest))
        var nearest: (distance: Int, name: String)?
        for candidate in known {
            // The difference in length is a lower bound of the distance.
            guard abs(min(candidate.utf8.count, longest) - wanted.count) <= bound else { continue }
            let distance = distance(wanted, Array(candidate.utf8.prefix(longest)))
            guard distance <= bound, nearest.map({ (distance, candidate) < $0 }) ?? true else { continue }
            nearest = (distance, candidate)
        }
        return nearest?.name
    }

    /// The number of bytes of a name that are compared.
    private static let longest = 64

    /// The text ` (did you mean `x`?)`, or an empty string.
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

    /// The number of insertions, deletions, replacements and swaps of neighbours between two names.
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
            // The oldest row is overwritten next.
            (before, above, current) = (above, current, before)
        }
        return above[other.count]
    }
}
