internal import Decisions
internal import Linting
internal import Model
internal import Plugins
internal import Policies
internal import PolicyTesting
internal import Presentation

extension Verb {
    /// `test`: runs the tests beside the policies.
    static let test = Verb(
        name: "test",
        summary: "runs the tests of policies and plugins, with the policies and with their decision trees",
        positionals: [
            .init(
                name: "PATH", help: "test files, or a folder of policies or plugins (--policies and its plugins)",
                isOptional: true,
                isRepeated: true)
        ],
        options: [
            Option.filter, Option.failFast, Option.ci, Option.format, Option.trace.described(traceHelp), Option.verbose,
        ] + TestGates.options + [Option.isolate, Option.watch],
        uses: .all.removing(Option.as, Option.tenant),
        details: [
            "Tests without a `directory` use the demo organisation, or with --store that store, now or `--at`.",
            "`skip = \"why\"` in a test skips it; `only = true` skips all others.",
            "exit status: 0 all passed, 4 some failed or there was none, 5 too little is covered or a policy costs "
                + "too much, 3 policies or plugins do not load or cannot be read, 64 wrong usage",
        ],
        run: { invocation throws(CommandError) in try TestCommand.run(invocation) })

    private static let traceHelp =
        "show every failed test, with the facts that every policy read (of each cause one, with those of its policies)"
}

/// The implementation of `test`.
private enum TestCommand {
    static func run(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let (folder, files) = try place(invocation)
        let isChild = Isolation.isChild(invocation.environment)
        guard invocation[.watch], !isChild else { return try test(folder, files, invocation) }
        return Watching.run(invocation, folders: TestSubject(folder).folders(invocation)) { () throws(CommandError) in
            try test(folder, files, invocation)
        }
    }

    private static func test(
        _ folder: String, _ files: Set<ExactName>?, _ invocation: Invocation
    ) throws(CommandError) -> Int32 {
        if try Isolation.isAsked(invocation, without: [Option.costUpdate]) { return try isolated(invocation) }
        let terminal = invocation.terminal
        let gates = try TestGates(invocation)
        let format = try format(invocation)
        let subject = TestSubject(folder)
        if !subject.isPolicies, gates.measuresCoverage || gates.measuresCost {
            throw .usage("`\(folder)` holds plugins, but coverage and cost are measured of policies only")
        }
        let read = try subject.files(invocation)
        try require(files, among: subject.files(of: read), in: folder)
        let (organisations, now) = try invocation.testOrganisations()
        if invocation[.isolate] {
            try Isolation.confine(memory: 1 << 30, threads: InterpreterThread.processors)
        }
        let (source, plugins) = read.loadedPlugins()
        let tests: PolicyTests
        let pluginTests: PluginTests
        do throws(PolicyError) {
            tests = try PolicyTests(source, organisations: organisations, now: now)
            pluginTests = try PluginTests(
                read.plugins, plugins, organisations: organisations,
                examples: { CheckExamples($0, schema: $1).results(of: $2, path: $3) })
        } catch { throw CommandError(error.message) }
        let showsDots = format == .text && terminal.streams.isOutputTerminal && !invocation[.verbose]
        let dots = showsDots ? TestDots(terminal) : nil
        let selection = selection(invocation, files, gates, dots)
        var run = subject.isPolicies ? tests.measured(selection) : PolicyTests.Run()
        // Plugins are not tested when test files of policies are named, or when the run stopped at a failure.
        let goesOn = run.faults.isEmpty && !(selection.stopsAtFailure && run.results.contains { $0.failure != nil })
        if goesOn, !subject.isPolicies || selection.files == nil {
            run.add(pluginTests.run(selection, of: subject.plugin))
        }
        dots?.end()
        let report = TestReport(run, isWhole: invocation[.trace], listsTests: invocation[.verbose])
        terminal.show(report.lines(format))
        guard run.faults.isEmpty else { return ExitStatus.policies }
        guard !run.results.isEmpty else {
            terminal.complain("there was no test to run in `\(folder)`")
            return ExitStatus.tests
        }
        let isGood = run.results.allSatisfy { $0.failure == nil } && run.results.contains(where: \.isPassed)
        let isEnough = try gates.report(run, isText: format == .text)
        return !isGood ? ExitStatus.tests : isEnough ? ExitStatus.done : ExitStatus.gate
    }

