internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `review attest`: says that tokens of a review are to keep what they may do.
    static let reviewAttest = Verb(
        name: "review attest",
        summary: "attests tokens of a review: they are to keep what they may do; at a terminal it asks for each",
        positionals: [.review, .reviewed],
        options: FilterOptions.ofEveryKind + [
            Option.yes.described("do it; with filters it needs --digest"), Option.digest, Option.reason,
            Option.ignoreAdvice,
        ],
        details: [
            "All are attested in one transaction, or none. Policies decide who attests (`token.attest`): nobody their own.",
            "A token that may do more than when the review began cannot be attested: nobody looked at that. Narrow or revoke "
                + "it, or begin another review.",
            "With filters it takes those that nobody has answered yet, and leaves out those that may do more.",
        ],
        examples: [
            "review attest 2026-Q4 'Warehouse sync' --reason 'still needed'",
            "review attest 2026-Q4 --department Sales --reason 'checked with the owners'",
        ],
        run: { invocation throws(CommandError) in
            if invocation.positionals.count == 1, !FilterOptions.isStated(invocation) {
                return try ReviewWalk(invocation).run()
            }
            return try ReviewAnswer(invocation, .attest).run()
        })

    /// `review revoke`: revokes tokens of a review.
    static let reviewRevoke = Verb(
        name: "review revoke", summary: "revokes tokens of a review; without --yes it only shows which",
        positionals: [.review, .reviewed],
        options: FilterOptions.ofEveryKind + [
            Option.yes.described("do it; with filters it needs --digest"), Option.digest, Option.reason,
        ],
        details: [
            "All are revoked in one transaction, or none; so are the tokens derived from them. Who may revoke them is decided as "
                + "for `token revoke`.",
            "One that was attested before can be revoked: the later answer counts.",
        ],
        examples: ["review revoke 2026-Q4 'Price feed' --reason 'nobody uses it' --yes"],
        run: { invocation throws(CommandError) in try ReviewAnswer(invocation, .revoke).run() })
}

/// An answer to tokens of a review: to some by name, or to all that filters match.
private struct ReviewAnswer {
    private let invocation: Invocation
    /// `attest` or `revoke`.
    private let kind: DecisionKind
    private let session: AdministrationSession
    private let name: ExactName
    private var act: ReviewAct { kind == .attest ? .attest : .revoke }
    private var byFilters: Bool { FilterOptions.isStated(invocation) }

    init(_ invocation: Invocation, _ kind: DecisionKind) throws(CommandError) {
        (self.invocation, self.kind) = (invocation, kind)
        guard invocation.statedReason != nil else { throw .missing([Option.reason]) }
        let tokens = invocation.positionals.dropFirst()
        guard tokens.isEmpty || !FilterOptions.isStated(invocation) else {
            throw .usage("tokens and filters cannot be combined; use only one of them")
        }
        guard !tokens.isEmpty || FilterOptions.isStated(invocation) else {
            throw .usage("no token is given: use ids or names, or filters such as `--user`")
        }
        session = try AdministrationSession(invocation, acting: kind)
        name = ExactName(invocation.positionals[0])
    }

    func run() throws(CommandError) -> Int32 {
        let ids = byFilters ? try matching() : try session.tokens(Array(invocation.positionals.dropFirst()))
        let digest = SelectionDigest.of(ids)
        if let stated = invocation[.digest], stated != digest {
            throw CommandError(
                "the tokens do not match the digest `\(stated)`; look again without `--yes` and `--digest`")
        }
        if act == .revoke || byFilters {
            guard try isConsented(ids, digest) else { return ExitStatus.done }
        }
        let (now, already) = try session.act { administration throws(AdministrationError) in
            act == .attest
                ? try administration.attest(
                    ids, in: name, of: session.tenant.id,
                    advised: AdvicePrompt(invocation: invocation, takesDay: false).respond)
                : try administration.revoke(ids, in: name, of: session.tenant.id)
        }
        if invocation[.json] {
            let members: [JSON.Member] = [
                .init(ExactName(act.word), .integer(Int64(now))), .init("already", .integer(Int64(already))),
                .init("digest", .string(digest)),
            ]
            session.terminal.print(JSON.object(members).compact)
        } else {
            let before = already == 0 ? "" : ", \(already) \(act.word) already"
            session.terminal.print("\(now) \(act.word)\(before)")
        }
        return ExitStatus.done
    }

