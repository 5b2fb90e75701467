internal import Glibc
internal import Model
internal import Policies
internal import Tokens
internal import Workbench

extension Verb {
    /// `test`: the tests that lie beside the policies.
    static let test = Verb(
        name: "test", summary: "runs the tests of policies and plugins, by the policies and by their decision trees",
        positionals: [
            .init(
                name: "PATH", help: "test files, or a folder of policies or plugins (--policies and its plugins)",
                isOptional: true,
                isRepeated: true)
        ],
        options: [
            Option(name: "filter", value: "TEXT", help: "only tests with this in their name or file"),
            Option(name: "fail-fast", help: "stop at the first that fails"),
            Option(name: "ci", help: "a test that says `only` is a failure"),
            Option(
                name: "format", value: "FORMAT", help: "text, json, junit, tap or github (text)",
                choices: TestReport.Format.allCases.map(\.rawValue)),
        ] + TestGates.options + [Isolation.option, Watching.option],
        details: [
            "Tests that name no `directory` happen in the demo organisation; with --store in that store, now or `--at`.",
            "A test may say `skip = \"why\"`, or `only = true` to keep the others from being run.",
            "exit status: 0 all passed, 4 some failed or there was none, 5 too little was tried or a policy costs too much, "
                + "3 the folder cannot be read, 64 wrong usage",
        ],
        run: { invocation throws(CommandError) in try TestCommand.run(invocation) })
}

/// What `test` does.
private enum TestCommand {
    static func run(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let (folder, files) = try place(invocation)
        let isChild = Isolation.isChild(invocation.environment)
        guard invocation.has(Watching.option.name), !isChild else { return try test(folder, files, invocation) }
        return Watching.run(invocation, folders: [folder]) { () throws(CommandError) in
            try test(folder, files, invocation)
        }
    }

    private static func test(
        _ folder: String, _ files: Set<ExactName>?, _ invocation: Invocation
    ) throws(CommandError) -> Int32 {
        if try Isolation.isAsked(invocation, without: ["cost-update"]) { return try isolated(invocation) }
        let terminal = invocation.terminal
        let gates = try TestGates(invocation)
        let subject = TestSubject(folder)
        if !subject.isPolicies, gates.measuresCoverage || gates.measuresCost {
            throw .usage("coverage and cost are those of policies, and `\(folder)` holds plugins")
        }
        let read = try subject.files(invocation)
        try require(files, among: subject.files(of: read), in: folder)
        let (organisations, now) = try organisations(invocation)
        if invocation.has("isolate") {
            // What tests are set up on is read while files can still be opened.
            for tenant in organisations.values.flatMap(\.tenants) { _ = try? Zone(tenant.zone) }
            try Isolation.confine(memory: 1 << 30, threads: Isolation.testThreads)
        }
        let (source, plugins) = read.loadedPlugins()
        let tests: PolicyTests
        let pluginTests: PluginTests
        do throws(PolicyError) {
            tests = try PolicyTests(source, organisations: organisations, now: now)
            pluginTests = try PluginTests(
                read.plugins, plugins, policies: source, organisations: organisations)
        } catch { throw CommandError(error.message) }
        let name = invocation.has("json") ? "json" : invocation.value("format") ?? "text"
        let format = TestReport.Format(rawValue: name) ?? .text
        let dots = format == .text && terminal.streams.isOutputTerminal ? TestDots(terminal) : nil
        let selection = selection(invocation, files, gates, dots)
        var run = subject.isPolicies ? tests.measured(selection) : PolicyTests.Run()
        // Some files of the policies are not about plugins; a run that ends at a failure has ended.
        let goesOn = !(selection.stopsAtFailure && run.results.contains { $0.failure != nil })
        if goesOn, !subject.isPolicies || selection.files == nil {
            run.results += pluginTests.run(selection, of: subject.plugin)
        }
        dots?.end()
        TestReport(run, format).print(to: terminal)
        guard !run.results.isEmpty else {
            let loaded = PolicySet.load(source)
            if subject.isPolicies, loaded.set == nil {
                for fault in loaded.diagnostics { terminal.note(Terminal.escaped(fault.description)) }
                throw CommandError("the policies in `\(folder)` do not load", status: ExitStatus.policies)
            }
            terminal.complain("there was no test to run in `\(folder)`")
            return ExitStatus.tests
        }
        let isGood = run.results.allSatisfy { $0.failure == nil } && run.results.contains(where: \.isPassed)
        let isEnough = try gates.report(run, isText: format == .text)
        return !isGood ? ExitStatus.tests : isEnough ? ExitStatus.done : ExitStatus.gate
    }

