internal import CommandLine

/// A command that works only in a REPL session.
struct ReplCommand: Sendable {
    /// Its name, its arguments and its help; `run` below is its action.
    let verb: Verb
    /// The completions after these words; `nil` to derive them from the names of the arguments.
    let suggest: (@Sendable (Completion, [String]) -> [Candidate])?
    let run: @Sendable (Repl, Invocation) throws(CommandError) -> Int32

    init(
        name: String, summary: String, positionals: [Verb.Positional] = [], options: [any OptionDeclaration] = [],
        details: [String] = [], examples: [String] = [],
        suggest: (@Sendable (Completion, [String]) -> [Candidate])? = nil,
        inside body: @escaping @Sendable (Repl, Invocation) throws(CommandError) -> Int32
    ) {
        verb = Verb(
            name: name, summary: summary, positionals: positionals, options: options, uses: .session, details: details,
            examples: examples,
            run: { invocation throws(CommandError) in
                throw .usage("`\(invocation.verb)` works only in `demilune repl`")
            })
        self.suggest = suggest
        run = body
    }
}
