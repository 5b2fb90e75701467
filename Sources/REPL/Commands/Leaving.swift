internal import CommandLine
internal import Model
internal import Presentation

extension ReplCommand {
    /// `help`: all commands, or one of them.
    static let help = ReplCommand(
        name: "help", summary: "lists the commands, or explains one of them",
        positionals: [.init(name: "COMMAND", help: "a command or a verb", isOptional: true, isRepeated: true)],
        suggest: { completion, words in completion.commands(words) },
        inside: { _, invocation throws(CommandError) in
            let name = invocation.positionals.joined(separator: " ")
            let terminal = invocation.terminal
            if invocation[.json] {
                let verbs = Repl.verbs.filter { name.isEmpty || $0.name == name || $0.name.hasPrefix(name + " ") }
                if !verbs.isEmpty {
                    terminal.print(JSON.array(verbs.map(\.json)).pretty)
                    return ExitStatus.done
                }
            }
            guard !invocation.positionals.isEmpty else {
                terminal.print(Repl.overview(terminal.streams.columns))
                return ExitStatus.done
            }
            if let verb = Repl.verbs.first(where: { $0.name == name }) {
                terminal.print(Help.text(of: verb, terminal.streams.columns, program: ""))
                return ExitStatus.done
            }
            let words = invocation.positionals
            guard words.count == 1, Repl.verbs.contains(where: { $0.name.hasPrefix(name + " ") }) else {
                throw .unknownVerb(words[0], words.dropFirst().first, among: Repl.verbs)
            }
            terminal.print(Help.text(ofFamily: name, Repl.verbs, terminal.streams.columns, program: ""))
            return ExitStatus.done
        })

    static let quit = ReplCommand(
        name: "quit", summary: "ends the session, as ^D does",
        inside: { repl, _ throws(CommandError) in
            repl.end()
            return ExitStatus.done
        })
}

extension Verb {
    /// The help of the verb as JSON.
    fileprivate var json: JSON {
        .object([
            .init("command", .string(name)), .init("usage", .string(Help.usage(self))),
            .init("summary", .string(summary)),
            .init(
                "arguments",
                .array(
                    positionals.map {
                        .object([.init("name", .string($0.name)), .init("help", .string($0.help))])
                    })),
            .init(
                "options",
                .array(
                    options.map {
                        .object([.init("name", .string($0.heading)), .init("help", .string($0.help))])
                    })),
            .init("details", .strings(details)), .init("examples", .strings(examples)),
        ])
    }
}
