internal import Model
internal import Presentation

/// A list that is printed while it is read: CSV and JSON row by row, in bounded memory; a table at its end.
struct ListingOutput {
    private enum Form {
        case table
        case csv
        case json
    }

    private let terminal: Terminal
    private let form: Form
    private let key: String
    private var table: Table
    private var pending: [UInt8] = []
    private(set) var count = 0

    /// True for a list that a machine reads: it is whole unless a limit is given.
    static func isForMachines(_ invocation: Invocation) -> Bool { invocation[.json] || invocation[ifDeclared: .csv] }

    /// - Parameter key: the name of the list in JSON, such as `tokens`.
    init(_ invocation: Invocation, _ key: String, _ layout: TableLayout) throws(CommandError) {
        try Listing.check(invocation)
        terminal = invocation.terminal
        form = invocation[.json] ? .json : invocation[ifDeclared: .csv] ? .csv : .table
        self.key = key
        table = Table(layout)
        switch form {
        case .table: break
        case .csv: pending = Array(table.csv.utf8)
        case .json: pending = Array("{\n  \"\(key)\": [".utf8)
        }
    }

    /// Adds a row.
    /// - Returns: false once nobody reads the list.
    mutating func add(_ cells: [TableCell], _ members: [JSON.Member]) -> Bool {
        switch form {
        case .table: table.add(cells)
        case .csv: pending += Array(Table.csvLine(cells).utf8)
        case .json:
            pending += Array(count == 0 ? "\n    ".utf8 : ",\n    ".utf8)
            let row = JSON.object(members).pretty.split(separator: "\n").joined(separator: "\n    ")
            pending += Array(row.utf8)
        }
        count += 1
        if pending.count > 1 << 16 { flush() }
        return terminal.isOpen
    }

    private mutating func flush() {
        terminal.write(pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// Ends the list.
    /// - Parameter next: the place of what was cut off, as the option that continues the list takes it.
    /// - Parameter total: the number of rows with those cut off, in words; `nil` when none are.
    /// - Parameter hint: the way to the rest.
    mutating func end(
        _ noun: String, plural: String? = nil, next: JSON = .null, total: String? = nil, hint: String = ""
    ) {
        switch form {
        case .table: table.print(to: terminal)
        case .csv: flush()
        case .json:
            pending += Array("\(count == 0 ? "" : "\n  ")],\n  \"next\": \(next.compact)\n}\n".utf8)
            flush()
        }
        if let total {
            terminal.note("\(count) of \(total) \(plural ?? noun + "s")\(hint)")
        } else if form == .table {
            terminal.note(counted(count, noun, plural))
        }
    }
}
