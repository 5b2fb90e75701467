package import Model
internal import Synchronization

/// Reference data of a plugin: rows of typed columns, read-only, kept once for all workers.
package final class PluginTable: Sendable {
    package struct Column: Sendable, Equatable {
        package let name: ExactName
        package let type: ValueType
        /// True when a row may lack it.
        package let isOptional: Bool

        /// True when rows can be looked up by it: every row has a value, and the values have texts.
        package var canBeKey: Bool {
            if case .list = type { return false }
            return !isOptional && type != .boolean
        }

        package init(_ name: ExactName, _ type: ValueType, isOptional: Bool = false) {
            self.name = name
            self.type = type
            self.isOptional = isOptional
        }
    }

    /// The most columns of an index.
    package static let mostIndexed = 4

    package let name: ExactName
    package let about: String
    package let columns: [Column]
    /// The column whose value only one row has, by which `get` and `has` look it up; `nil` for a table without.
    package let key: Int?
    /// The columns by whose values together `all` looks up any number of rows; empty for a table without.
    package let index: [Int]
    package let count: Int
    /// Row by row.
    private let cells: [Value]
    private let keys: ByteIndex
    /// The structures that were derived, by the other table, which lives as long as this one: both are of one plugin.
    private let structure = Mutex<[ObjectIdentifier: any AnyObject & Sendable]>([:])
    /// The number of each value of the index, and the rows of each number, in the order of the file.
    private let groups: ByteIndex
    private let rowsOfGroups: [Int32]
    /// The place in `rowsOfGroups` at which each group starts; one more than there are groups.
    private let starts: [Int32]

    /// - Throws: the number of the first row with the key of an earlier row: it could not be looked up.
    package init(
        name: ExactName, about: String, columns: [Column], key: Int?, index: [Int] = [], cells: [Value]
    ) throws(PluginTableError) {
        self.name = name
        self.about = about
        self.columns = columns
        self.key = key
        self.index = index
        self.cells = cells
        count = columns.isEmpty ? 0 : cells.count / columns.count
        var keys = ByteIndex()
        if let key {
            for row in 0..<count {
                let text = Self.keyText(cells[row * columns.count + key])
                guard keys.claim(text, number: row) else { throw PluginTableError(row: row, key: text) }
            }
        }
        self.keys = keys
        (groups, starts, rowsOfGroups) = Self.grouped(cells, count, columns.count, index)
    }

    /// Sorts rows by the values of the index. Rows with the same value keep their order.
    private static func grouped(_ cells: [Value], _ count: Int, _ width: Int, _ index: [Int]) -> (
        ByteIndex, starts: [Int32], rows: [Int32]
    ) {
        guard !index.isEmpty else { return (ByteIndex(), [], []) }
        var groups = ByteIndex()
        var sizes: [Int32] = []
        let numbers = (0..<count).map { row in
            let text = groupText(index.map { cells[row * width + $0] })
            let number = groups.number(text) ?? sizes.count
            if number == sizes.count {
                groups.claim(text, number: number)
                sizes.append(0)
            }
            sizes[number] += 1
            return number
        }
        var starts: [Int32] = [0]
        for size in sizes { starts.append(starts.last! + size) }
        var places = starts
        var rows = [Int32](repeating: 0, count: count)
        for (row, number) in numbers.enumerated() {
            rows[Int(places[number])] = Int32(row)
            places[number] += 1
        }
        return (groups, starts, rows)
    }

    /// The fault of a look-up by the index with a number of arguments; `nil` where it has none.
    /// - Parameter name: the name of the table as the script has it.
    package func unindexed(_ arguments: Int, _ name: String) -> String? {
        if index.isEmpty {
            let other = key == nil ? "iterate over it with `ipairs`" : "`get` gives the row of a key"
            return "`\(name)` has no index, so it has no `all`: \(other)"
        }
        if arguments == index.count { return nil }
        let names = index.map { columns[$0].name.text }.joined(separator: ", ")
        let got = counted(arguments, "argument")
        return "`\(name)` is looked up by all of its index: write `:all(\(names))`, got \(got)"
    }

    /// A structure that a function of the host makes from this table and another, once for all that ask.
    package func derived<Structure: AnyObject & Sendable, Fault: Error>(
        with other: PluginTable, _ make: () throws(Fault) -> Structure
    ) throws(Fault) -> Structure {
        if let known = structure.withLock({ $0[ObjectIdentifier(other)] }) as? Structure { return known }
        let made = try make()
        structure.withLock { $0[ObjectIdentifier(other)] = made }
        return made
    }

    package func slot(_ name: ExactName) -> Int? { columns.firstIndex { $0.name == name } }

    /// The row of a key.
    package func row(_ key: Value) -> Int? { keys.number(Self.keyText(key)) }

    /// The rows with these values in the columns of the index, in the order of the file.
    package func rows(_ values: [Value]) -> ArraySlice<Int32> {
        guard values.count == index.count, let group = groups.number(Self.groupText(values)) else { return [] }
        return rowsOfGroups[Int(starts[group])..<Int(starts[group + 1])]
    }

    package func value(_ row: Int, _ column: Int) -> Value {
        guard row >= 0, row < count, column >= 0, column < columns.count else { return .absent }
        return cells[row * columns.count + column]
    }

    /// The values of an index as one text. Each has its length before it, so that no two lists of values are the same.
    private static func groupText(_ values: [Value]) -> ExactName {
        if values.count == 1 { return keyText(values[0]) }
        let texts = values.map { keyText($0).text }
        return ExactName(texts.map { "\($0.utf8.count):\($0)" }.joined())
    }

    /// Keys are of one type, so a string distinguishes them. Whole numbers are the same however they were calculated.
    private static func keyText(_ key: Value) -> ExactName {
        switch key {
        case .string(let text): ExactName(text)
        case .integer(let number): "\(number)"
        case .number(let number): Int64(exactly: number).map { "\($0)" } ?? "\(number)"
        case .date(let date): ExactName(date.description)
        case .ip(let address): ExactName(address.description)
        default: ""
        }
    }
}

/// Two rows with one key.
package struct PluginTableError: Error {
    /// The number of the later row, from 0.
    package let row: Int
    package let key: ExactName
}
