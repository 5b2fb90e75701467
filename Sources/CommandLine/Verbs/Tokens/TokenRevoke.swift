internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `token revoke`: revokes tokens, after showing which.
    static let tokenRevoke = Verb(
        name: "token revoke",
        summary: "revokes tokens: one, several, or all that match; without --yes it only shows which",
        positionals: [
            .init(
                name: "TOKEN",
                help: "ids, their first \(TokenID.shortestPrefix) digits or more, or unique names; none with filters",
                isOptional: true,
                isRepeated: true)
        ],
        options: FilterOptions.all + [
            Option.yes.described("do it; with filters it needs --digest"), Option.digest, Option.reason,
        ],
        details: [
            "All are revoked in one transaction, or none: one unknown or refused token leaves all as they are.",
            "`--user` means every token of that person, API and mobile, unless `--kind` is given.",
            "A token that is already revoked is not a failure. Revoked tokens stay listed until `token purge`.",
        ],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation, acting: .revoke, spansTenants: true)
            let ids = try selection(session)
            let digest = SelectionDigest.of(ids)
            try session.act { administration throws(AdministrationError) in try administration.require(.revoke, ids) }
            if let stated = invocation[.digest], stated != digest {
                throw CommandError(
                    "the tokens no longer match the digest `\(stated)`; look again without `--yes`")
            }
            if !invocation[.yes] {
                try show(ids, digest, session)
                let question = "revoke \(ids.count == 1 ? "it" : "these \(ids.count)")?"
                guard Prompt.confirm(question, invocation.terminal) == true else { return ExitStatus.done }
            } else if FilterOptions.isStated(invocation), invocation[.digest] == nil {
                throw .usage("`--yes` with filters needs `--digest`, which a run without `--yes` prints")
            }
            let (revoked, already) = try session.act { administration throws(AdministrationError) in
                try administration.perform(.revoke, ids) { store, act throws(TokenStoreError) in
                    try store.revoke(ids, act)
                }
            }
            if invocation[.json] {
                let members: [JSON.Member] = [
                    .init("revoked", .integer(Int64(revoked))), .init("already", .integer(Int64(already))),
                    .init("digest", .string(digest)),
                ]
                invocation.terminal.print(JSON.object(members).compact)
            } else {
                invocation.terminal.print("\(revoked) revoked, \(already) revoked already")
            }
            return ExitStatus.done
        })

    /// The tokens given, or those that the filters match and the actor may see.
    private static func selection(_ session: AdministrationSession) throws(CommandError) -> [TokenID] {
        let invocation = session.invocation
        if !invocation.positionals.isEmpty {
            guard !FilterOptions.isStated(invocation) else {
                throw .usage("tokens and filters cannot be combined; use only one of them")
            }
            return try session.tokens(invocation.positionals)
        }
        guard FilterOptions.isStated(invocation) else {
            throw .usage("no token is given: use ids or names, or filters such as `--user`")
        }
        var ids: [TokenID] = []
        for query in try FilterOptions.queries(session) {
            ids += try session.act { administration throws(AdministrationError) in
                try administration.all(query).map(\.token.id)
            }
        }
        guard !ids.isEmpty else { throw CommandError("no token matches") }
        return ids
    }

    private static func show(_ ids: [TokenID], _ digest: String, _ session: AdministrationSession) throws(CommandError)
    {
        if session.invocation[.json] {
            let members: [JSON.Member] = [
                .init("tokens", .strings(ids.map(\.description))), .init("digest", .string(digest)),
            ]
            session.terminal.print(JSON.object(members).compact)
            return
        }
        try session.print(ids)
        let others = try session.stored { store throws(TokenStoreError) in
            try store.descendants(of: ids, liveAt: session.now).count
        }
        let derived = others == 0 ? "" : ", and \(others) that \(others == 1 ? "was" : "were") derived from them"
        session.terminal.note("\(ids.count) would be revoked\(derived); nothing is changed yet")
        session.terminal.note("to do it, add: --yes --digest \(digest)")
    }
}
