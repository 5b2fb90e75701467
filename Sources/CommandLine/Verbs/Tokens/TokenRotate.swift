internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `token rotate`: gives a token a new string.
    static let tokenRotate = Verb(
        name: "token rotate", summary: "gives a token a new string; the old one ends at once, or after an overlap",
        positionals: [.token],
        options: [
            Option.overlap, Option.reason, Option.ignoreAdvice,
        ],
        details: [
            "At a terminal and without --overlap, it asks for one.",
            "During an overlap, another rotation is refused: somebody may have done it already.",
        ],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation, acting: .amend)
            let id = try session.token(invocation.positionals[0])
            let overlap = try TokenForm(session).overlap(.overlap, "the old string")
            let (details, string) = try session.perform(.amend, [id]) { store, act throws(TokenStoreError) in
                try store.rotate(id, overlap: overlap, act)
            }
            let secret = TokenStringOutput(session: session, details: details, string: string)
            secret.print()
            if let until = details.overlapUntil {
                session.terminal.note(
                    "the old string works until \(LocalTime.stated(until, in: session.zone))"
                        + (details.token.suspended == nil ? "" : ", once the token is resumed"))
            }
            secret.noteAboutRevealing()
            return ExitStatus.done
        })
}

extension Option<TimeArgument?> {
    fileprivate static var overlap: Self {
        Self("overlap", "TIME", "the time that both strings are valid, such as 24h, or the last day (none)")
    }
}
