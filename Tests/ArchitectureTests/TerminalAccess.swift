/// The calls that ask a terminal, and the sequences that style or move what it shows.
struct TerminalAccess {
    /// The files and folders that know a terminal, each with the reason.
    let places: [String: String]

    static let house = TerminalAccess(places: [
        "CommandLine/Terminal/": "prints results and asks the person",
        "CEditline/": "edits a line",
        "REPL/Editor/": "shows completions under the line",
        "REPL/Session/Repl+Words.swift": "the editor measures the prompt, and must know what of it is a style",
    ])

    private static let names: Set<String> = [
        "isatty", "ttyname", "ttyname_r", "ctermid", "tcgetattr", "tcsetattr", "winsize", "TIOCGWINSZ", "TIOCSWINSZ",
        "termios",
    ]
    private static let sequences = [#"\u{1B}["#, #"\u{1b}["#, #"\x1b["#, #"\033["#]

    /// The places elsewhere that know a terminal, and the places that no longer do.
    func violations(in files: [SourceFile]) -> [String] {
        var needed: Set<String> = []
        let found = files.flatMap { file in
            let names = file.code.flatMap { line in Self.names(in: line.text).map { (line.number, $0) } }
            guard let place = places.keys.first(where: file.path.hasPrefix) else {
                return names.map { "\(file.path):\($0): only a place that shows something may use `\($1)`" }
            }
            if !names.isEmpty { needed.insert(place) }
            return []
        }
        let unneeded = places.keys.filter { !needed.contains($0) }.sorted()
        return found + unneeded.map { "\($0): knows no terminal any more" }
    }

    private static func names(in text: Substring) -> [String] {
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
        return words.filter(names.contains) + sequences.filter { text.contains($0) }
    }
}
