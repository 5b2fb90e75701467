internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token show`: everything about one token but its string.
    static let tokenShow = Verb(
        name: "token show", summary: "shows a token, how it is used, and what it permits",
        positionals: [.token],
        run: { invocation throws(CommandError) in
            let office = try Office(invocation)
            let id = try office.token(invocation.positionals[0])
            let seen = try office.act { administration throws(AdministrationError) in try administration.visible(id) }
            guard let details = seen, details.tenant == office.tenant.id else {
                throw CommandError("there is no token `\(id)`", status: ExitStatus.deny)
            }
            let directory = try invocation.directory(.some([id]), of: office.store)
            let names = Names(directory: directory, tenant: office.names.tenant)
            TokenDescription(details, names: names, office: office).fields.print(invocation)
            return ExitStatus.done
        })
}

extension Verb.Positional {
    static let token = Verb.Positional(
        name: "TOKEN", help: "a token's id, or its name where only one has it; `-` reads the string from standard input"
    )
}
