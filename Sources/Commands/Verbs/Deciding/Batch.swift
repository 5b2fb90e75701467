internal import Decisions
internal import Glibc
internal import Model
internal import Policies
internal import Tokens

extension Verb {
    /// `batch`: a decision for each line.
    static let batch = Verb(
        name: "batch", summary: "decides requests, one JSON object a line, and answers each on a line, in order",
        positionals: [.init(name: "FILE", help: "the requests; `-`, or none, is the standard input", isOptional: true)],
        options: [
            Option(name: "explain", help: "answer with codes, reasons, advice and the facts read"),
            Option(name: "expect", help: "hold each answer to `expected` in its line"),
            Option(name: "summary", help: "count decisions by code and by policy, on the error output"),
            Option(name: "jobs", value: "N", help: "how many work side by side (one a core)"),
            .log, .mask, Sink.option,
            Option(name: "touch", help: "note in the store that the tokens which are permitted something are used"),
            Option(
                name: "invalid", value: "WHAT",
                help: "fail: lines that were no valid request end with 1 (fail); answer: they are answered as such",
                choices: ["fail", "answer"]),
            Option(name: "count", value: "N", help: "end with 1 unless so many requests came"),
            Option(name: "trust-time", help: "take `context.time` for the clock, to replay recordings"),
            Isolation.option,
        ] + Option.limits,
        details: [
            "Works without a store when the subjects are external.",
            "Answers as soon as the input pauses, so that another program can ask and wait.",
            "exit status: 1 when lines were no valid request or a tree and its policy differed, 5 when decisions were not as expected",
        ],
        run: { invocation throws(CommandError) in
            let terminal = invocation.terminal
            if try Isolation.isAsked(invocation, without: ["log", "sink", "touch"]) { return try isolated(invocation) }
            var options = try options(invocation)
            let count = try invocation.value("count").map { _ throws(CommandError) in
                try invocation.number("count", default: 0, least: 0)
            }
            let source = try invocation.policySource()
            var snapshot = try invocation.snapshot(needsStore: false)
            options.now = snapshot.now
            if invocation.has("isolate") {
                // Nor do the keys stay in a process that runs such policies.
                snapshot.store = nil
                try Isolation.confine(
                    memory: 2 * options.jobs * (options.budget.memory + options.treeOptions.bytes),
                    threads: options.jobs)
            }
            let (policies, plugins) = try invocation.loaded(source)
            options.shadow = try invocation.shadow(source, policies, options)
            let sink = try Sink(invocation, plugins, policies.schema)
            // The parent of a child reads the file.
            let path = invocation.has("isolate") ? "-" : invocation.positionals.first ?? "-"
            let input = path == "-" ? terminal.streams.inputDescriptor : try Descriptor.open(path)
            defer { if path != "-" { close(input) } }
            let summary: BatchSummary
            do throws(PolicyError) {
                summary = try Decisions.Batch.run(
                    options, policies: policies, directory: snapshot.directory, input: input,
                    output: terminal.streams.outputDescriptor, sink: sink.map { sink in { sink.failure(of: $0) } }
                ) { lines in
                    guard terminal.streams.isErrorTerminal else { return }
                    terminal.streams.errors(Array("\r\(lines) decisions".utf8))
                }
            } catch { throw CommandError(error.message) }
            if terminal.streams.isErrorTerminal { terminal.note("") }
            // Whether that can be noted changes no decision.
            if let store = snapshot.store {
                do throws(TokenStoreError) {
                    try store.touch(Dictionary(uniqueKeysWithValues: summary.used.map { ($0, options.now) }))
                } catch { terminal.note("note: when tokens were last active is not noted: \(error.message)") }
            }
            if invocation.has("summary") { summarize(summary, isExpecting: options.expect, to: terminal) }
            let status = try status(of: summary, isExpecting: options.expect, count: count, invocation)
            guard let count, count != summary.lines else { return status }
            throw CommandError("\(summary.lines) requests came, and `--count` says \(count)")
        })

