/// Rows with columns: aligned and fitted to a width for people, or as CSV for spreadsheets.
package struct Table {
    private let heads: [String]
    /// Columns that are never shortened: people copy their content.
    private let fixed: Set<String>
    /// The column with the answer, which keeps more of its width than the others.
    private let main: String?
    private var rows: [[String]] = []

    /// - Parameters:
    ///   - fixed: heads of columns that are never shortened.
    ///   - main: the head of the column that keeps more of its width than the others.
    package init(_ heads: [String], fixed: Set<String> = ["ID"], main: String? = nil) {
        self.heads = heads
        self.main = main
        self.fixed = fixed
    }

    package mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The table with aligned columns; the heads are strong.
    /// - Parameter columns: the greatest width; `nil` for no limit.
    package func lines(columns: Int?) -> [StyledLine] {
        let shown = rows.map { $0.map { ControlCharacters.escaped($0) } }
        let natural = heads.indices.map { column in
            max(DisplayWidth.of(heads[column]), shown.map { DisplayWidth.of($0[column]) }.max() ?? 0)
        }
        var lines: [StyledLine] = []
        for part in parts(natural, columns) {
            if !lines.isEmpty { lines.append("") }
            lines.append("\(line(heads, part), .strong)")
            lines += shown.map { "\(line($0, part))" }
        }
        return lines
    }

    /// The table as CSV (RFC 4180).
    package var csv: String {
        let names = heads.map { $0.lowercased().map { $0 == " " ? "_" : String($0) }.joined() }
        return ([names] + rows).map(Self.csvLine).joined()
    }

    /// One row as CSV.
    package static func csvLine(_ cells: [String]) -> String { cells.map(CSV.cell).joined(separator: ",") + "\r\n" }

    /// Columns side by side, with their widths.
    private typealias Part = [(column: Int, width: Int)]

    /// The whole table if it fits into this many columns and stays readable, else several parts, one below the other.
    /// Each begins with the first column.
    private func parts(_ natural: [Int], _ columns: Int?) -> [Part] {
        let all = Array(heads.indices)
        guard let columns else { return [all.map { ($0, natural[$0]) }] }
        for least in [8, 6] { if let part = fitted(all, natural, columns, least: least) { return [part] } }
        var groups: [[Int]] = []
        for column in all.dropFirst() {
            if let last = groups.last, fitted(last + [column], natural, columns, least: 8) != nil {
                groups[groups.count - 1].append(column)
            } else {
                groups.append([0, column])
            }
        }
        return groups.map { group in
            fitted(group, natural, columns, least: 8) ?? fitted(group, natural, columns, least: 1)
                ?? group.map { ($0, natural[$0]) }
        }
    }

    /// Narrows the widest columns until all fit.
    /// - Parameter least: the least width of a column; with 8 it also keeps its whole head.
    /// - Returns: `nil` when they cannot fit.
    private func fitted(_ group: [Int], _ natural: [Int], _ columns: Int, least: Int) -> Part? {
        var part: Part = group.map { ($0, natural[$0]) }
        var excess = part.reduce(0) { $0 + $1.width } + Self.gap * (part.count - 1) - columns
        func bound(_ column: Int) -> Int {
            if fixed.contains(heads[column]) { return natural[column] }
            // The first column identifies the row.
            let key = column == 0 ? min(natural[column], columns / 4) : 0
            return least < 8 ? max(least, key * least / 8) : max(least, key, DisplayWidth.of(heads[column]))
        }
        // The main column counts as half as wide, so that it is narrowed last.
        func width(_ place: Part.Element) -> Int { heads[place.column] == main ? place.width / 2 : place.width }
        while excess > 0 {
            let candidates = part.indices.filter { part[$0].width > bound(part[$0].column) }
            let widest = candidates.max { width(part[$0]) < width(part[$1]) }
            guard let widest else { return nil }
            part[widest].width -= 1
            excess -= 1
        }
        return part
    }

    private static let gap = 2

    private func line(_ cells: [String], _ part: Part) -> String {
        var line = ""
        for (place, (column, width)) in part.enumerated() {
            let cell = DisplayWidth.fit(cells[column], width)
            line += cell
            if place < part.count - 1 {
                line += String(repeating: " ", count: width - DisplayWidth.of(cell) + Self.gap)
            }
        }
        // An empty last cell leaves no trailing blanks.
        while line.last == " " { line.removeLast() }
        return line
    }
}
