internal import Presentation
internal import Testing

@testable internal import CommandLine

/// The one place that gives styled lines colours.
@Suite struct TerminalTests {
    private static let line = StyledLine.sentence(
        "\("permit", .good) \("deny", .bad) \("name", .strong) \("aside", .faint) \("take care", .caution) and plain")

    private func shown(_ mode: Terminal.ColorMode, isTerminal: Bool, isRefused: Bool = false) -> String {
        var output = ""
        var streams = StandardStreams(
            input: { [] },
            output: { bytes in
                output += String(decoding: bytes, as: UTF8.self)
                return true
            }, errors: { _ in }, isOutputTerminal: isTerminal)
        streams.columns = isTerminal ? 40 : nil
        let terminal = Terminal(streams)
        terminal.color(mode, isRefused: isRefused)
        terminal.show(Self.line)
        return output
    }

    private static let colored =
        "\u{1B}[32mpermit\u{1B}[0m \u{1B}[31mdeny\u{1B}[0m \u{1B}[1mname\u{1B}[0m \u{1B}[2maside\u{1B}[0m "
        + "\u{1B}[33mtake care\u{1B}[0m and plain\n"

    @Test func `a line has colours where they are wanted, and only there`() {
        #expect(shown(.always, isTerminal: false) == Self.colored)
        let plain = "permit deny name aside take care and plain\n"
        #expect(shown(.auto, isTerminal: false) == plain && shown(.never, isTerminal: false) == plain)
    }

    @Test func `a sentence is wrapped to the terminal, whatever its colours`() {
        let wrapped = "permit deny name aside take care and\n  plain\n"
        #expect(shown(.never, isTerminal: true) == wrapped)
        #expect(shown(.auto, isTerminal: true, isRefused: true) == wrapped)
        #expect(shown(.auto, isTerminal: true) == Self.colored.replacing("and plain", with: "and\n  plain"))
    }
}
