internal import Decisions
internal import Model
internal import Tokens

extension Verb {
    /// `token amend`: changes the name, the expiry, the assignment, the description, the contact or the ceiling of a token.
    static let tokenAmend = Verb(
        name: "token amend",
        summary: "changes the name, expiry, assignment, description, contact or ceiling of a token",
        positionals: [.token],
        options: [
            Option.name, Option.expires, Option.assignment.described("another assignment of the same user"),
            Option.description, Option.contact, Option.clearDormant, Option.reason,
            Option.request,
        ] + CeilingOptions.all + AdviceOptions.all,
        details: [
            "At a terminal and without a change, it asks for one, shows it, and saves after a yes.",
            "Whoever may change a token may narrow its ceiling. To widen it, one must be permitted to issue such a token.",
        ],
        run: { invocation throws(CommandError) in
            try AdviceOptions.check(invocation)
            try invocation.checkRequest()
            if invocation[.clearDormant], invocation[.request] {
                throw .usage("`--clear-dormant` and `--request` cannot be combined; use only one of them")
            }
            let session = try AdministrationSession(invocation, acting: .amend)
            let id = try session.token(invocation.positionals[0])
            var change = TokenChange()
            change.name = invocation[.name]
            change.expires = try session.expiry()
            if let text = invocation[.assignment] {
                let user = try session.owner(of: id)
                change.assignment = session.directory.assignments[try session.names.assignment(text, of: user)].id
            }
            change.description = invocation[.description]
            change.contact = invocation[.contact]
            change.ceiling = try CeilingOptions.ceiling(
                invocation, onto: try session.visible(id).token.ceiling, session.names)
            var asked: TokenRecord?
            let form = TokenForm(session)
            if change.isEmpty, !invocation[.clearDormant], form.isPossible {
                let token = try session.visible(id).token
                change = try form.change(of: token)
                guard !change.isEmpty else { throw CommandError("nothing is changed") }
                asked = token
            }
            guard !change.isEmpty || invocation[.clearDormant] else {
                throw .usage(
                    "nothing to change: use `--name`, `--expires`, `--assignment`, `--description`, `--contact`, "
                        + "\(CeilingOptions.flags) or `--clear-dormant`")
            }
            if !change.isEmpty {
                let wanted = change
                let wish = { () throws(CommandError) in
                    AccessRequest.Wish.amend(id, version: try session.visible(id).version, wanted)
                }
                let amended = try session.act(orRequest: wish) { administration throws(AdministrationError) in
                    try administration.amend(
                        id, change, advised: AdvicePrompt(invocation: invocation).respond,
                        isConfirmed: { change in asked.map { form.confirm(change, of: $0) } ?? true })
                }
                guard amended != nil else { return ExitStatus.deny }
            }
            if invocation[.clearDormant] {
                try session.perform(.amend, [id]) { store, act throws(TokenStoreError) in
                    try store.clearDormant(id, act)
                }
            }
            try session.report(id, "changed")
            if let details = try session.details(id), change.ceiling != nil { session.noteAboutCeiling(of: details) }
            return ExitStatus.done
        })
}

extension Option<ExactName?> {
    fileprivate static var name: Self { Self("name", "NAME", "its new name") }
}

extension Option<Bool> {
    fileprivate static var clearDormant: Self { Self(flag: "clear-dormant", "remove its mark as dormant") }
}
