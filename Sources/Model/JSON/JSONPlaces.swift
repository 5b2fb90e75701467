/// The places of the members and elements of a JSON text.
///
/// Cost: proportional to the name when one is entered and to the path when one is looked up, not to the text.
package struct JSONPlaces: Sendable {
    /// A member or element of a parent.
    private struct Step: Hashable {
        let parent: Int
        let name: [UInt8]
    }

    /// The numbers of the members and elements; the root is 0.
    private var numbers: [Step: Int] = [:]
    /// The offsets, by number.
    private var offsets = [0]
    /// The numbers that are entered now, the outermost first.
    private var open = [0]
    private var lineStarts = [0]
    private var first = 0

    /// The places of a text that has not been read.
    package init() {}

    /// Enters a member, or an element by its 0-based number.
    mutating func enter(_ name: ExactName, at offset: Int) {
        let number = offsets.count
        numbers[Step(parent: open.last ?? 0, name: Array(name.utf8))] = number
        offsets.append(offset)
        open.append(number)
    }

    mutating func leave() { open.removeLast() }

    func reading(_ bytes: [UInt8]) -> JSONPlaces {
        var places = self
        places.first = bytes.firstIndex(where: { $0 > 0x20 }) ?? 0
        places.lineStarts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
        return places
    }

    /// The beginning of a member's name or of an element, or of its nearest parent that exists: line and column from 1,
    /// in bytes.
    package func place(of path: [ExactName]) -> (line: Int, column: Int) {
        var number = 0
        for name in path {
            guard let next = numbers[Step(parent: number, name: Array(name.utf8))] else { break }
            number = next
        }
        let offset = number == 0 ? first : offsets[number]
        // The last line that begins at or before the offset.
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return (low + 1, offset - lineStarts[low] + 1)
    }
}
