internal import Decisions
internal import Model
internal import Presentation
internal import Tokens

extension Verb {
    /// `review start`: begins a review of access.
    static let reviewStart = Verb(
        name: "review start",
        summary: "begins an access review: freezes tokens and what they may do; without --yes it only shows which",
        positionals: [.newReview],
        options: FilterOptions.all + [
            Option.atClose, Option.due, Option.yes, Option.digest, Option.reason,
        ],
        details: [
            "Each token of the review is to be attested or revoked by somebody. `review close` suspends or only reports what "
                + "nobody attested, as `--at-close` states.",
            "Tokens that are revoked or expired are left out. So are those that were derived from others of the review: they "
                + "may do no more than these, and end with them.",
        ],
        examples: [
            "review start '2026-Q4' --user-type Integrator --at-close suspend --due 30d",
            "review status 2026-Q4", "review attest 2026-Q4 'Warehouse sync' --reason 'still needed'",
        ],
        run: start)

    private static func start(_ invocation: Invocation) throws(CommandError) -> Int32 {
        guard let atClose = invocation[.atClose] else { throw .missing([Option.atClose]) }
        let session = try AdministrationSession(invocation, acting: .revoke)
        let due = try session.end(Option.due)
        if let due, due <= session.now {
            throw .usage("`--due \(invocation.text(of: Option<TimeArgument?>.due) ?? "")` is in the past")
        }
        let (ids, remarks) = try population(session)
        for remark in remarks { session.terminal.note(remark) }
        let name = ExactName(invocation.positionals[0])
        let draft = ReviewDraft(
            name: name, tenant: session.tenant.id, atClose: atClose, due: due,
            filters: FilterOptions.words(invocation))
        try session.act { administration throws(AdministrationError) in try administration.require(.revoke, ids) }
        let frozen = try session.act { administration throws(AdministrationError) in
            try administration.frozen(ids)
        }
        let digest = TokenService.digest(of: frozen)
        if let stated = invocation[.digest], stated != digest {
            throw CommandError(
                "the tokens do not match the digest `\(stated)`; look again without `--yes` and `--digest`")
        }
        if !invocation[.yes] {
            try show(ids, digest, session)
            let question = "begin the review of \(ids.count == 1 ? "it" : "these \(ids.count)")?"
            guard Prompt.confirm(question, session.terminal) == true else {
                session.terminal.note("nothing is changed yet; to do it, add: --yes --digest \(digest)")
                return ExitStatus.done
            }
        }
        let review = try session.act { administration throws(AdministrationError) in
            try administration.startReview(draft, ids, expecting: digest)
        }
        if invocation[.json] {
            try session.report(of: review.name).fields.print(invocation)
        } else {
            let due = review.due.map { ", due \(LocalTime.expiry($0, in: session.zone))" } ?? ""
            session.terminal.print(
                "the review `\(Terminal.escaped(review.name))` has begun: \(counted(review.count, "token"))\(due)")
            session.terminal.print("digest  \(review.digest)")
        }
        return ExitStatus.done
    }

    /// The tokens that the filters match, and sentences about those that are left out.
    private static func population(
        _ session: AdministrationSession
    ) throws(CommandError) -> (ids: [TokenID], remarks: [String]) {
        var found: [TokenDetails] = []
        for query in try FilterOptions.queries(session) {
            found += try session.act { administration throws(AdministrationError) in try administration.all(query) }
        }
        let live = found.filter { $0.token.revoked == nil && $0.token.expires > session.now }
        let chosen = Set(live.map(\.token.id))
        let ids = try session.stored { store throws(TokenStoreError) in
            var ids: [TokenID] = []
            for details in live where try !store.ancestors(of: details.token).contains(where: chosen.contains) {
                ids.append(details.token.id)
            }
            return ids
        }
        guard !ids.isEmpty else {
            throw CommandError("no token matches that is neither revoked nor expired")
        }
        var remarks: [String] = []
        if found.count > live.count { remarks.append("\(found.count - live.count) revoked or expired, and left out") }
        if live.count > ids.count {
            remarks.append("\(live.count - ids.count) derived from others of these, and left out")
        }
        return (ids, remarks)
    }

    private static func show(
        _ ids: [TokenID], _ digest: String, _ session: AdministrationSession
    ) throws(CommandError) {
        if session.invocation[.json] {
            let members: [JSON.Member] = [
                .init("tokens", .strings(ids.map(\.description))), .init("digest", .string(digest)),
            ]
            return session.terminal.print(JSON.object(members).compact)
        }
        try session.print(ids)
        session.terminal.note("\(counted(ids.count, "token")) would be reviewed")
    }
}

extension AdministrationSession {
    /// The report of a review of the session's tenant.
    func report(of name: ExactName) throws(CommandError) -> ReviewReport {
        let (review, items) = try act { administration throws(AdministrationError) in
            try administration.review(name, of: tenant.id)
        }
        return try report(review, items)
    }

    func report(_ review: Review, _ items: [ReviewItem]) throws(CommandError) -> ReviewReport {
        var digits: [TokenID: Int] = [:]
        // The whole ids are shown where nobody reads them on a screen.
        if invocation.terminal.streams.columns != nil {
            for item in items { digits[item.id] = try self.digits(of: item.id) }
        }
        return ReviewReport(review, items, tenantView) { digits[$0] ?? 32 }
    }
}

extension Verb.Positional {
    fileprivate static let newReview = Verb.Positional(
        name: "NAME", help: "its name, such as 2026-Q4, which no other review of the tenant had")
}

extension Option<Review.AtClose?> {
    fileprivate static var atClose: Self {
        Self("at-close", "WHAT", "what becomes of tokens that nobody attested: suspend, or report alone")
    }
}

extension Option<TimeArgument?> {
    fileprivate static var due: Self {
        Self("due", "TIME", "the day by which it should be closed, or so long from now")
    }
}
