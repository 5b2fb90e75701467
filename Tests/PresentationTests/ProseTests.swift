internal import Presentation
internal import Testing

@Suite struct ProseTests {
    @Test(arguments: [
        ("one two three four five six seven eight nine ten", "one two three four five six seven eight\n  nine ten"),
        ("    deep one two three four five six seven eight", "    deep one two three four five six\n      seven eight"),
        (
            "a \u{1B}[1mbold\u{1B}[0m word and others that fill the line to",
            "a \u{1B}[1mbold\u{1B}[0m word and others that fill the\n  line to"
        ),
        ("short", "short"), ("first\nsecond", "first\nsecond"),
    ])
    func `a sentence is wrapped between words and indented to its beginning`(text: String, lines: String) {
        #expect(Prose.wrapped(text, 40) == lines)
        #expect(Prose.wrapped(text, nil) == text)
    }
}
