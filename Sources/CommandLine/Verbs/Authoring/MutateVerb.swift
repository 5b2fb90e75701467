internal import Analysis
internal import Decisions
internal import Engine
internal import Model
internal import Plugins
internal import Policies
internal import PolicyTesting
internal import Presentation

extension Verb {
    /// `mutate`: the changes of policies that no test notices.
    static let mutate = Verb(
        name: "mutate", summary: "changes the policies bit by bit, and shows the changes that no test notices",
        positionals: [
            .init(
                name: "PATH", help: "files of policies or libraries, or a folder of policies (--policies)",
                isOptional: true, isRepeated: true)
        ],
        options: [
            Option.changed, Option.minScore, Option.format, Option.noSuggest, Option.trace.described(traceHelp),
            Option.isolate,
        ],
        uses: .all.removing(Option.as, Option.tenant),
        details: [
            "A mutant is the policies with one small change: a comparison flipped, a branch removed, a default changed … The "
                + "tests that reach the change are run; a mutant is killed when one fails. The mutation score is the part of the "
                + "mutants that are killed, of those that load.",
            "exit status: 0 done, 3 policies or plugins do not load, 4 a test fails without any change or there is none, 5 the "
                + "score is below --min-score or cannot be measured, 64 wrong usage",
        ],
        examples: ["mutate", "mutate policies/expiry_cap.lua", "mutate --changed main --min-score 95"],
        run: { invocation throws(CommandError) in try MutateCommand.run(invocation) })

    private static let traceHelp = "show every mutant that survives or does not load"
}

/// The implementation of `mutate`.
private enum MutateCommand {
    static func run(_ invocation: Invocation) throws(CommandError) -> Int32 {
        if try Isolation.isAsked(invocation, without: []) { return try isolated(invocation) }
        let terminal = invocation.terminal
        let format = invocation[.json] ? .json : invocation[.format]
        if invocation[.trace], format != .text {
            throw .usage("`--trace` has no effect: the format \(format.rawValue) has every mutant")
        }
        let (folder, files) = try place(invocation)
        let read = try invocation.policyFiles(folder)
        try require(files, of: read.policies)
        let changed = try changed(read.policies, invocation)
        let (organisations, now) = try invocation.testOrganisations()
        if invocation[.isolate] {
            try Isolation.confine(memory: 1 << 30, threads: InterpreterThread.processors)
        }
        let tests: PolicyTests
        do throws(PolicyError) {
            tests = try PolicyTests(read.loadedPlugins().source, organisations: organisations, now: now)
        } catch { throw CommandError(error.message) }
        var selection = PolicyTests.MutationSelection()
        (selection.files, selection.lines) = (files, changed?.lines)
        selection.suggestsTests = !invocation[.noSuggest]
        selection.isEquivalent = equivalence(tests)
        let dots = format == .text && terminal.streams.isOutputTerminal ? TestDots(terminal) : nil
        if let dots { selection.progress = { dots.note($0) } }
        let run = tests.mutated(selection)
        dots?.end()
        guard run.isReady else { return try refuse(run, format, folder, invocation) }
        let report = MutationReport(run, notMutated: notMutated(read), isWhole: invocation[.trace])
        show(report, run, format, terminal)
        return try status(run, invocation)
    }

    /// Tells whether other policies decide every request as those of the tests do, on every branch and with any settings.
    private static func equivalence(_ tests: PolicyTests) -> ((PolicySet) -> Bool)? {
        guard let before = PolicySet.load(tests.source).set else { return nil }
        return { after in
            var options = Exploration.Options(now: .now())
            options.limits.isOver = SteadyClock.limit(seconds: proofSeconds)
            return (try? BranchComparison(before, after, options: options, anySettings: true))??.isEqual() ?? false
        }
    }

    /// The most time for the proof that one mutant is equivalent.
    private static let proofSeconds = 2

    private static func show(
        _ report: MutationReport, _ run: MutationRun, _ format: MutationReport.Format, _ terminal: Terminal
    ) {
        switch format {
        case .json: terminal.show(.verbatim(report.json.pretty))
        case .github:
            terminal.show(report.annotations)
            for line in report.summary { terminal.note(line.text) }
        case .text:
            terminal.show(report.findings)
            if !run.entries.isEmpty { report.table.print(to: terminal) }
            terminal.show(report.summary)
        }
        if let remark = report.remark, format != .json { terminal.note(remark) }
    }

    /// The exit status of a run whose mutants were made.
    ///
    /// Where no code has changed, there is nothing to judge; any other run without a score misses `--min-score`.
    private static func status(_ run: MutationRun, _ invocation: Invocation) throws(CommandError) -> Int32 {
        let terminal = invocation.terminal
        let count = run.count()
        let least = invocation[.minScore]
        if run.entries.isEmpty, let revision = invocation[.changed] {
            terminal.note("nothing to mutate has changed since `\(revision)`")
            return ExitStatus.done
        }
        guard let least, !count.isAtLeast(least) else { return ExitStatus.done }
        terminal.complain(
            count.score.map { "the mutation score is \($0) %, but \(least) % are required" }
                ?? "the mutation score is unknown, but \(least) % are required")
        return ExitStatus.gate
    }

