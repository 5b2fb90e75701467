internal import Model

/// Rows with columns: aligned and fitted to a width for people, or as CSV for spreadsheets.
package struct Table {
    private let columns: [Column]
    private var rows: [[TableCell]] = []

    package init(_ layout: TableLayout) { columns = layout.columns }

    package mutating func add(_ cells: [TableCell]) { rows.append(cells) }
    package mutating func add(_ cells: [String]) { add(cells.map { TableCell($0) }) }

    /// The table with aligned columns; the heads are strong.
    /// - Parameter width: the greatest width; `nil` for no limit, and for content that is not shortened.
    package func lines(columns width: Int?) -> [StyledLine] {
        let shown = rows.map { $0.map { ControlCharacters.escaped(width == nil ? $0.whole : $0.shown) } }
        let heads = columns.map { ControlCharacters.escaped($0.head) }
        let natural = columns.indices.map { column in
            max(DisplayWidth.of(heads[column]), shown.map { DisplayWidth.of($0[column]) }.max() ?? 0)
        }
        var lines: [StyledLine] = []
        for part in parts(natural, width) {
            if !lines.isEmpty { lines.append("") }
            for (index, row) in ([heads] + shown).enumerated() {
                for line in part.lines(row, columns) { lines.append(index == 0 ? "\(line, .strong)" : "\(line)") }
            }
        }
        return lines
    }

    /// The table as CSV (RFC 4180), with whole content.
    package var csv: String {
        Self.csvLine(columns.map { TableCell($0.key) }) + rows.map(Self.csvLine).joined()
    }

    /// One row as CSV, with whole content.
    package static func csvLine(_ cells: [TableCell]) -> String {
        cells.map { CSV.cell($0.whole) }.joined(separator: ",") + "\r\n"
    }

    // MARK: Layout

    /// Columns side by side, with their widths.
    private struct Part {
        var places: [(column: Int, width: Int)]
        /// True when not even two columns fit side by side: the second one is below the first.
        var isStacked = false

        static let gap = 2

        /// The lines of a row; wrapped sentences take several.
        func lines(_ cells: [String], _ columns: [Column]) -> [String] {
            guard !isStacked else {
                return places.enumerated().map { $0 == 0 ? cells[$1.column] : "  " + cells[$1.column] }
            }
            let parts = places.map { place in
                columns[place.column].content == .prose
                    ? DisplayWidth.wrap(cells[place.column], place.width)
                    : [DisplayWidth.fit(cells[place.column], place.width)]
            }
            return (0..<(parts.map(\.count).max() ?? 0)).map { row in
                var line = ""
                for (part, place) in zip(parts, places) {
                    let cell = row < part.count ? part[row] : ""
                    line += cell + String(repeating: " ", count: place.width - DisplayWidth.of(cell) + Self.gap)
                }
                while line.last == " " { line.removeLast() }
                return line
            }
        }
    }

    /// The whole table if it fits into this width, else several parts, one below the other. Each begins with the first
    /// column, which identifies the row.
    private func parts(_ natural: [Int], _ width: Int?) -> [Part] {
        let all = Array(columns.indices)
        guard let width else { return [Part(places: all.map { ($0, natural[$0]) })] }
        if let part = fitted(all, natural, width) { return [part] }
        var groups: [[Int]] = []
        for column in all.dropFirst() {
            if let last = groups.last, fitted(last + [column], natural, width) != nil {
                groups[groups.count - 1].append(column)
            } else {
                groups.append([0, column])
            }
        }
        return groups.map { group in
            fitted(group, natural, width) ?? fitted(group, natural, width, least: 3)
                ?? Part(places: group.map { ($0, natural[$0]) }, isStacked: true)
        }
    }

    /// Narrows the widest columns until all fit: texts first, then names.
    /// - Parameter least: the least width of a column; its own by default.
    /// - Returns: `nil` when they cannot fit.
    private func fitted(_ group: [Int], _ natural: [Int], _ width: Int, least: Int? = nil) -> Part? {
        var part = Part(places: group.map { ($0, natural[$0]) })
        var excess = part.places.reduce(0) { $0 + $1.width } + Part.gap * (group.count - 1) - width
        for isText in [true, false] {
            while excess > 0 {
                let candidates = part.places.indices.filter { place in
                    let column = columns[part.places[place].column]
                    return column.content != .fixed && column.content.isText == isText
                        && part.places[place].width > (least ?? column.least)
                }
                guard let widest = candidates.max(by: { part.places[$0].width < part.places[$1].width }) else { break }
                part.places[widest].width -= 1
                excess -= 1
            }
        }
        return excess > 0 ? nil : part
    }
}