    /// The tokens of the review that the filters match and that are to be answered.
    private func matching() throws(CommandError) -> [TokenID] {
        let report = try session.report(of: name)
        if let end = report.review.end {
            throw CommandError("the review was closed at \(LocalTime.stated(end.time, in: session.zone))")
        }
        var found: Set<TokenID> = []
        for query in try FilterOptions.queries(session, absent: TokenKind.allCases) {
            found.formUnion(
                try session.act { administration throws(AdministrationError) in
                    try administration.all(query).map(\.token.id)
                })
        }
        let items = report.items.filter { found.contains($0.id) }
        let open = items.filter { act == .attest ? $0.verdict == nil : !$0.isGone && $0.verdict != .revoke }
        let isPermitted = try session.act { administration throws(AdministrationError) in
            try administration.mayAnswer(kind, tenant: session.tenant.id)
        }
        let own = open.filter { $0.details.map { isPermitted($0.token) } ?? false }
        let chosen = act == .attest ? own.filter { $0.isAttestable(at: session.now) } : own
        func note(_ count: Int, _ words: String) {
            if count > 0 { session.terminal.note("\(counted(count, "token")) \(words), and left out") }
        }
        note(items.count - open.count, act == .attest ? "answered or revoked already" : "revoked already")
        note(open.count - own.count, "that you may not \(act == .attest ? "attest" : "revoke")")
        let changed = own.count { !$0.gains.isEmpty }
        if act == .attest {
            note(changed, "may do more than when the review began")
            note(own.count - changed - chosen.count, "expired or changed without the store's keys")
        }
        guard !chosen.isEmpty else { throw CommandError("no token of the review matches that is to be answered") }
        return chosen.map(\.id)
    }

    /// Shows which tokens it would be, unless `--yes` says that somebody has looked.
    private func isConsented(_ ids: [TokenID], _ digest: String) throws(CommandError) -> Bool {
        if invocation[.yes] {
            guard !byFilters || invocation[.digest] != nil else {
                throw .usage("`--yes` with filters needs `--digest`, which a run without `--yes` prints")
            }
            return true
        }
        try session.act { administration throws(AdministrationError) in try administration.require(kind, ids) }
        if invocation[.json] {
            let members: [JSON.Member] = [
                .init("tokens", .strings(ids.map(\.description))), .init("digest", .string(digest)),
            ]
            session.terminal.print(JSON.object(members).compact)
        } else {
            try session.print(ids)
        }
        session.terminal.note("\(counted(ids.count, "token")) would be \(act.word)")
        if Prompt.confirm("do it?", session.terminal) == true { return true }
        session.terminal.note("nothing is changed yet; to do it, add: --yes\(byFilters ? " --digest \(digest)" : "")")
        return false
    }
}

/// A walk through the tokens of a review that nobody has answered, with a person at a terminal.
private struct ReviewWalk {
    private let invocation: Invocation
    private let session: AdministrationSession

    init(_ invocation: Invocation) throws(CommandError) {
        self.invocation = invocation
        guard invocation.terminal.streams.isInteractive else {
            throw .usage("no token is given: use ids or names, or filters such as `--user`")
        }
        session = try AdministrationSession(invocation, acting: .attest)
    }

    func run() throws(CommandError) -> Int32 {
        let terminal = session.terminal
        let report = try session.report(of: ExactName(invocation.positionals[0]))
        let open = report.review.end == nil ? report.items.filter { $0.verdict == nil } : []
        for (number, item) in open.enumerated() {
            terminal.note("\(number == 0 ? "" : "\n")\(number + 1) of \(open.count)")
            report.fields(of: item).print(invocation)
            let choices = (item.isAttestable(at: session.now) ? ["attest"] : []) + ["revoke", "stop"]
            let chosen: Int?
            // The end of the input stops, as "stop" does.
            do throws(CommandError) {
                chosen = try Prompt("what about it?", choices).ask(terminal, none: "go on to the next")
            } catch { break }
            guard let chosen else { continue }
            if choices[chosen] == "stop" { break }
            try answer(item.id, choices[chosen], report.review)
        }
        let left = try session.report(of: report.review.name).left
        terminal.note(
            report.review.end == nil
                ? "\(left) left" : "the review is closed: nothing is left to attest")
        return ExitStatus.done
    }

    private func answer(_ id: TokenID, _ choice: String, _ review: Review) throws(CommandError) {
        let terminal = session.terminal
        if invocation[.reason] == nil { terminal.prompt("the reason: ") }
        let line = invocation[.reason] ?? terminal.streams.line()?.filter { !$0.isNewline }
        guard let reason = line.flatMap(Invocation.reason) else {
            return terminal.note("no reason is given, so nothing is changed")
        }
        // The walk may last for hours.
        let now = invocation.isTimeStated ? session.now : max(.now(), session.now)
        do throws(CommandError) {
            let isDone = try session.act { administration throws(AdministrationError) in
                administration.state(reason: reason, at: now)
                if choice == "revoke" {
                    return try administration.revoke([id], in: review.name, of: session.tenant.id).answered == 1
                }
                return try administration.attest(
                    [id], in: review.name, of: session.tenant.id,
                    advised: AdvicePrompt(invocation: invocation, takesDay: false).respond
                ).answered == 1
            }
            terminal.note(isDone ? "\(choice == "revoke" ? "revoked" : "attested")" : "somebody has answered already")
        } catch {
            // One that is denied is left, and the others go on.
            for message in error.messages { terminal.note(message) }
        }
    }
}

extension Verb.Positional {
    static let review = Verb.Positional(name: "REVIEW", help: "the name of a review of the tenant")

    fileprivate static let reviewed = Verb.Positional(
        name: "TOKEN",
        help: "ids, their first \(TokenID.shortestPrefix) digits or more, or unique names; none with filters",
        isOptional: true, isRepeated: true)
}
