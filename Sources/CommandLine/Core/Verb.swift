/// One verb of the command line: its arguments, its help, and its action.
package struct Verb: Sendable {
    package struct Positional: Sendable {
        package let name: String
        package let help: String
        package let isOptional: Bool
        package let isRepeated: Bool
        /// Its form in the usage line; `nil` to make it from the name.
        package let usage: String?

        package init(
            name: String, help: String, isOptional: Bool = false, isRepeated: Bool = false, usage: String? = nil
        ) {
            self.name = name
            self.help = help
            self.isOptional = isOptional
            self.isRepeated = isRepeated
            self.usage = usage
        }
    }

    /// One word, or two as in `token list`.
    package let name: String
    package let summary: String
    package let positionals: [Positional]
    package let options: [any OptionDeclaration]
    /// The global options that it uses.
    package let uses: GlobalUse
    /// The options that may be given twice, for two of the same.
    let pairs: [any OptionDeclaration]
    /// Paragraphs after the options.
    package let details: [String]
    /// Example command lines.
    package let examples: [String]
    /// Names of earlier versions, which work for one more version.
    let formerNames: [String]
    package let run: @Sendable (Invocation) throws(CommandError) -> Int32

    package init(
        name: String, summary: String, positionals: [Positional] = [], options: [any OptionDeclaration] = [],
        uses: GlobalUse = .all, pairs: [any OptionDeclaration] = [], details: [String] = [], examples: [String] = [],
        formerNames: [String] = [],
        run: @escaping @Sendable (Invocation) throws(CommandError) -> Int32
    ) {
        self.name = name
        self.summary = summary
        self.positionals = positionals
        self.options = options
        self.uses = uses
        self.pairs = pairs
        self.details = details
        self.examples = examples
        self.formerNames = formerNames
        self.run = run
    }
}
