/// Asks the person at the terminal to choose one of several by its number.
struct Prompt {
    private let title: String
    private let rows: [String]

    init(_ title: String, _ rows: [String]) {
        self.title = title
        self.rows = rows
    }

    /// The index of the chosen row.
    /// - Returns: `nil` when nobody can be asked.
    /// - Throws: when the person gives up: an empty line, the end of the input, or three wrong answers.
    func ask(_ terminal: Terminal) throws(CommandError) -> Int? {
        guard terminal.streams.isInteractive else { return nil }
        terminal.note(title)
        for (index, row) in rows.enumerated() { terminal.note("  \(index + 1)  \(Terminal.escaped(row))") }
        for _ in 0..<3 {
            terminal.prompt("1–\(rows.count), or nothing to stop: ")
            guard let line = terminal.streams.line(), case let text = line.filter({ $0 != " " }), !text.isEmpty else {
                break
            }
            if let number = Int(text), (1...rows.count).contains(number) { return number - 1 }
        }
        throw CommandError("nothing was chosen; nothing is changed")
    }

    /// True when the person confirms; `nil` when nobody can be asked.
    static func confirm(_ question: String, _ terminal: Terminal) -> Bool? {
        guard terminal.streams.isInteractive else { return nil }
        terminal.prompt("\(question) [y/N] ")
        return ["y", "yes"].contains(terminal.streams.line()?.lowercased() ?? "")
    }
}
