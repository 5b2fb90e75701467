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
            Isolation.option,
        ],
        details: [
            "Tests that name no `directory` happen in the demo organisation; with --store in that store, now or `--at`.",
            "A test may say `skip = \"why\"`, or `only = true` to keep the others from being run.",
            "exit status: 0 all passed, 4 some failed or there was none, 3 the folder cannot be read, 64 wrong usage",
        ],
        run: { invocation throws(CommandError) in try runTests(invocation) })

    private static func runTests(_ invocation: Invocation) throws(CommandError) -> Int32 {
        if try Isolation.isAsked(invocation, without: []) { return try isolated(invocation) }
        let terminal = invocation.terminal
        var selection = PolicyTests.Selection()
        let folder = try folder(invocation, &selection)
        selection.filter = invocation.value("filter")
        selection.stopsAtFailure = invocation.has("fail-fast")
        selection.refusesOnly = invocation.has("ci")
        let subject = TestSubject(folder)
        let read = try subject.files(invocation)
        let files = subject.files(of: read)
        for name in selection.files ?? [] where !files.contains(name) {
            let names = files.filter { $0.hasSuffix("_test.lua") }
            throw CommandError(
                "there is no test file `\(name)` in `\(folder)`\(Suggestion.hint(for: name, among: names))")
        }
        let (organisations, now) = try organisations(invocation)
        if invocation.has("isolate") {
            // What tests are set up on is read while files can still be opened.
            for tenant in organisations.values.flatMap(\.tenants) { _ = try? Zone(tenant.zone) }
            try Isolation.confine(memory: 1 << 30)
        }
        let source = read.loadedPlugins().source
        let tests: PolicyTests
        let pluginTests: PluginTests
        do throws(PolicyError) {
            tests = try PolicyTests(source, organisations: organisations, now: now)
            pluginTests = try PluginTests(
                read.plugins, source.plugins, policies: source, organisations: organisations)
        } catch { throw CommandError(error.message) }
        let name = invocation.has("json") ? "json" : invocation.value("format") ?? "text"
        let format = TestReport.Format(rawValue: name) ?? .text
        let dots = format == .text && terminal.streams.isOutputTerminal ? TestDots(terminal) : nil
        if let dots { selection.progress = { dots.note($0) } }
        var results = subject.isPolicies ? tests.run(selection) : []
        // Some files of the policies are not about plugins; a run that ends at a failure has ended.
        let goesOn = !(selection.stopsAtFailure && results.contains { $0.failure != nil })
        if goesOn, !subject.isPolicies || selection.files == nil {
            results += pluginTests.run(selection, of: subject.plugin)
        }
        dots?.end()
        TestReport(results, format).print(to: terminal)
        guard !results.isEmpty else {
            terminal.complain("there was no test to run in `\(folder)`")
            return ExitStatus.tests
        }
        let isGood = results.allSatisfy { $0.failure == nil } && results.contains(where: \.isPassed)
        return isGood ? ExitStatus.done : ExitStatus.tests
    }

    /// What tests may happen in: the demo, and the store where one is stated; and the time that the store has.
    private static func organisations(
        _ invocation: Invocation
    ) throws(CommandError) -> ([String: Organisation], Instant) {
        var organisations = ["demo": try OrganisationFile(bytes: Demo.json, path: "demo.json").organisation]
        guard invocation.has("store") else { return (organisations, invocation.now) }
        guard !invocation.isStoreFile else {
            organisations["store"] = try invocation.organisation()
            return (organisations, invocation.now)
        }
        let store = try invocation.openStore()
        organisations["store"] = try invocation.organisation(.all, of: store)
        return (organisations, try invocation.now(store))
    }

    /// Runs the tests in a child process; when it ends by a fault, none has passed.
    private static func isolated(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let terminal = invocation.terminal
        let ending = try Isolation.run(
            invocation.arguments, input: -1, output: terminal.streams.outputDescriptor, holdsOutput: true,
            silence: longestSilence)
        if let status = ending.status {
            terminal.write(ending.output)
            return status
        }
        terminal.complain("the process that ran the policies \(ending.reason): no test counts as passed")
        return ExitStatus.tests
    }

    /// How long all tests may take in a child process, in milliseconds.
    private static let longestSilence = 1_800_000

    /// The folder of the policies, and which of its test files are meant.
    private static func folder(
        _ invocation: Invocation, _ selection: inout PolicyTests.Selection
    ) throws(CommandError) -> String {
        let paths = invocation.positionals
        if paths.count == 1, !paths[0].hasSuffix(".lua") { return paths[0] }
        guard !paths.isEmpty else { return invocation.value("policies") ?? "policies" }
        var folders: Set<String> = []
        var names: Set<String> = []
        for path in paths {
            guard path.hasSuffix("_test.lua") else {
                throw .usage("`\(path)` is no test file: they end in `_test.lua`; a folder is stated alone")
            }
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            folders.insert(parts.count > 1 ? parts.dropLast().joined(separator: "/") : ".")
            names.insert(String(parts.last!))
        }
        guard folders.count == 1 else { throw .usage("test files of one folder are run at a time") }
        selection.files = names
        return folders.first!
    }
}
