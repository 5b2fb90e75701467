internal import Presentation

/// A text as wrapped for a terminal, beside the text as it was written.
package struct WrappedText {
    private let wrapped: String
    private let written: String

    package init(_ wrapped: String, of written: String) {
        self.wrapped = wrapped
        self.written = written
    }

    /// The lines that are wider than the terminal although they could be broken, and a note when a word is lost.
    package func faults(columns: Int) -> [String] {
        let keepsWords = wrapped.split(whereSeparator: \.isWhitespace) == written.split(whereSeparator: \.isWhitespace)
        let wide = wrapped.split(separator: "\n").filter { line in
            line.contains(" ") && DisplayWidth.of(line) > columns && line.split(separator: " ").count > 1
        }
        return (keepsWords ? [] : ["the words differ: \(written)"]) + wide.map(String.init)
    }
}
