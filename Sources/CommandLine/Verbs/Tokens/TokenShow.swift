internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `token show`: shows everything about one token except its string.
    static let tokenShow = Verb(
        name: "token show", summary: "shows a token, how it is used, and what it permits",
        positionals: [.token],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation)
            let id = try session.token(invocation.positionals[0])
            let details = try session.visible(id)
            let directory = try invocation.directory(.some([id]), of: session.store)
            let names = NameResolver(directory: directory, tenant: session.names.tenant)
            try session.description(details, names).fields.print(invocation)
            return ExitStatus.done
        })
}

extension Verb.Positional {
    static let token = Verb.Positional(
        name: "TOKEN",
        help: "a token's id, its first \(TokenID.shortestPrefix) digits or more, or a unique name; `-` reads its string"
    )
}
