internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token rotate`: gives a token a new string.
    static let tokenRotate = Verb(
        name: "token rotate", summary: "gives a token a new string; the old one ends at once, or after an overlap",
        positionals: [.token],
        options: [
            Option(
                name: "overlap", value: "DURATION", help: "the time that both strings are valid, such as 24h (none)"),
            AdministrationSession.reason,
        ],
        details: ["During an overlap, another rotation is refused: somebody may have done it already."],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation)
            let id = try session.token(invocation.positionals[0])
            let overlap = try invocation.value("overlap").map { text throws(CommandError) in
                try TimeArgument.duration(text, option: "overlap")
            }
            let (details, string) = try session.act { administration throws(AdministrationError) in
                try administration.perform(.amend, [id]) { store, act throws(TokenStoreError) in
                    try store.rotate(id, overlap: overlap, act)
                }
            }
            let secret = TokenStringOutput(session: session, details: details, string: string)
            secret.print()
            if let text = invocation.value("overlap") {
                session.terminal.note("the old string is valid for \(text) more")
            }
            secret.noteAboutRevealing()
            return ExitStatus.done
        })
}
