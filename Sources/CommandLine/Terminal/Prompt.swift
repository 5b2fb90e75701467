/// Asks the person at the terminal to choose one of several by its number.
struct Prompt {
    private let title: String
    private let rows: [String]

    /// The message of an act that the person gave up.
    static let nothing = "stopped; nothing is changed"

    init(_ title: String, _ rows: [String]) {
        self.title = title
        self.rows = rows
    }

    /// The index of the chosen row.
    /// - Parameter none: what an empty line does, to take it for "none of them"; `nil` where one of them is needed.
    /// - Returns: `nil` when nobody can be asked, and for none of them.
    /// - Throws: when the person gives up: an empty line, the end of the input, or three wrong answers.
    func ask(_ terminal: Terminal, none: String? = nil) throws(CommandError) -> Int? {
        guard terminal.streams.isInteractive else { return nil }
        show(terminal)
        for _ in 0..<3 {
            terminal.prompt("\(Self.numbers(rows.count)), or nothing to \(none ?? "stop"): ")
            guard let line = terminal.streams.line() else { break }
            let text = line.filter { $0 != " " }
            if text.isEmpty, none != nil { return nil }
            if text.isEmpty { break }
            if let number = Int(text), (1...rows.count).contains(number) { return number - 1 }
        }
        throw CommandError("nothing was chosen; nothing is changed")
    }

    private static func numbers(_ count: Int) -> String { count == 1 ? "1" : "1–\(count)" }

    private func show(_ terminal: Terminal) {
        terminal.note(title)
        for (index, row) in rows.enumerated() { terminal.note("  \(index + 1)  \(Terminal.escaped(row))") }
    }

    /// The index of a row that the person finds by a part of it, and then chooses by its number.
    /// - Parameters:
    ///   - question: asked first; the answer is a part to find.
    ///   - found: the rows that match a part, with the words that show them.
    /// - Throws: when the person gives up: an empty line, or the end of the input.
    static func find<Row>(
        _ question: String, _ terminal: Terminal, _ found: (String) -> [(row: Row, words: String)]
    ) throws(CommandError) -> Row {
        var rows: [(row: Row, words: String)] = []
        let most = 20
        while true {
            let choice = "\(numbers(min(rows.count, most))), another part, or nothing to stop: "
            terminal.prompt(rows.isEmpty ? "\(question), or nothing to stop: " : choice)
            let line = terminal.streams.line()?.filter { !$0.isNewline } ?? ""
            let text = String(line.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            guard !text.isEmpty else { throw CommandError("nothing was chosen; nothing is changed") }
            if let number = Int(text), (1...most).contains(number), number <= rows.count { return rows[number - 1].row }
            rows = found(text)
            guard !rows.isEmpty else {
                terminal.note("nothing matches `\(Terminal.escaped(text))`")
                continue
            }
            for (index, row) in rows.prefix(most).enumerated() {
                terminal.note("  \(index + 1)  \(Terminal.escaped(row.words))")
            }
            if rows.count > most { terminal.note("  … and \(rows.count - most) more: give a longer part") }
        }
    }

    /// The value of a line that the person types; a wrong one is told, and asked for again.
    /// - Parameter empty: the value of an empty line, and its words; `nil` where an answer is needed.
    /// - Throws: when the person gives up: an empty line where an answer is needed, the end of the input, or three
    ///   wrong answers.
    static func read<Value>(
        _ question: String, _ terminal: Terminal, empty: (value: Value, words: String)?,
        _ read: (String) throws(CommandError) -> Value
    ) throws(CommandError) -> Value {
        for _ in 0..<3 {
            terminal.prompt(question + (empty.map { " [\(Terminal.escaped($0.words))]" } ?? "") + ": ")
            guard let line = terminal.streams.line() else { break }
            if line.allSatisfy(\.isWhitespace) {
                if let empty { return empty.value }
                break
            }
            do throws(CommandError) { return try read(line) } catch {
                for message in error.messages { terminal.complain(message) }
            }
        }
        throw CommandError(nothing)
    }

    /// True when the person confirms; `nil` when nobody can be asked.
    static func confirm(_ question: String, _ terminal: Terminal) -> Bool? {
        guard terminal.streams.isInteractive else { return nil }
        terminal.prompt("\(question) [y/N] ")
        return ["y", "yes"].contains(terminal.streams.line()?.lowercased() ?? "")
    }
}
