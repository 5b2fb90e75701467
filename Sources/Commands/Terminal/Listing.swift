internal import Model

/// Rows printed as a table, as JSON or as CSV, depending on the options.
struct Listing {
    private var table: Table
    private var json: [JSON] = []

    /// - Parameter main: the head of the column that keeps more of its width than the others when not all fit.
    init(_ heads: [String], main: String? = nil) {
        table = Table(heads, main: main)
    }

    /// The rows as JSON.
    var rows: JSON { .array(json) }

    mutating func add(_ cells: [String], _ members: [JSON.Member]) {
        table.add(cells)
        json.append(.object(members))
    }

    /// - Parameter noun: the noun for one row, such as `token`; only people see the count.
    func print(_ invocation: Invocation, _ noun: String, plural: String? = nil) throws(CommandError) {
        try Self.check(invocation)
        let terminal = invocation.terminal
        if invocation[.json] {
            terminal.print(JSON.array(json).pretty)
        } else if invocation[ifDeclared: .csv] {
            table.printCSV(to: terminal)
        } else {
            table.print(to: terminal)
            terminal.note(counted(json.count, noun, plural))
        }
    }

    static func check(_ invocation: Invocation) throws(CommandError) {
        guard !invocation[.json] || !invocation[ifDeclared: .csv] else {
            throw .usage("`--json` and `--csv` cannot be combined; use only one of them")
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
