internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token reveal`: shows the string of an API token again.
    static let tokenReveal = Verb(
        name: "token reveal", summary: "shows the string of an API token again, and logs who saw it",
        positionals: [.token], options: [Option.reason, Option.ignoreAdvice],
        details: [
            "The log entry is written before the string is shown. Mobile, revoked and expired tokens are never shown."
        ],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation, acting: .reveal)
            let id = try session.token(invocation.positionals[0])
            let (details, string) = try session.perform(.reveal, [id]) { store, act throws(TokenStoreError) in
                try store.reveal(id, act)
            }
            if invocation[.json] {
                let members: [JSON.Member] = [
                    .init("id", .string(id.description)), .init("token", .string(string.revealed)),
                ]
                invocation.terminal.print(JSON.object(members).compact)
            } else {
                invocation.terminal.print(string.revealed)
                let times =
                    details.revealCount == 1 ? "for the first time" : "\(counted(details.revealCount, "time")) by now"
                invocation.terminal.note("shown \(times); it is in the log")
            }
            return ExitStatus.done
        })
}
