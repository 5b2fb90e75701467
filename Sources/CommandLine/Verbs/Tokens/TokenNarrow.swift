internal import Analysis
internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `token narrow`: gives tokens the smallest ceiling that permits what they did.
    static let tokenNarrow = Verb(
        name: "token narrow",
        summary: "limits tokens to what they used, by a decision log; without --yes it only shows the ceilings",
        positionals: [.tokenOrFilters],
        options: [
            Option.fromLog, Option.window, Option.also, Option.adviceJobs,
        ] + FilterOptions.ofEveryKind + BudgetOptions.all + [
            Option.yes.described("do it; with filters it needs --digest"), Option.digest, Option.reason,
        ] + AdviceOptions.all,
        details: [
            "For each token it looks for the fewest permissions and departments of its combination with which each logged "
                + "request stays permitted that is permitted today, and decides all of them again with that ceiling.",
            "A ceiling only narrows: an existing one is never widened, and what the token used before does not come back.",
            "All tokens are narrowed in one transaction, or none. `token amend` changes a ceiling again.",
            "exit status: 0 done, 1 nothing can be proposed for the token or parts of the log could not be read, 2 deny, "
                + "3 policies do not load, 64 wrong usage",
        ],
        examples: [
            "token narrow 'Warehouse sync' --from-log decisions.ndjson",
            "token narrow 'Warehouse sync' --from-log decisions.ndjson --also networks --yes",
            "token narrow --department Sales --from-log decisions.ndjson --window 180d",
        ],
        run: run)

    private static func run(_ invocation: Invocation) throws(CommandError) -> Int32 {
        try AdviceOptions.check(invocation)
        guard let path = invocation[.fromLog] else { throw .missing([Option.fromLog]) }
        try LoggedAdvice.check(path, Option.fromLog, invocation)
        let isOfOne = !invocation.positionals.isEmpty
        if invocation[.yes], !isOfOne, invocation[.digest] == nil {
            throw .usage("`--yes` for several tokens needs `--digest`, which a run without `--yes` prints")
        }
        let session = try AdministrationSession(invocation, acting: .amend, spansTenants: true)
        let selected = try LoggedAdvice.tokens(session)
        // Read before the directory: a token that changes meanwhile is found out.
        var versions: [TokenID: Int64] = [:]
        for id in selected.ids { versions[id] = try session.details(id)?.version }
        let report = try LoggedAdvice(path, of: selected.ids, limiting: invocation[.also], session).report
        let proposals = report.proposals
        // Derived tokens first: otherwise those from which they were derived would change them before.
        let ids = try session.stored { store throws(TokenStoreError) in
            try store.childrenFirst(proposals.keys.sorted())
        }
        let amendments = ids.map { id in
            Administration.Amendment(id, TokenChange(ceiling: proposals[id]), of: versions[id])
        }
        let digest = SelectionDigest.of(lines: proposals.map { "\($0.key) \($0.value.json.compact)" })
        if let stated = invocation[.digest], stated != digest {
            throw CommandError("the proposals no longer match the digest `\(stated)`; look again without `--yes`")
        }
        if let unknown = report.unknownUses {
            show(report, digest, selected.leftOut, invocation)
            throw CommandError("\(unknown); nothing is changed")
        }
        if invocation[.yes] {
            remark(report, selected.leftOut, invocation)
        } else {
            try session.act { administration throws(AdministrationError) in try administration.require(amendments) }
            show(report, digest, selected.leftOut, invocation)
            try tellDerived(ids, session)
        }
        guard !amendments.isEmpty else { return nothing(report, isOfOne, invocation) }
        if !invocation[.yes] {
            let question = "narrow \(amendments.count == 1 ? "it" : "these \(amendments.count)")?"
            guard Prompt.confirm(question, invocation.terminal) == true else {
                let consent = isOfOne ? "--yes" : "--yes --digest \(digest)"
                invocation.terminal.note("nothing is changed yet; to do it, add: \(consent)")
                return ExitStatus.done
            }
        }
        _ = try session.act { administration throws(AdministrationError) in
            try administration.amend(amendments, advised: AdvicePrompt(invocation: invocation).respond)
        }
        try tell(amendments, digest, session)
        return ExitStatus.done
    }

    /// Says that nothing is narrowed. For one token of which nothing is known it is a failure.
    private static func nothing(_ report: AdviceReport, _ isOfOne: Bool, _ invocation: Invocation) -> Int32 {
        if invocation[.yes], !invocation[.json] {
            for token in report.tokens where isOfOne { report.narrowingFields(token).print(invocation) }
        }
        if invocation[.yes], invocation[.json] { print(report, [], invocation) }
        invocation.terminal.note("no token is narrowed")
        return isOfOne && report.tokens.contains { $0.obstacle != nil } ? ExitStatus.failure : ExitStatus.done
    }

    private static func show(_ report: AdviceReport, _ digest: String, _ leftOut: Int, _ invocation: Invocation) {
        let terminal = invocation.terminal
        if invocation[.json] {
            print(report, [.init("digest", .string(digest))], invocation)
        } else if !invocation.positionals.isEmpty {
            for token in report.tokens { report.narrowingFields(token).print(invocation) }
        } else {
            report.narrowingListing.table.print(to: terminal)
            terminal.note("\(report.proposals.count) of \(counted(report.tokens.count, "token")) would be narrowed")
        }
        remark(report, leftOut, invocation)
    }

    private static func remark(_ report: AdviceReport, _ leftOut: Int, _ invocation: Invocation) {
        let terminal = invocation.terminal
        for remark in report.remarks where !invocation[.json] { terminal.note(Terminal.escaped(remark)) }
        if leftOut > 0 { terminal.note("\(counted(leftOut, "token")) revoked or expired, and left out") }
    }

    /// Says how many derived tokens would follow.
    private static func tellDerived(_ ids: [TokenID], _ session: AdministrationSession) throws(CommandError) {
        let count = try session.stored { store throws(TokenStoreError) in
            try store.descendants(of: ids, liveAt: session.now).count
        }
        guard count > 0 else { return }
        session.terminal.note(
            "\(counted(count, "derived token")) would be narrowed with them, or end; their uses count")
    }

    private static func print(_ report: AdviceReport, _ members: [JSON.Member], _ invocation: Invocation) {
        let rows = report.narrowingListing.rows
        invocation.terminal.print(
            JSON.object([.init("tokens", rows), .init("remarks", .strings(report.remarks))] + members).compact)
    }

    private static func tell(
        _ amendments: [Administration.Amendment], _ digest: String, _ session: AdministrationSession
    ) throws(CommandError) {
        let invocation = session.invocation
        if invocation[.json] {
            let members: [JSON.Member] = [
                .init("narrowed", .strings(amendments.map(\.id.description))), .init("digest", .string(digest)),
            ]
            return invocation.terminal.print(JSON.object(members).compact)
        }
        invocation.terminal.print("\(counted(amendments.count, "token")) narrowed")
        for amendment in amendments {
            if let details = try session.details(amendment.id) { session.noteAboutCeiling(of: details) }
        }
    }
}

extension Option<String?> {
    fileprivate static var fromLog: Self {
        Self("from-log", "FILE", "the decision log with the tokens' uses, that of `decide`, `batch` and `repl`")
    }
}

extension Option<Set<Ceiling.Part>> {
    /// The parts that a ceiling may have beside permissions and departments.
    private static let others: [Ceiling.Part] = [.networks, .hours, .purpose]

    fileprivate static var also: Self {
        let names = others.map(\.rawValue).joined(separator: ", ")
        return Self("also", "PART[,…]", "limit these as well to what was used: \(names)", absent: []) {
            text throws(CommandError) in
            var parts: Set<Ceiling.Part> = []
            for word in try CeilingOptions.parts(text, for: "--also") {
                guard let part = Ceiling.Part(rawValue: word), others.contains(part) else {
                    throw .usage("`--also` takes \(names), got `\(word)`")
                }
                parts.insert(part)
            }
            return parts
        }
    }
}
