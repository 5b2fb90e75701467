import Testing

/// Whoever shows something decides on colours and widths; everything under it makes values.
struct TerminalAccessTests {
    @Test func `only the places that show something know a terminal`() throws {
        #expect(TerminalAccess.house.violations(in: try House.sources()) == [])
    }

    @Test(arguments: [
        (#"let red = "\u{1B}[31m""#, #"\u{1B}["#), ("guard isatty(1) == 1 else { return }", "isatty"),
        ("var size = winsize()", "winsize"), (#"printf("\033[1m");"#, #"\033["#),
    ])
    func `a planted use is found`(line: String, name: String) {
        let found = TerminalAccess(places: [:]).violations(in: [SourceFile("Presentation/A.swift", line)])
        #expect(found == ["Presentation/A.swift:1: only a place that shows something may use `\(name)`"])
    }

    @Test(arguments: [
        #"if character == "\u{1B}" {"#, "// \\u{1B}[31m is red", "let isTerminal = streams.isInteractive",
    ])
    func `other code is not reported`(line: String) {
        let access = TerminalAccess(places: [:])
        #expect(access.violations(in: [SourceFile("Presentation/A.swift", line)]) == [])
    }

    @Test func `a place that knows no terminal is reported`() {
        let access = TerminalAccess(places: ["REPL/Editor/": "a reason"])
        #expect(access.violations(in: [SourceFile("REPL/Editor/A.swift", "isatty(0)")]) == [])
        #expect(access.violations(in: []) == ["REPL/Editor/: knows no terminal any more"])
    }
}
