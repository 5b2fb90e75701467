/// The screen of a terminal, computed from its output: the part of a VT100 that a line editor needs.
struct Screen {
    private(set) var rows: [[Character]]
    private var (row, column) = (0, 0)
    private(set) var size: (rows: Int, columns: Int)
    /// The lines that were scrolled out at the top.
    private(set) var scrolled: [String] = []
    /// The beginning of a sequence that is not complete yet.
    private var pending = ""

    init(rows: Int, columns: Int) {
        size = (rows, columns)
        self.rows = Array(repeating: [], count: rows)
    }

    /// All scrolled and visible lines, without trailing blanks.
    var text: String { (scrolled + rows.map(Self.trimmed)).joined(separator: "\n") }

    /// The line with the cursor.
    var line: String { Self.trimmed(rows[row]) }

    private static func trimmed(_ row: [Character]) -> String {
        var row = row
        while row.last == " " { row.removeLast() }
        return String(row)
    }

    mutating func resize(rows: Int, columns: Int) {
        while self.rows.count > rows { scrolled.append(Self.trimmed(self.rows.removeFirst())) }
        while self.rows.count < rows { self.rows.append([]) }
        row = min(row, rows - 1)
        size = (rows, columns)
    }

    mutating func write(_ text: String) {
        var rest = Substring(pending + text)
        pending = ""
        while let scalar = rest.unicodeScalars.first {
            if scalar == "\u{1B}" {
                guard let length = Self.sequence(rest) else {
                    pending = String(rest)
                    return
                }
                control(rest.prefix(length))
                rest = rest.dropFirst(length)
                continue
            }
            // A carriage return and a line feed form one Swift character.
            switch rest.removeFirst() {
            case "\r\n":
                column = 0
                lineFeed()
            case "\r": column = 0
            case "\n": lineFeed()
            case "\u{8}": column = max(0, column - 1)
            case "\u{7}": break
            case let character: put(character)
            }
        }
    }

    /// The length of the sequence at the beginning; `nil` while it is not complete.
    private static func sequence(_ text: Substring) -> Int? {
        let characters = Array(text.prefix(40))
        guard characters.count > 1 else { return nil }
        guard characters[1] == "[" || characters[1] == "]" else { return "()".contains(characters[1]) ? 3 : 2 }
        for (index, character) in characters.enumerated().dropFirst(2)
        where character.isLetter || "@~".contains(character) {
            return index + 1
        }
        return characters.count == 40 ? 40 : nil
    }

    private mutating func put(_ character: Character) {
        if column >= size.columns {
            column = 0
            lineFeed()
        }
        while rows[row].count <= column { rows[row].append(" ") }
        rows[row][column] = character
        column += 1
    }

    private mutating func lineFeed() {
        if row + 1 < size.rows {
            row += 1
        } else {
            scrolled.append(Self.trimmed(rows.removeFirst()))
            rows.append([])
        }
    }

    private mutating func control(_ sequence: Substring) {
        guard sequence.dropFirst().first == "[", let last = sequence.last else { return }
        let numbers = sequence.dropFirst(2).dropLast().split(separator: ";").map { Int($0) ?? 0 }
        let count = max(1, numbers.first ?? 1)
        switch last {
        case "A": row = max(0, row - count)
        case "B": row = min(size.rows - 1, row + count)
        case "C": column = min(size.columns - 1, column + count)
        case "D": column = max(0, column - count)
        case "G": column = count - 1
        case "H": (row, column) = (min(count, size.rows) - 1, max(1, numbers.dropFirst().first ?? 1) - 1)
        case "K": clearLine(numbers.first ?? 0)
        case "J":
            clearLine(numbers.first ?? 0)
            if numbers.first ?? 0 == 0 { for below in (row + 1)..<max(row + 1, size.rows) { rows[below] = [] } }
            if numbers.first == 2 { rows = Array(repeating: [], count: size.rows) }
        case "P": rows[row].removeSubrange(min(column, rows[row].count)..<min(column + count, rows[row].count))
        case "@":
            guard column < rows[row].count else { return }
            rows[row].insert(contentsOf: repeatElement(" ", count: count), at: column)
        case "L":
            for _ in 0..<count {
                rows.insert([], at: row)
                rows.removeLast()
            }
        case "M":
            for _ in 0..<count {
                rows.remove(at: row)
                rows.append([])
            }
        default: break
        }
    }

    private mutating func clearLine(_ part: Int) {
        switch part {
        case 0: rows[row].removeSubrange(min(column, rows[row].count)...)
        case 1: for index in 0..<min(column + 1, rows[row].count) { rows[row][index] = " " }
        default: rows[row] = []
        }
    }
}
