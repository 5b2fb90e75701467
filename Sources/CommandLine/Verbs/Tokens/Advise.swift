internal import Analysis
internal import Decisions
internal import Files
internal import Glibc
internal import Model
internal import Policies
internal import Presentation
internal import Tokens

extension Verb {
    /// `advise`: the least that tokens need, by a decision log.
    static let advise = Verb(
        name: "advise",
        summary: "shows the least that tokens need, by a decision log, and which are idle or too powerful",
        positionals: [
            .init(
                name: "TOKEN", help: "the token, by id or name; all that the filters match without it", isOptional: true
            )
        ],
        options: [
            Option.log.described("the decision log with the tokens' uses, that of `decide`, `batch` and `repl`"),
            Option.window,
            Option.within, Option.apply, Option.csv, Option.jobs,
        ] + FilterOptions.all + BudgetOptions.all,
        details: [
            "For each token it looks for the smallest of its user's own combinations, and for the least that a new user type "
                + "must have, with which each logged request stays permitted that is permitted today. Each is decided again "
                + "with it, at its own time. It changes nothing.",
            "Without a TOKEN it lists all tokens that are neither revoked nor expired: the last use, the uses in the window, "
                + "the permissions that it holds and needs, and what is noticed.",
            "With --apply it prints the commands that carry the advice out, for review.",
            "exit status: 0 done, 1 lines of the log could not be read, 3 policies do not load, 64 wrong usage",
        ],
        examples: [
            "advise 'Warehouse sync' --log decisions.ndjson", "advise --log decisions.ndjson --window 180d --csv",
            "advise --log decisions.ndjson --apply > narrow.sh",
        ],
        run: run)

    /// The window without `--window`, and the time without `--within`.
    private static let usualWindow = TimeArgument("90d")!
    private static let soon = TimeArgument("30d")!

    private static func run(_ invocation: Invocation) throws(CommandError) -> Int32 {
        try Listing.check(invocation)
        guard let path = invocation[.log] else { throw .missing([Option.log]) }
        guard path != "-" else { throw .usage("`--log` must be a file, since it is read more than once") }
        let isOfOne = !invocation.positionals.isEmpty
        guard !isOfOne || !FilterOptions.isStated(invocation) else {
            throw .usage("a token and filters cannot be combined; use only one of them")
        }
        if invocation[.apply], invocation[.json] || invocation[.csv] {
            throw .usage("`--apply` prints commands: leave out `--json` and `--csv`")
        }
        guard !invocation[.apply] || invocation[.as] != "-" else {
            throw .usage("`--apply` prints commands, which hold no token string: name who acts with `--as USER`")
        }
        guard !isOfOne || !invocation[.csv] else { throw .usage("`--csv` is for a list: leave out the token") }
        let session = try AdministrationSession(invocation, spansTenants: true)
        let (ids, leftOut) = try isOfOne ? (session.tokens(invocation.positionals), 0) : selection(session)
        let directory = try invocation.directory(.all, of: session.store)
        let options = try options(session)
        guard (try? FileStatus(of: path))?.kind != .folder else {
            throw CommandError("`\(path)` is a folder, not a log")
        }
        let input = try File.open(path)
        defer { close(input) }
        let progress = Progress("lines", invocation.terminal)
        let advice: UsageAdvice
        do throws(PolicyError) {
            advice = try UsageAdvice(
                input, of: ids.compactMap(directory.token), options, policies: session.policies, directory: directory
            ) { progress.step($0) }
        } catch { throw CommandError(error.message) }
        progress.end()
        guard advice.isRead else {
            throw CommandError("cannot read `\(path)` twice: it must be a file, not a pipe")
        }
        guard advice.log.lines > 0 else { throw CommandError("`\(path)` has no decision") }
        guard advice.log.omitted.count < advice.log.lines || advice.log.unread > 0 else {
            throw CommandError("no line of `\(path)` is of a token of this store: it is the log of another one")
        }
        var digits: [TokenID: Int] = [:]
        for id in ids { digits[id] = try session.digits(of: id) }
        let report = AdviceReport(advice, options, on: directory) { digits[$0] ?? 32 }
        try show(report, advice, leftOut, invocation)
        return advice.log.unread == 0 ? ExitStatus.done : ExitStatus.failure
    }

