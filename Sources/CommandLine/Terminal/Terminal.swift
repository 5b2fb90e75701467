package import Model
package import Presentation

/// The output of a run: results on one stream, everything else on the other, in colour if wanted.
package final class Terminal {
    /// The use of colours: `auto` colours what a terminal shows.
    package enum ColorMode: String, CaseIterable {
        case auto
        case always
        case never
    }

    package let streams: StandardStreams
    private(set) var isOutputColored = false
    private(set) var isErrorColored = false
    /// True while somebody reads the results.
    private(set) var isOpen = true
    private var warnings: Set<ExactName> = []

    package init(_ streams: StandardStreams) {
        self.streams = streams
    }

    /// - Parameter isRefused: true when `NO_COLOR` is set.
    package func color(_ mode: ColorMode, isRefused: Bool) {
        isOutputColored = mode == .always || mode == .auto && !isRefused && streams.isOutputTerminal
        isErrorColored = mode == .always || mode == .auto && !isRefused && streams.isErrorTerminal
    }

    /// Prints a line of the result. Text from data must be `escaped` first.
    package func print(_ line: String = "") { write(Array((line + "\n").utf8)) }

    /// Prints a line of the result, in colours if wanted. A sentence is wrapped between words on a terminal.
    package func show(_ line: StyledLine) {
        let text = rendered(line)
        print(line.hanging.map { Prose.wrapped(text, streams.columns, hanging: $0) } ?? text)
    }

    package func show(_ lines: [StyledLine]) { for line in lines { show(line) } }

    /// The text of a line, in colours if the results have any.
    func rendered(_ line: StyledLine) -> String {
        isOutputColored ? line.parts.map { Self.colored($0.text, $0.style) }.joined() : line.text
    }

    package func write(_ bytes: [UInt8]) {
        if isOpen { isOpen = streams.output(bytes) }
    }

    /// Prints a line for the person who started the run, not for the next program.
    package func note(_ line: String) {
        let columns = streams.isErrorTerminal ? streams.columns : nil
        streams.errors(Array((Prose.wrapped(line, columns) + "\n").utf8))
    }

    /// Prints findings about policies or plugins for that person: errors first, each cause once, and not too many.
    package func report(_ findings: [Diagnostic]) {
        for line in FindingList(findings).lines { note(line.text) }
    }

    /// Prints a warning once per run.
    func warnOnce(_ message: String) {
        guard warnings.insert(ExactName(message)).inserted else { return }
        let word = isErrorColored ? Self.colored("warning:", .caution) : "warning:"
        note("\(word) \(Self.escaped(message))")
    }

    /// Prints a question to that person; the answer follows on the same line.
    package func prompt(_ text: String) { streams.errors(Array(text.utf8)) }

    package func complain(_ message: String) {
        let word = isErrorColored ? Self.colored("error:", .bad) : "error:"
        note("\(word) \(Self.escaped(message))")
    }

    private static func colored(_ text: String, _ style: TextStyle) -> String {
        let code: String
        switch style {
        case .plain: return text
        case .strong: code = "1"
        case .faint: code = "2"
        case .bad: code = "31"
        case .good: code = "32"
        case .caution: code = "33"
        }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    /// The text with every character written out that a terminal would obey.
    package static func escaped(_ name: ExactName) -> String { ControlCharacters.escaped(name) }
    package static func escaped(_ text: String) -> String { ControlCharacters.escaped(text) }
}
