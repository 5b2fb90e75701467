internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token amend`: changes the name, the expiry or the assignment of a token.
    static let tokenAmend = Verb(
        name: "token amend", summary: "changes the name, the expiry or the assignment of a token",
        positionals: [.token],
        options: [
            Option(name: "name", value: "NAME", help: "its new name"),
            Option(name: "expires", value: "DAY", help: "its last valid day, such as 2027-01-31, or a time"),
            Option(name: "assignment", value: "ID", help: "another assignment of the same user"),
            Option(name: "clear-dormant", help: "remove its mark as dormant"),
            AdvicePrompt.option, AdministrationSession.reason,
        ],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation)
            let id = try session.token(invocation.positionals[0])
            var change = TokenChange()
            change.name = invocation.name("name")
            change.expires = try invocation.value("expires").map { text throws(CommandError) in
                try session.expires(text)
            }
            if let text = invocation.value("assignment") {
                let user = try session.owner(of: id)
                change.assignment = session.directory.assignments[try session.names.assignment(text, of: user)].id
            }
            let isChange = change.name != nil || change.expires != nil || change.assignment != nil
            guard isChange || invocation.has("clear-dormant") else {
                throw .usage("nothing to change: use `--name`, `--expires`, `--assignment` or `--clear-dormant`")
            }
            if isChange {
                _ = try session.act { administration throws(AdministrationError) in
                    try administration.amend(id, change) { AdvicePrompt(invocation: invocation).respond(to: $0) }
                }
            }
            if invocation.has("clear-dormant") {
                try session.act { administration throws(AdministrationError) in
                    try administration.perform(.amend, [id]) { store, act throws(TokenStoreError) in
                        try store.clearDormant(id, act)
                    }
                }
            }
            try session.report(id, "changed")
            return ExitStatus.done
        })
}
