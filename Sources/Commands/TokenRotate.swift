internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token rotate`: a new string for the same token.
    static let tokenRotate = Verb(
        name: "token rotate", summary: "gives a token a new string; the old one ends at once, or after an overlap",
        positionals: [.token],
        options: [
            Option(
                name: "overlap", value: "DURATION", help: "how long both strings are valid, such as 24h (not at all)"),
            Office.reason,
        ],
        details: ["While an overlap runs, rotating again is refused: somebody may have done it already."],
        run: { invocation throws(CommandError) in
            let office = try Office(invocation)
            let id = try office.token(invocation.positionals[0])
            let overlap = try invocation.value("overlap").map { text throws(CommandError) in
                try Moment.duration(text, option: "overlap")
            }
            let (details, string) = try office.act { administration throws(AdministrationError) in
                try administration.perform(.amend, [id]) { store, act throws(TokenStoreError) in
                    try store.rotate(id, overlap: overlap, act)
                }
            }
            let secret = Secret(office: office, details: details, string: string)
            secret.print()
            if let text = invocation.value("overlap") {
                office.terminal.note("the old string is valid for \(text) more")
            }
            secret.noteAboutRevealing()
            return ExitStatus.done
        })
}