    /// Reports the reason why there are no mutants.
    private static func refuse(
        _ run: MutationRun, _ format: MutationReport.Format, _ folder: String, _ invocation: Invocation
    ) throws(CommandError) -> Int32 {
        let terminal = invocation.terminal
        let kind: TestReport.Format = format == .json ? .json : format == .github ? .github : .text
        terminal.show(TestReport(run.tests, isWhole: invocation[.trace]).lines(kind))
        guard run.tests.faults.isEmpty else { return ExitStatus.policies }
        terminal.complain(
            run.tests.results.isEmpty
                ? "there was no test to run in `\(folder)`"
                : "no mutant was made: every test must pass before the policies are changed")
        return ExitStatus.tests
    }

    // MARK: Selection

    /// The folder of the policies, and the files to change; `nil` for all.
    private static func place(_ invocation: Invocation) throws(CommandError) -> (folder: String, files: Set<ExactName>?)
    {
        let paths = invocation.positionals
        if paths.count == 1, !paths[0].hasSuffix(".lua") { return (paths[0], nil) }
        guard !paths.isEmpty else { return (invocation.policyFolder, nil) }
        var folders: Set<ExactName> = []
        var names: Set<ExactName> = []
        for path in paths {
            guard path.hasSuffix(".lua") else {
                throw .usage("`\(path)` is not a file of a policy or a library; a folder must be the only argument")
            }
            let file = PolicyFilePath(path)
            folders.insert(ExactName(file.folder))
            names.insert(file.name)
        }
        guard folders.count == 1 else { throw .usage("the files must be in one folder") }
        return (folders.first!.text, names)
    }

    private static func require(_ files: Set<ExactName>?, of source: PolicySource) throws(CommandError) {
        let known = source.files.map(\.name).filter { $0.isPolicyFile || $0.isLibraryFile }
        for name in (files ?? []).sorted() where !known.contains(name) {
            guard source.files.contains(where: { $0.name == name }) else {
                throw CommandError(
                    "there is no policy `\(name)` in `\(source.path)`\(Suggestion.hint(for: name, among: known))")
            }
            throw .usage("`\(name)` is neither a policy nor a library: only these are changed")
        }
    }

    /// The lines that have changed since the revision of `--changed`; `nil` without it.
    private static func changed(
        _ source: PolicySource, _ invocation: Invocation
    ) throws(CommandError) -> ChangedLines? {
        guard let text = invocation[.changed] else { return nil }
        guard !text.isEmpty, !text.hasPrefix("-"), !text.contains(":"),
            let revision = PolicyRevision("\(text):\(Self.withoutSlash(source.path))")
        else { throw .usage("`--changed` must be a revision of git, such as `main`, got `\(text)`") }
        let old = try revision.policies()
        if old == nil {
            invocation.terminal.note(
                "there is no folder `\(source.path)` at the revision `\(text)`: every line counts as changed")
        }
        return ChangedLines(source, since: old)
    }

    private static func withoutSlash(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// The files and plugins that no mutant changes.
    private static func notMutated(_ read: PolicyFiles) -> [String] {
        let files = [PolicyFile.schema, PolicyFile.settings, PolicyFile.required].filter { name in
            read.policies.files.contains { $0.name == name }
        }
        let plugins = read.plugins.folders.map(\.name)
        return files.map { "`\($0)`" } + (plugins.isEmpty ? [] : ["plugins (\(plugins.joined(separator: ", ")))"])
    }

    // MARK: In a child

    /// Runs the tests in a child process. If it crashes, no mutant was killed.
    private static func isolated(_ invocation: Invocation) throws(CommandError) -> Int32 {
        try Isolation.report(
            invocation, statuses: [0, 1, 3, 4, 5, 64], silence: longestSilence, loss: "there is no mutation score",
            status: ExitStatus.tests)
    }

    /// The time limit for all mutants in a child process, in milliseconds.
    private static let longestSilence = 3_600_000
}

extension Option<String?> {
    fileprivate static var changed: Self {
        Self("changed", "REVISION", "only lines that have changed since a revision of git")
    }
}

extension Option<Int?> {
    fileprivate static var minScore: Self {
        Self("min-score", "N", "fail when less than N percent of the mutants are killed", least: 0, most: 100)
    }
}

extension Option<Bool> {
    fileprivate static var noSuggest: Self {
        Self(flag: "no-suggest", "search for no tests that would notice the rest")
    }
}

extension Option<MutationReport.Format> {
    fileprivate static var format: Self { Self("format", "FORMAT", "text, json or github", default: .text) }
}
