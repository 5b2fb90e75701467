internal import Model
internal import Policies

extension Verb {
    /// `vocabulary`: what a policy can read.
    static let vocabulary = Verb(
        name: "vocabulary", summary: "prints everything that a policy can read",
        run: { invocation throws(CommandError) in
            if invocation.has("json") {
                let rows = (attributes + methods).map { row in
                    JSON.object(zip(["owner", "name", "type", "help"], row).map { .init($0, .string($1)) })
                }
                invocation.terminal.print(JSON.array(rows).pretty)
                return ExitStatus.done
            }
            var table = Table(["OF", "NAME", "IS", "MEANING"])
            for row in attributes + methods { table.add(row) }
            table.print(to: invocation.terminal)
            return ExitStatus.done
        })

    private static var attributes: [[String]] {
        Vocabulary.entries.map { entry in
            [entry.owner.name, ".\(entry.name)", entry.type.name + (entry.isOptional ? ", optional" : ""), entry.help]
        }
    }

    private static var methods: [[String]] {
        Vocabulary.methods.map { entry in
            [entry.owners.map(\.name).joined(separator: ", "), ":\(entry.method.name)()", "method", entry.help]
        }
    }
}
