internal import Model

/// Rows with columns: aligned and fitted to the terminal for people, or as CSV for spreadsheets.
struct Table {
    private let heads: [String]
    /// Columns that are never shortened: what they hold is to be copied.
    private let fixed: Set<String>
    private var rows: [[String]] = []

    /// - Parameter fixed: heads of columns that are never shortened.
    init(_ heads: [String], fixed: Set<String> = ["ID"]) {
        self.heads = heads
        self.fixed = fixed
    }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// Prints it aligned; what could disturb the terminal is escaped.
    func print(to terminal: Terminal) {
        let shown = rows.map { $0.map(Terminal.escaped) }
        var widths = heads.indices.map { column in
            max(DisplayWidth.of(heads[column]), shown.map { DisplayWidth.of($0[column]) }.max() ?? 0)
        }
        if let columns = terminal.streams.columns { fit(&widths, columns) }
        terminal.print(terminal.styled(line(heads, widths), .bold))
        for row in shown { terminal.print(line(row, widths)) }
    }

    /// Prints it as CSV (RFC 4180).
    func printCSV(to terminal: Terminal) {
        for row in [heads.map { $0.lowercased().map { $0 == " " ? "_" : String($0) }.joined() }] + rows {
            terminal.write(Array((row.map(CSV.cell).joined(separator: ",") + "\r\n").utf8))
        }
    }

    /// Takes columns away from the widest ones until everything fits, or nothing is left to take.
    private func fit(_ widths: inout [Int], _ columns: Int) {
        var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - columns
        let candidates = heads.indices.filter { !fixed.contains(heads[$0]) }
        // Heads stay whole where there is room for them.
        for isTight in [false, true] {
            func least(_ column: Int) -> Int { isTight ? 4 : max(DisplayWidth.of(heads[column]), 8) }
            while excess > 0,
                let widest = candidates.filter({ widths[$0] > least($0) }).max(by: { widths[$0] < widths[$1] })
            {
                widths[widest] -= 1
                excess -= 1
            }
        }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let cell = DisplayWidth.fit(cell, widths[column])
            line += cell
            if column < cells.count - 1 {
                line += String(repeating: " ", count: widths[column] - DisplayWidth.of(cell) + 2)
            }
        }
        // A last cell that is empty leaves no blanks behind.
        while line.last == " " { line.removeLast() }
        return line
    }
}
