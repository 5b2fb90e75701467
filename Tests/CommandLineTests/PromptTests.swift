internal import Testing

@testable internal import CommandLine

@Suite struct PromptTests {
    private func ask(_ lines: [String], isInteractive: Bool = true) throws -> (Int?, String) {
        var rest = lines[...]
        var errors: [UInt8] = []
        var streams = StandardStreams(input: { [] }, output: { _ in true }, errors: { errors += $0 })
        streams.isInteractive = isInteractive
        streams.line = { rest.popFirst() }
        let answer = try Prompt("Which one?", ["Sales", "Fin\u{1B}ance"]).ask(Terminal(streams))
        return (answer, String(decoding: errors, as: UTF8.self))
    }

    @Test(arguments: [(["2"], 1), (["x", "3", "1"], 0), ([" 2 "], 1)])
    func `a row is chosen by its number`(lines: [String], index: Int) throws {
        let (answer, errors) = try ask(lines)
        #expect(answer == index)
        #expect(errors.hasPrefix("Which one?\n  1  Sales\n  2  Fin\\u{1b}ance\n"))
    }

    @Test(arguments: [[], [""], ["x", "0", "3"]])
    func `without an answer no row is chosen`(lines: [String]) {
        #expect(throws: CommandError.self) { try ask(lines) }
    }

    @Test func `without a terminal nothing is asked`() throws {
        let (answer, errors) = try ask(["1"], isInteractive: false)
        #expect(answer == nil)
        #expect(errors.isEmpty)
    }
}
