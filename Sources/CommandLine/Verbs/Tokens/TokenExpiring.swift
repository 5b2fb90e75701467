internal import Analysis
internal import Decisions
internal import Files
internal import Glibc
internal import Model
internal import Policies
internal import Presentation
internal import Tokens

extension Verb {
    /// `token expiring`: the tokens that end soon, by the people to tell.
    static let tokenExpiring = Verb(
        name: "token expiring",
        summary: "lists the API tokens that end soon, by whom to tell, with what will stop working",
        options: [
            Option.within, Option.exceeding,
            Option.log.described("a decision log, which says what each token did in the last month"),
            Option.format,
        ],
        uses: .all.adding(Option.json),
        details: [
            "Tokens with a contact are listed under it, others under their owner. Tokens that are suspended, or whose owner or "
                + "combination is not active, are left out: nothing stops with them. So are derived tokens, which are made to "
                + "end soon.",
            "With --exceeding it lists the tokens, whenever they end, that last longer than policies advise or permit today, counted "
                + "from the day on which each was made: what a stricter rule leaves to do.",
            "`notices run` sends what ends soon to the people.",
        ],
        examples: [
            "token expiring --within 60d --log decisions.ndjson", "token expiring --format ics > ends.ics",
        ],
        run: { invocation throws(CommandError) in
            let session = try AdministrationSession(invocation, spansTenants: true)
            let zone = session.onlyZone ?? .utc
            let usual = invocation[.exceeding] ? TimeArgument.moment(.last) : TimeArgument("30d")!
            guard let end = (invocation[.within] ?? usual).end(from: session.now, in: zone) else {
                throw .usage("`--within` must be at most 9999-12-30")
            }
            guard end > session.now else { throw .usage("`--within` is in the past") }
            let ending = try EndingTokens(session, before: end, exceeding: invocation[.exceeding])
            for remark in ending.remarks { invocation.terminal.note(Terminal.escaped(remark)) }
            let format = invocation[.json] ? .json : invocation[.format]
            let report = ExpiringReport(ending.tokens.map { ($0.recipient, $0.token) }, now: session.now)
            if !ending.tokens.isEmpty || format != .text {
                invocation.terminal.show(report.lines(format, columns: invocation.terminal.streams.columns))
            }
            if format == .text { invocation.terminal.note(ending.summary) }
            return ending.isLogWhole ? ExitStatus.done : ExitStatus.failure
        })
}

/// The usable API tokens that end before a time, and that the actor may see.
struct EndingTokens {
    private(set) var tokens: [(recipient: Recipient, token: ExpiringToken)] = []
    /// The number of tokens left out, since nothing stops with them.
    private(set) var unusable = 0
    /// The number of derived tokens left out: they are made to end soon, and their parents are told of.
    private(set) var derived = 0
    /// Sentences about the log; empty without one.
    private(set) var remarks: [String] = []
    /// False when lines of the log could not be read.
    private(set) var isLogWhole = true

    /// - Parameter exceeding: true for those alone that last longer than policies advise or permit.
    init(
        _ session: AdministrationSession, before end: Instant, exceeding: Bool = false
    ) throws(CommandError) {
        var found: [TokenDetails] = []
        for tenant in session.scope {
            var filter = TokenFilter()
            (filter.kind, filter.expiringBefore, filter.order) = (.api, end, .expires)
            let query = filter.query(on: session.directory, tenant: tenant, now: session.now)
            found += try session.act { administration throws(AdministrationError) in try administration.all(query) }
        }
        let unended = found.filter { $0.token.revoked == nil && $0.token.expires > session.now }
        let live = unended.filter { $0.token.parent == nil }
        derived = unended.count - live.count
        let usable = live.filter { session.state($0)?.code == nil }
        unusable = live.count - usable.count
        let uses = try Self.uses(of: usable, session)
        if let uses {
            remarks = uses.remarks(since: Self.monthAgo(session))
            isLogWhole = uses.unread == 0
        }
        let authorizer: Authorizer?
        do throws(PolicyError) { authorizer = exceeding ? try Authorizer(policies: session.policies) : nil } catch {
            throw CommandError(error.message)
        }
        for details in usable {
            let review = authorizer.map { authorizer in
                ExpiryReview(
                    details.token, tenant: details.tenant, authorizer, on: session.directory, now: session.now)
            }
            if review?.exceeds == false { continue }
            let own = uses.map { $0.byToken[details.token.id] ?? TokenUses() }
            let found = ExpiringToken(
                details, uses: own, review: review, on: session.directory, now: session.now)
            guard let token = found else { continue }
            tokens.append((Recipient(details, token), token))
        }
    }

    var summary: String {
        let left =
            unusable == 0 ? "" : "; \(unusable) more cannot be used, and \(unusable == 1 ? "is" : "are") left out"
        let others = derived == 0 ? "" : "; \(derived) derived from others, left out"
        let people = Set(tokens.map(\.recipient)).count
        return "\(counted(tokens.count, "token")) of \(counted(people, "recipient"))\(left)\(others)"
    }

    private static func monthAgo(_ session: AdministrationSession) -> Instant {
        TimeArgument("30d")!.start(before: session.now, in: session.onlyZone ?? .utc) ?? .first
    }

    /// The uses of tokens in the last month; `nil` without a log.
    private static func uses(
        of details: [TokenDetails], _ session: AdministrationSession
    ) throws(CommandError) -> LoggedUses? {
        let invocation = session.invocation
        guard let path = invocation[.log] else { return nil }
        let input = try File.open(path)
        defer { close(input) }
        let end = Instant(microseconds: session.now.microseconds + 1)
        let progress = Progress("lines", invocation.terminal)
        defer { progress.end() }
        let directory = try invocation.directory(.all, of: session.store)
        let uses: LoggedUses
        do throws(PolicyError) {
            uses = try LoggedUses(
                input, in: monthAgo(session)..<end, of: Set(details.map(\.token.id)),
                jobs: InterpreterThread.processors, policies: session.policies,
                directory: directory
            ) { progress.step($0) }
        } catch { throw CommandError(error.message) }
        guard uses.isRead else { throw CommandError("cannot read `\(path)`") }
        guard uses.lines > 0 else { throw CommandError("`\(path)` has no decision") }
        return uses
    }
}

extension Option<TimeArgument?> {
    fileprivate static var within: Self {
        Self("within", "TIME", "those that end by then: a day, or so long from now (30d)")
    }
}

extension Option<Bool> {
    fileprivate static var exceeding: Self {
        Self(flag: "exceeding", "those that last longer than policies advise or permit today")
    }
}

extension Option<ExpiringReport.Format> {
    fileprivate static var format: Self {
        Self("format", "FORMAT", "text, json, csv, ics (a calendar) or markdown", default: .text)
    }
}
