internal import Model

extension Verb {
    /// `help`: what can be asked.
    static let help = Verb(
        name: "help", summary: "says what can be asked, or tells about one command",
        positionals: [.init(name: "COMMAND", help: "a command or a verb", isOptional: true, isRepeated: true)],
        suggest: { completion, words in completion.commands(words) },
        inside: { _, invocation throws(CommandError) in
            guard !invocation.positionals.isEmpty else {
                invocation.terminal.print(Repl.overview)
                return ExitStatus.done
            }
            let name = invocation.positionals.joined(separator: " ")
            if let verb = Repl.verbs.first(where: { $0.name == name }) {
                invocation.terminal.print(Help.text(of: verb, program: ""))
                return ExitStatus.done
            }
            let family = Repl.verbs.filter { $0.name.hasPrefix(name + " ") }
            guard !family.isEmpty else {
                throw .usage(
                    "there is no command `\(name)`\(Suggestion.hint(for: name, among: Repl.verbs.map(\.name)))")
            }
            invocation.terminal.print(Help.rows(family.map { ($0.name, $0.summary) }))
            return ExitStatus.done
        })

    static let quit = Verb(
        name: "quit", summary: "leaves, as ^D does",
        inside: { repl, _ throws(CommandError) in
            repl.end()
            return ExitStatus.done
        })
}
