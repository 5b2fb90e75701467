/// Where the members and elements of a JSON text stand.
package struct JSONPlaces: Sendable {
    private var offsets: [[ExactName]: Int] = [:]
    private var path: [ExactName] = []
    private var bytes: [UInt8] = []

    /// Of a text of which nothing is known.
    package init() {}

    /// Goes on with a member, or an element by its 0-based number.
    mutating func enter(_ name: ExactName, at offset: Int) {
        path.append(name)
        offsets[path] = offset
    }

    mutating func leave() { path.removeLast() }

    func reading(_ bytes: [UInt8]) -> JSONPlaces {
        var places = self
        places.bytes = bytes
        return places
    }

    /// Where a member's name or an element begins, or what it is in if it is not there: line and column from 1, in bytes.
    package func place(of path: [ExactName]) -> (line: Int, column: Int) {
        var path = path
        while !path.isEmpty, offsets[path] == nil { path.removeLast() }
        let first = bytes.firstIndex(where: { $0 > 0x20 }) ?? 0
        let offset = offsets[path] ?? first
        let before = bytes.prefix(offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return (line, offset - start + 1)
    }
}