    private static func options(_ session: AdministrationSession) throws(CommandError) -> UsageAdvice.Options {
        let (invocation, now) = (session.invocation, session.now)
        let zone = session.onlyZone ?? .utc
        let start = try invocation.start(invocation[.window] ?? usualWindow, Option.window, before: now, in: zone)
        guard start < now else { throw .usage("`--window` must begin in the past") }
        guard let soon = (invocation[.within] ?? soon).end(from: now, in: zone) else {
            throw .usage("`--within` must be at most 9999-12-30")
        }
        // A line of this very moment is in the window.
        let end = Instant(microseconds: now.microseconds + 1)
        var options = UsageAdvice.Options(window: start..<end, now: now, expiringBefore: soon)
        options.jobs = invocation[.jobs]
        options.budget = invocation.budget
        return options
    }

    /// The tokens that the filters match and the actor may see, and the number of those that have ended.
    private static func selection(_ session: AdministrationSession) throws(CommandError) -> ([TokenID], Int) {
        var ids: [TokenID] = []
        var ended = 0
        let queries = try FilterOptions.queries(session, absent: TokenKind.allCases)
        _ = try session.act { administration throws(AdministrationError) in
            try administration.each(queries, most: .max, cursor: nil) { details in
                if details.token.revoked != nil || details.token.expires <= session.now {
                    ended += 1
                } else {
                    ids.append(details.token.id)
                }
                return true
            }
        }
        guard !ids.isEmpty else {
            throw CommandError("no token matches\(ended > 0 ? " that is neither revoked nor expired" : "")")
        }
        return (ids, ended)
    }

    private static func show(
        _ report: AdviceReport, _ advice: UsageAdvice, _ leftOut: Int, _ invocation: Invocation
    ) throws(CommandError) {
        let terminal = invocation.terminal
        if invocation[.apply] {
            let program = "demilune" + words([.store, .keys, .policies, .plugins], invocation)
            for line in report.commands(program: program, actor: words([.as], invocation)) { terminal.print(line) }
        } else if !invocation.positionals.isEmpty {
            report.fields(advice.tokens[0]).print(invocation)
        } else if invocation[.json] {
            terminal.print(report.json.pretty)
        } else if invocation[.csv] {
            terminal.write(Array(report.csv.utf8))
        } else {
            try report.listing.print(invocation, "token")
            terminal.note("\(report.noticed) with something noticed")
        }
        guard !invocation[.json] else { return }
        if !invocation[.apply] { for remark in report.remarks { terminal.note(Terminal.escaped(remark)) } }
        if leftOut > 0 { terminal.note("\(counted(leftOut, "token")) revoked or expired, and left out") }
    }

    /// Options as a shell reads them, each with its value.
    private static func words(_ options: [Option<String?>], _ invocation: Invocation) -> String {
        options.compactMap { option in
            invocation.text(of: option).map { " \(option.flag) \(AdviceReport.quoted($0))" }
        }.joined()
    }
}

extension Option<TimeArgument?> {
    fileprivate static var window: Self {
        Self("window", "TIME", "the uses that count: since a day, or for so long (90d)")
    }
    fileprivate static var within: Self {
        Self("within", "TIME", "tokens that end by then expire soon: a day, or so long from now (30d)")
    }
}

extension Option<Bool> {
    fileprivate static var apply: Self {
        Self(flag: "apply", "print the commands that carry the advice out, and run none")
    }
}

extension Option<Int> {
    fileprivate static var jobs: Self { .threads("threads that decide (one per core)") }
}
