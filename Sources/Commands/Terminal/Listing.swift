internal import Model

/// Rows that are told as a table, as JSON or as CSV, as the run asks.
struct Listing {
    static let csv = Option(name: "csv", help: "comma-separated values, safe to open in a spreadsheet")

    private var table: Table
    private var json: [JSON] = []

    /// - Parameter main: the head of the column that keeps more than the others where not all fit.
    init(_ heads: [String], main: String? = nil) {
        table = Table(heads, main: main)
    }

    /// As JSON.
    var rows: JSON { .array(json) }

    mutating func add(_ cells: [String], _ members: [JSON.Member]) {
        table.add(cells)
        json.append(.object(members))
    }

    /// - Parameter noun: what a row is: `token`; how many there are is told to people only.
    func print(_ invocation: Invocation, _ noun: String, plural: String? = nil) throws(CommandError) {
        try Self.check(invocation)
        let terminal = invocation.terminal
        if invocation.has("json") {
            terminal.print(JSON.array(json).pretty)
        } else if invocation.has("csv") {
            table.printCSV(to: terminal)
        } else {
            table.print(to: terminal)
            terminal.note("\(json.count) \(json.count == 1 ? noun : plural ?? noun + "s")")
        }
    }

    static func check(_ invocation: Invocation) throws(CommandError) {
        guard !invocation.has("json") || !invocation.has("csv") else {
            throw .usage("state `--json` or `--csv`, not both")
        }
    }
}

extension JSON {
    /// Text, or null where there is none.
    static func optional(_ name: ExactName?) -> JSON { optional(name?.text) }
    static func strings(_ names: [ExactName]) -> JSON { strings(names.map(\.text)) }
    static func optional(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
    static func strings(_ texts: [String]) -> JSON { .array(texts.map(JSON.string)) }
}
