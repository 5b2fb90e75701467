internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `token reassign`: makes a token again for another user.
    static let tokenReassign = Verb(
        name: "token reassign",
        summary: "makes a token again for another user; the old one ends at once, or after an overlap",
        positionals: [.token],
        options: [
            Option.user.described("the user whose permissions the new token has, by id or name"),
            Option.assignment.described("which of that user's assignments"), Option.overlap, Option.reason,
        ] + AdviceOptions.all,
        details: ["At a terminal and without --user, it asks for what is not given, and saves after a yes."],
        formerNames: ["token replace"],  // old-names: works for one more version
        run: { invocation throws(CommandError) in
            try AdviceOptions.check(invocation)
            let session = try AdministrationSession(invocation, acting: .revoke)
            let form = TokenForm(session)
            let isAsked = !invocation.isGiven(Option.user)
            let id = try session.token(invocation.positionals[0])
            let assignment = session.directory.assignments[try session.assignment(of: try session.user())].id
            let overlap = try isAsked ? form.overlap(.overlap, "the old token") : session.overlap(.overlap)
            let (details, string) = try session.act { administration throws(AdministrationError) in
                try administration.reassign(
                    id, assignment: assignment, overlap: overlap, advised: AdvicePrompt(invocation: invocation).respond,
                    isConfirmed: { isAsked ? form.confirm($0) : true })
            }
            let secret = TokenStringOutput(session: session, details: details, string: string)
            secret.print()
            let former = try session.details(id)?.token
            let end =
                former.flatMap { $0.revoked == nil ? LocalTime.stated($0.expires, in: session.zone) : nil }
                .map { "works until \($0)" } ?? "is revoked"
            session.terminal.note("the token it replaces, \(id), \(end)")
            secret.noteAboutRevealing()
            return ExitStatus.done
        })
}

extension Option<TimeArgument?> {
    fileprivate static var overlap: Self {
        Self("overlap", "TIME", "the time the old token stays valid, such as 24h, or its last day (none)")
    }
}
