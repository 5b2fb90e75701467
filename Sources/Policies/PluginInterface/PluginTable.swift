package import Model

/// Reference data of a plugin: rows of typed columns, read-only, kept once for all workers.
package final class PluginTable: Sendable {
    package struct Column: Sendable, Equatable {
        package let name: ExactName
        package let type: ValueType
        /// True when a row may lack it.
        package let isOptional: Bool

        package init(_ name: ExactName, _ type: ValueType, isOptional: Bool = false) {
            self.name = name
            self.type = type
            self.isOptional = isOptional
        }
    }

    package let name: ExactName
    package let about: String
    package let columns: [Column]
    /// The column that rows are looked up by; `nil` for a table that can only be iterated over.
    package let key: Int?
    package let count: Int
    /// Row by row.
    private let cells: [Value]
    private let index: ByteIndex

    /// - Throws: the number of the first row with the key of an earlier row: it could not be looked up.
    package init(
        name: ExactName, about: String, columns: [Column], key: Int?, cells: [Value]
    ) throws(PluginTableError) {
        self.name = name
        self.about = about
        self.columns = columns
        self.key = key
        self.cells = cells
        count = columns.isEmpty ? 0 : cells.count / columns.count
        var index = ByteIndex()
        if let key {
            for row in 0..<count {
                let text = Self.keyText(cells[row * columns.count + key])
                guard index.claim(text, number: row) else { throw PluginTableError(row: row, key: text) }
            }
        }
        self.index = index
    }

    package func slot(_ name: ExactName) -> Int? { columns.firstIndex { $0.name == name } }

    /// The row of a key.
    package func row(_ key: Value) -> Int? { index.number(Self.keyText(key)) }

    package func value(_ row: Int, _ column: Int) -> Value {
        guard row >= 0, row < count, column >= 0, column < columns.count else { return .absent }
        return cells[row * columns.count + column]
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
