internal import Testing

@testable internal import Commands

@Suite struct ProseTests {
    @Test(arguments: [40, 60, 80, 100])
    func `help fits the terminal, and no word is broken or lost`(columns: Int) {
        let verbs = Demilune.verbs + Repl.commands.map(\.verb)
        var texts = verbs.map { (Help.text(of: $0, columns), Help.text(of: $0, nil)) }
        texts.append((Help.overview(Demilune.verbs, columns), Help.overview(Demilune.verbs, nil)))
        texts.append((Repl.overview(columns), Repl.overview(nil)))
        for (text, whole) in texts {
            #expect(text.split(whereSeparator: \.isWhitespace) == whole.split(whereSeparator: \.isWhitespace))
            for line in text.split(separator: "\n") where line.contains(" ") {
                let words = line.split(separator: " ")
                #expect(DisplayWidth.of(line) <= columns || words.count == 1, "\(line)")
            }
        }
    }

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
