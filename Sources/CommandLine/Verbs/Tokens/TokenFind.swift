internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `token find`: finds the tokens whose strings are in a text.
    static let tokenFind = Verb(
        name: "token find",
        summary: "finds the tokens whose strings are in the text on standard input; shows no string",
        options: [Option.revoke, Option.reason],
        details: [
            "For logs, chats and repositories that may hold a token. It names the token, not its string.",
            "exit status: 0 no live token is found, or all are revoked; 5 live tokens are found",
        ],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation)
            let strings = TokenString.occurrences(in: invocation.terminal.streams.input())
            var ids: [TokenID] = []
            var unseen: [TokenID] = []
            var unknown = 0
            let isVisible = try session.act { administration throws(AdministrationError) in
                try administration.current().visibility(tenant: session.tenant.id)
            }
            for string in strings {
                if let match = try session.stored({ store throws(TokenStoreError) in try store.find(string) }),
                    match.tenant == session.tenant.id
                {
                    // A token that the actor may not see counts as unknown.
                    if !isVisible(match.token) {
                        unknown += 1
                        unseen.append(match.token.id)
                    } else if !ids.contains(match.token.id) {
                        ids.append(match.token.id)
                    }
                } else {
                    unknown += 1
                }
            }
            try show(ids, unknown, session)
            if invocation[.revoke] { try session.logUnseen(unseen, .revoke) }
            var live: [TokenID] = []
            for id in ids where try session.details(id)?.token.revoked == nil { live.append(id) }
            guard !live.isEmpty else { return ExitStatus.done }
            let question = "revoke \(live.count == 1 ? "it" : "these \(live.count)")?"
            guard invocation[.revoke] || Prompt.confirm(question, invocation.terminal) == true else {
                invocation.terminal.note(
                    "to revoke: demilune token revoke --yes \(live.map(\.description).joined(separator: " "))")
                return ExitStatus.gate
            }
            try session.act { administration throws(AdministrationError) in
                _ = try administration.perform(.revoke, live) { store, act throws(TokenStoreError) in
                    try store.revoke(live, act)
                }
            }
            invocation.terminal.note("\(live.count) revoked")
            return ExitStatus.done
        })

    private static func show(_ ids: [TokenID], _ unknown: Int, _ session: AdministrationSession) throws(CommandError) {
        var listing = Listing(["ID", "KIND", "NAME", "USER", "LAST 4", "STATE"])
        for id in ids {
            guard let details = try session.details(id),
                let index = session.directory.assignment(details.token.assignment, tenant: session.names.tenant)
            else { continue }
            let user = session.directory.users[session.directory.assignments[index].user]
            let state = TokenRow(details, session).state
            listing.add(
                [
                    id.description, details.token.kind.rawValue, details.token.name.text, user.name.text,
                    details.last4 ?? "",
                    state,
                ],
                [
                    .init("id", .string(id.description)), .init("kind", .string(details.token.kind.rawValue)),
                    .init("name", .string(details.token.name)), .init("user", .string(user.id)),
                    .init("last4", .optional(details.last4)), .init("state", .string(state)),
                ])
        }
        try listing.print(session.invocation, "token")
        if unknown > 0 {
            session.terminal.note(
                "\(counted(unknown, "unknown token string")): mistyped, purged, not visible, or of another tenant or store"
            )
        }
    }
}

extension Option<Bool> {
    fileprivate static var revoke: Self { Self(flag: "revoke", "revoke the tokens that are found") }
}
