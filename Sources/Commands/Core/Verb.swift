/// One verb of the command line: its arguments, its help, and its action.
struct Verb: Sendable {
    struct Positional: Sendable {
        let name: String
        let help: String
        var isOptional = false
        var isRepeated = false
        /// Its form in the usage line; `nil` to make it from the name.
        var usage: String?
    }

    /// One word, or two as in `token list`.
    let name: String
    let summary: String
    var positionals: [Positional] = []
    var options: [any OptionDeclaration] = []
    /// Paragraphs after the options.
    var details: [String] = []
    /// Example command lines.
    var examples: [String] = []
    /// Names of earlier versions, which work for one more version.
    var formerNames: [String] = []
    let run: @Sendable (Invocation) throws(CommandError) -> Int32
}
