internal import Presentation
internal import Testing

@Suite struct StyledLineTests {
    @Test func `what is inserted has its style, and controls no terminal`() {
        let name = "a\u{1B}[31m\nb"
        let line: StyledLine = "policy \(name, .strong): \(2) of \(name)"
        #expect(line.text == "policy a\\u{1b}[31m\\nb: 2 of a\\u{1b}[31m\\nb")
        #expect(line.parts.map(\.style) == [.plain, .strong, .plain])
        #expect(line.parts.map(\.text) == ["policy ", "a\\u{1b}[31m\\nb", ": 2 of a\\u{1b}[31m\\nb"])
    }

    @Test func `a line in a line keeps its styles`() {
        let word: StyledLine = "\("deny", .bad)!"
        let line: StyledLine = "now \(word) (\("x", .faint))"
        #expect(line.parts.map(\.text) == ["now ", "deny", "! (", "x", ")"])
        #expect(line.parts.map(\.style) == [.plain, .bad, .plain, .faint, .plain])
    }

    @Test func `only a sentence is wrapped`() {
        let line: StyledLine = "one"
        #expect(line.hanging == nil && StyledLine.sentence(line).hanging == 2)
        #expect(StyledLine.sentence(line, hanging: 0).hanging == 0)
        #expect(StyledLine.verbatim("{\n  1\n}").text == "{\n  1\n}" && StyledLine.verbatim("a").hanging == nil)
    }

    @Test func `the blanks at the beginning can be left out`() {
        #expect(("    a  b" as StyledLine).trimmed.text == "a  b")
        #expect(("  \("if", .strong) x" as StyledLine).trimmed.text == "if x")
        let line: StyledLine = "\("  ", .faint)  \("if", .strong) x"
        #expect(line.trimmed.text == "if x" && line.trimmed.parts.map(\.style) == [.strong, .plain])
        #expect((" \("  ", .faint)" as StyledLine).trimmed.parts.isEmpty)
    }

    @Test func `the source of a policy has its lines, and a style for each kind of word`() {
        let source = HighlightedSource("-- why\nx = a\n\tif a == \"x\u{1B}\" then\n--[[ one\n two ]]\n")
        #expect(source.count == 5)
        #expect(source[1].parts.map(\.style) == [.faint])
        #expect(source[3].text == "    if a == \"x\\u{1b}\" then")
        #expect(source[3].parts.filter { $0.style != .plain }.map(\.text) == ["if", "\"x\\u{1b}\"", "then"])
        #expect(source[4].text == "--[[ one" && source[5].text == " two ]]" && source[5].parts[0].style == .faint)
        #expect(source[0].text == "" && source[6].text == "")
    }
}
