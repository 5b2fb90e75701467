internal import Analysis
internal import Model
internal import Presentation

extension Verb {
    /// `advise`: the least that tokens need, by a decision log.
    static let advise = Verb(
        name: "advise",
        summary: "shows the least that tokens need, by a decision log, and which are idle or too powerful",
        positionals: [.tokenOrFilters],
        options: [
            Option.log.described("the decision log with the tokens' uses, that of `decide`, `batch` and `repl`"),
            Option.window,
            Option.within, Option.apply, Option.csv, Option.adviceJobs,
        ] + FilterOptions.ofEveryKind + BudgetOptions.all,
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

    private static func run(_ invocation: Invocation) throws(CommandError) -> Int32 {
        try Listing.check(invocation)
        guard let path = invocation[.log] else { throw .missing([Option.log]) }
        try LoggedAdvice.check(path, Option.log, invocation)
        if invocation[.apply], invocation[.json] || invocation[.csv] {
            throw .usage("`--apply` prints commands: leave out `--json` and `--csv`")
        }
        guard !invocation[.apply] || invocation[.as] != "-" else {
            throw .usage("`--apply` prints commands, which hold no token string: name who acts with `--as USER`")
        }
        guard invocation.positionals.isEmpty || !invocation[.csv] else {
            throw .usage("`--csv` is for a list: leave out the token")
        }
        let session = try AdministrationSession(invocation, spansTenants: true)
        let selected = try LoggedAdvice.tokens(session)
        let found = try LoggedAdvice(path, of: selected.ids, expiringWithin: invocation[.within], session)
        try show(found.report, found.advice, selected.leftOut, invocation)
        return found.advice.log.unread == 0 ? ExitStatus.done : ExitStatus.failure
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
    fileprivate static var within: Self {
        Self("within", "TIME", "tokens that end by then expire soon: a day, or so long from now (30d)")
    }
}

extension Option<Bool> {
    fileprivate static var apply: Self {
        Self(flag: "apply", "print the commands that carry the advice out, and run none")
    }
}