    /// - Throws: `.usage` when an option has no effect in the format.
    private static func format(_ invocation: Invocation) throws(CommandError) -> TestReport.Format {
        let format = invocation[.json] ? .json : invocation[.format]
        if invocation[.verbose], format != .text {
            throw .usage("`--verbose` is for the format text: the format \(format.rawValue) is for programs")
        }
        if invocation[.trace], !format.hasFacts {
            throw .usage("`--trace` has no effect: the format \(format.rawValue) has no facts")
        }
        return format
    }

    private static func selection(
        _ invocation: Invocation, _ files: Set<ExactName>?, _ gates: TestGates, _ dots: TestDots?
    ) -> PolicyTests.Selection {
        var selection = PolicyTests.Selection()
        selection.files = files
        selection.filter = invocation[.filter]
        selection.stopsAtFailure = invocation[.failFast]
        selection.refusesOnly = invocation[.ci]
        selection.tracesAll = invocation[.trace]
        selection.measuresCoverage = gates.measuresCoverage
        selection.suggestsTests = gates.suggestsTests
        selection.measuresCost = gates.measuresCost
        if let dots { selection.progress = { dots.note($0) } }
        return selection
    }

    // MARK: Selection

    private static func require(
        _ files: Set<ExactName>?, among known: [ExactName], in folder: String
    ) throws(CommandError) {
        for name in (files ?? []).sorted() where !known.contains(name) {
            let names = known.filter { $0.isTestFile }
            throw CommandError(
                "there is no test file `\(name)` in `\(folder)`\(Suggestion.hint(for: name, among: names))")
        }
    }

    /// The folder of the policies, and the test files to run; `nil` for all.
    private static func place(_ invocation: Invocation) throws(CommandError) -> (folder: String, files: Set<ExactName>?)
    {
        let paths = invocation.positionals
        if paths.count == 1, !paths[0].hasSuffix(".lua") { return (paths[0], nil) }
        guard !paths.isEmpty else { return (invocation.policyFolder, nil) }
        var folders: Set<ExactName> = []
        var names: Set<ExactName> = []
        for path in paths {
            guard ExactName(path).isTestFile else {
                throw .usage(
                    "`\(path)` is not a test file: their names end in `\(PolicyFile.testSuffix)`; a folder must be the only argument"
                )
            }
            let file = PolicyFilePath(path)
            folders.insert(ExactName(file.folder))
            names.insert(file.name)
        }
        guard folders.count == 1 else { throw .usage("the test files must be in one folder") }
        return (folders.first!.text, names)
    }

    // MARK: In a child

    /// Runs the tests in a child process. If it crashes, no test has passed.
    private static func isolated(_ invocation: Invocation) throws(CommandError) -> Int32 {
        try Isolation.report(
            invocation, statuses: [0, 1, 3, 4, 5, 64], silence: longestSilence, loss: "no test counts as passed",
            status: ExitStatus.tests)
    }

    /// The time limit for all tests in a child process, in milliseconds.
    private static let longestSilence = 1_800_000
}

extension Option<String?> {
    fileprivate static var filter: Self { Self("filter", "TEXT", "only tests with this in their name or file") }
}

extension Option<Bool> {
    fileprivate static var verbose: Self {
        Self(flag: "verbose", "list every test with the time it took", letter: "v")
    }
    fileprivate static var failFast: Self { Self(flag: "fail-fast", "stop at the first failure") }
    fileprivate static var ci: Self { Self(flag: "ci", "fail a test that has `only`") }
}

extension Option<TestReport.Format> {
    fileprivate static var format: Self {
        Self("format", "FORMAT", "text, json, junit, tap or github", default: .text)
    }
}