    private static func selection(
        _ invocation: Invocation, _ files: Set<ExactName>?, _ gates: TestGates, _ dots: TestDots?
    ) -> PolicyTests.Selection {
        var selection = PolicyTests.Selection()
        selection.files = files
        selection.filter = invocation.value("filter")
        selection.stopsAtFailure = invocation.has("fail-fast")
        selection.refusesOnly = invocation.has("ci")
        selection.measuresCoverage = gates.measuresCoverage
        selection.suggestsTests = gates.suggestsTests
        selection.measuresCost = gates.measuresCost
        if let dots { selection.progress = { dots.note($0) } }
        return selection
    }

    // MARK: What is tested

    private static func require(
        _ files: Set<ExactName>?, among known: [ExactName], in folder: String
    ) throws(CommandError) {
        for name in (files ?? []).sorted() where !known.contains(name) {
            let names = known.filter { $0.hasSuffix("_test.lua") }
            throw CommandError(
                "there is no test file `\(name)` in `\(folder)`\(Suggestion.hint(for: name, among: names))")
        }
    }

    /// The folder of the policies, and which of its test files are meant; `nil` for all.
    private static func place(_ invocation: Invocation) throws(CommandError) -> (folder: String, files: Set<ExactName>?)
    {
        let paths = invocation.positionals
        if paths.count == 1, !paths[0].hasSuffix(".lua") { return (paths[0], nil) }
        guard !paths.isEmpty else { return (invocation.value("policies") ?? "policies", nil) }
        var folders: Set<ExactName> = []
        var names: Set<ExactName> = []
        for path in paths {
            guard path.hasSuffix("_test.lua") else {
                throw .usage("`\(path)` is no test file: they end in `_test.lua`; a folder is stated alone")
            }
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            folders.insert(ExactName(parts.count > 1 ? parts.dropLast().joined(separator: "/") : "."))
            names.insert(ExactName(parts.last!))
        }
        guard folders.count == 1 else { throw .usage("test files of one folder are run at a time") }
        return (folders.first!.text, names)
    }

    /// What tests may happen in: the demo, and the store where one is stated; and the time that the store has.
    private static func organisations(
        _ invocation: Invocation
    ) throws(CommandError) -> ([ExactName: Organisation], Instant) {
        var organisations: [ExactName: Organisation] = [
            "demo": try OrganisationFile(bytes: Demo.json, path: "demo.json").organisation
        ]
        guard invocation.has("store") else { return (organisations, invocation.now) }
        guard !invocation.isStoreFile else {
            organisations["store"] = try invocation.organisation()
            return (organisations, invocation.now)
        }
        let store = try invocation.openStore()
        organisations["store"] = try invocation.organisation(.all, of: store)
        return (organisations, try invocation.now(store))
    }

    // MARK: In a child

    /// Runs the tests in a child process; when it ends by a fault, none has passed.
    private static func isolated(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let terminal = invocation.terminal
        let ending = try Isolation.run(
            invocation, input: -1, form: .report(statuses: [0, 1, 3, 4, 5, 64]), silence: longestSilence)
        if let status = ending.status {
            terminal.write(ending.output)
            return status
        }
        terminal.complain("the process that ran the policies \(ending.reason): no test counts as passed")
        return ExitStatus.tests
    }

    /// How long all tests may take in a child process, in milliseconds.
    private static let longestSilence = 1_800_000
}
