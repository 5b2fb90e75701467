internal import CommandLine
internal import Model
internal import Plugins
internal import Policies
internal import Presentation

extension ReplCommand {
    /// `plugin COMMAND …`: runs the commands of plugins.
    static let plugin = ReplCommand(
        name: "plugin", summary: "runs a command of a plugin, or lists all of them",
        positionals: [
            .init(name: "COMMAND", help: "its name, as `PLUGIN.NAME` if several plugins have it", isOptional: true),
            .init(name: "WORD", help: "an argument of it", isOptional: true, isRepeated: true),
        ],
        examples: ["plugin", "plugin cidr 10.0.0.0/8 10.1.2.3"],
        suggest: { completion, words in words.isEmpty ? completion.pluginCommands : [] },
        inside: { repl, invocation throws(CommandError) in
            let loaded = try repl.rules()
            let commands = PluginCommands(loaded.plugins, schema: loaded.set.schema)
            guard let name = invocation.positionals.first else {
                var listing = Listing(.pluginCommands)
                for named in commands.all {
                    listing.add(
                        [named.command.usage, named.plugin.text, named.command.about],
                        [
                            .init("command", .string(named.command.usage)), .init("plugin", .string(named.plugin)),
                            .init("does", .string(named.command.about)),
                        ])
                }
                try listing.print(invocation, "command")
                return ExitStatus.done
            }
            let snapshot = try repl.timedDirectory(invocation)
            let tenant = try invocation.tenant(in: snapshot.directory) ?? -1
            do throws(PluginCommandError) {
                let lines = try commands.run(
                    ExactName(name), Array(invocation.positionals.dropFirst()), on: snapshot.directory, tenant: tenant,
                    now: snapshot.now)
                if invocation[.json] {
                    invocation.terminal.print(JSON.strings(lines).compact)
                } else {
                    for line in lines { invocation.terminal.print(Terminal.escaped(line)) }
                }
            } catch { throw CommandError(error.message) }
            return ExitStatus.done
        })
}

extension Completion {
    /// The commands of plugins, each with its description.
    var pluginCommands: [Candidate] {
        guard let loaded = repl.loaded else { return [] }
        return PluginCommands(loaded.plugins, schema: loaded.set.schema).all.map { named in
            Candidate(text: named.command.name.text, help: named.command.about)
        }
    }
}
