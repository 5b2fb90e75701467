internal import Model

/// Cells of tables in Markdown.
enum MarkdownTable {
    /// A text as the content of a cell: nothing of it is markup, or ends the cell.
    static func cell(_ text: String) -> String {
        ControlCharacters.escaped(text).replacing("|", with: "\\|").replacing("<", with: "&lt;")
    }
}