    /// Decides in a child process; what it leaves unanswered when it ends by a fault is denied.
    private static func isolated(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let terminal = invocation.terminal
        let path = invocation.positionals.first ?? "-"
        let input = path == "-" ? terminal.streams.inputDescriptor : try Descriptor.open(path)
        defer { if path != "-" { close(input) } }
        let ending = try Isolation.run(
            invocation, input: input, form: .answers, silence: try Isolation.silence(invocation))
        if let status = ending.status { return status }
        let rest = max(0, ending.asked - ending.answered)
        let deny = Array((#"{"decision":false,"context":{"code":"policy_crashed"}}"# + "\n").utf8)
        for _ in 0..<rest where Descriptor.write(deny, to: terminal.streams.outputDescriptor) {}
        throw CommandError("the process that ran the policies \(ending.reason): \(rest) requests are denied for it")
    }

    private static func options(_ invocation: Invocation) throws(CommandError) -> BatchOptions {
        var options = BatchOptions(now: invocation.now)
        options.explain = invocation.has("explain")
        options.expect = invocation.has("expect")
        options.jobs = try invocation.number(
            "jobs", default: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), most: Decisions.Batch.mostJobs)
        options.trustTime = invocation.has("trust-time")
        options.logPath = invocation.value("log")
        options.hasSink = invocation.value(Sink.option.name) != nil
        options.masked = invocation.masked
        options.tenant = invocation.name("tenant")
        options.notesUse = invocation.has("touch")
        options.budget = try invocation.budget()
        options.treeOptions = try invocation.treeOptions()
        return options
    }

    /// A pipe that nobody reads any more ends the run quietly.
    private static func status(
        of summary: BatchSummary, isExpecting: Bool, count: Int?, _ invocation: Invocation
    ) throws(CommandError) -> Int32 {
        let terminal = invocation.terminal
        if summary.isBroken { return ExitStatus.done }
        if let failure = summary.failure { throw CommandError(failure) }
        if summary.lines == 0, count == 0 { return ExitStatus.done }
        if summary.lines == 0 { throw CommandError("there was no request") }
        for (policy, count) in summary.differences.sorted(by: { $0.key < $1.key }) {
            terminal.complain(
                policy.isEmpty
                    ? "\(count) requests were understood otherwise than by an evaluation that remembers nothing; please report this"
                    : "the policy `\(policy)` was answered for otherwise than by running it (\(count)): its trees were dropped; please report this"
            )
        }
        if summary.mismatches > 0 {
            let lines = summary.unexpected.map(String.init).joined(separator: ", ")
            let more = summary.mismatches > summary.unexpected.count ? " …" : ""
            terminal.complain("\(summary.mismatches) decisions are not as expected, those of lines \(lines)\(more)")
            return ExitStatus.gate
        }
        if summary.errors > 0, invocation.value("invalid") != "answer" {
            let first = summary.firstInvalid.map { ", the first of them line \($0)" } ?? ""
            terminal.complain("\(summary.errors) of \(summary.lines) were no valid request\(first)")
            return ExitStatus.failure
        }
        if !summary.differences.isEmpty { return ExitStatus.failure }
        if isExpecting, summary.expectations == 0 { throw CommandError("no line says what is `expected`") }
        return ExitStatus.done
    }

    private static func summarize(_ summary: BatchSummary, isExpecting: Bool, to terminal: Terminal) {
        terminal.note(
            "\(summary.lines) requests: \(summary.permits) permit, \(summary.denies) deny, \(summary.errors) not valid")
        if isExpecting { terminal.note("\(summary.mismatches) not as expected") }
        let tables = [
            ("by code", summary.codes), ("by policy", summary.policies),
            ("only observed, by policy", summary.observing),
        ]
        for (title, counts) in tables where !counts.isEmpty {
            terminal.note("\(title):")
            for (name, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                terminal.note("  \(Terminal.escaped(name))  \(count)")
            }
        }
    }
}
