package import Model
internal import Presentation

/// The output of a run: results on one stream, everything else on the other, in colour if wanted.
package final class Terminal {
    package enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
    }

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

    /// Prints a sentence of the result, wrapped between words on a terminal.
    package func tell(_ line: String) { print(Prose.wrapped(line, streams.columns)) }

    package func write(_ bytes: [UInt8]) {
        if isOpen { isOpen = streams.output(bytes) }
    }

    /// Prints a line for the person who started the run, not for the next program.
    package func note(_ line: String) {
        let columns = streams.isErrorTerminal ? streams.columns : nil
        streams.errors(Array((Prose.wrapped(line, columns) + "\n").utf8))
    }

    /// Prints a warning once per run.
    func warnOnce(_ message: String) {
        guard warnings.insert(ExactName(message)).inserted else { return }
        let word = isErrorColored ? Self.styled("warning:", .yellow) : "warning:"
        note("\(word) \(Self.escaped(message))")
    }

    /// Prints a question to that person; the answer follows on the same line.
    package func prompt(_ text: String) { streams.errors(Array(text.utf8)) }

    package func complain(_ message: String) {
        let word = isErrorColored ? Self.styled("error:", .red) : "error:"
        note("\(word) \(Self.escaped(message))")
    }

    /// The text in a style, when the results are coloured.
    package func styled(_ text: String, _ style: Style) -> String { isOutputColored ? Self.styled(text, style) : text }

    private static func styled(_ text: String, _ style: Style) -> String {
        "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
    }

    /// The text with every character written out that a terminal would obey.
    package static func escaped(_ name: ExactName) -> String { ControlCharacters.escaped(name) }
    package static func escaped(_ text: String) -> String { ControlCharacters.escaped(text) }
}
