/// Rows with aligned columns, for people.
struct Table {
    private let heads: [String]
    private var rows: [[String]] = []

    init(_ heads: [String]) {
        self.heads = heads
    }

    /// Adds a row; what could disturb the terminal is escaped.
    mutating func add(_ cells: [String]) { rows.append(cells.map(Terminal.escaped)) }

    func print(to terminal: Terminal) {
        let widths = heads.indices.map { column in
            max(heads[column].count, rows.map { $0[column].count }.max() ?? 0)
        }
        terminal.print(terminal.styled(line(heads, widths), .bold))
        for row in rows { terminal.print(line(row, widths)) }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            line += cell
            if column < cells.count - 1 { line += String(repeating: " ", count: widths[column] - cell.count + 2) }
        }
        return line
    }
}
