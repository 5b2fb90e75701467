internal import Model

/// Cells of tables in Markdown.
enum MarkdownTable {
    /// A text as the content of a cell: nothing of it is a link, a mention or markup but code, or ends the cell.
    static func cell(_ text: String) -> String {
        var result = ""
        for character in ControlCharacters.escaped(text) {
            switch character {
            case "\\", "|", "*", "[", "]": result += "\\\(character)"
            case "<": result += "&lt;"
            case "@": result += "&#64;"
            default: result.append(character)
            }
        }
        // What begins like an address becomes a link by itself.
        return result.replacing("://", with: "&#58;//").replacing("www.", with: "www&#46;")
    }
}
