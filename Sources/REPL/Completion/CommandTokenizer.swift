internal import Syntax

/// The words of a command, which may still be unfinished.
///
/// Blanks separate words. A quote at the beginning of a word, or after its `=`, keeps blanks in it. A `\` at the end of
/// a line continues the command on the next line.
struct CommandTokenizer {
    /// A word, and the index of its first character in the text.
    struct Word: Equatable {
        var text: String
        let start: Int
    }

    private(set) var words: [Word] = []
    /// True when a quote is still open, or a `\` at the end continues the command on the next line.
    private(set) var isOpen = false
    /// True when the last word may still grow: no blank follows it.
    private(set) var isLastUnfinished = false

    var texts: [String] { words.map(\.text) }

    init(_ text: String) {
        var word: Word?
        var quote: Character?
        let characters = Array(text)
        var index = 0
        func mayQuote() -> Bool { word.map { $0.text.hasSuffix("=") } ?? true }
        while index < characters.count {
            let character = characters[index]
            switch (character, quote) {
            case (_, .some(let open)) where character == open: quote = nil
            case (_, .some): word!.text.append(character)
            case ("\\", nil) where index + 1 == characters.count || characters[index + 1] == "\n":
                isOpen = index + 1 == characters.count
                index += 1
            case ("'", nil) where mayQuote(), ("\"", nil) where mayQuote():
                quote = character
                word = word ?? Word(text: "", start: index)
            case (_, nil) where character.isWhitespace:
                if let word { words.append(word) }
                word = nil
            default:
                if word == nil { word = Word(text: "", start: index) }
                word!.text.append(character)
            }
            index += 1
        }
        isOpen = isOpen || quote != nil
        isLastUnfinished = word != nil
        if let word { words.append(word) }
    }

    /// The word with the quotes that it needs on a command line.
    static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && !text.contains(where: \.isWhitespace) && !"'\"#=\\".contains(text.first!)
        guard !isPlain || text.contains("='") || text.contains("=\"") else { return text }
        if let equals = text.firstIndex(of: "="), !text[..<equals].contains(where: \.isWhitespace),
            equals > text.startIndex
        {
            return text[...equals] + quoted(String(text[text.index(after: equals)...]))
        }
        return text.contains("'") ? "\"\(text)\"" : "'\(text)'"
    }

    // MARK: Pieces

    /// True when the text can be run as it is; false when it continues on the next line.
    static func isWhole(_ text: String) -> Bool {
        let start = text.drop(while: \.isWhitespace)
        if start.hasPrefix("#") { return true }
        if start.hasPrefix("=") {
            // An empty line ends an expression, even an unfinished one.
            return text.hasSuffix("\n") || !isUnfinished(start.dropFirst())
        }
        return !CommandTokenizer(text).isOpen
    }

    /// True when an expression continues: a bracket is open, or an operand is missing at its end.
    private static func isUnfinished(_ expression: Substring) -> Bool {
        let source = Array("return \(expression)".utf8)
        do throws(SyntaxError) {
            _ = try Chunk.parse(source)
            return false
        } catch {
            return error.code == .unfinished || source.dropFirst(error.offset).allSatisfy { " \t\n".utf8.contains($0) }
        }
    }

    /// The commands in a text of several lines; the last may be unfinished. Blank lines and comments are left out.
    static func commands(_ text: String) -> [String] {
        var commands: [String] = []
        var current = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            current += current.isEmpty ? line : "\n" + line
            guard isWhole(current) else { continue }
            commands.append(current)
            current = ""
        }
        if !current.isEmpty { commands.append(current) }
        return commands.filter { command in
            let start = command.drop(while: \.isWhitespace)
            return !start.isEmpty && !start.hasPrefix("#")
        }
    }
}
