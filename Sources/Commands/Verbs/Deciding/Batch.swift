internal import Decisions
internal import Engine
internal import Files
internal import Glibc
internal import Model
internal import Policies
internal import Tokens

extension Verb {
    /// `batch`: decides each line of a file or stream.
    static let batch = Verb(
        name: "batch", summary: "decides requests, one JSON object a line, and answers each on a line, in order",
        positionals: [.init(name: "FILE", help: "the requests; `-`, or none, is standard input", isOptional: true)],
        options: [
            Option(name: "explain", help: "answer with codes, reasons, advice and the facts read"),
            Option(name: "expect", help: "compare each answer with `expected` in its line"),
            Option(name: "summary", help: "count decisions by code and by policy, on the error output"),
            Option(name: "jobs", value: "N", help: "threads that decide (one per core)"),
            .log, .mask, Sink.option,
            Option(
                name: "record-use", help: "record in the store when the permitted tokens were last used",
                formerName: "touch"),
            Option(
                name: "invalid", value: "WHAT",
                help: "for invalid requests: fail ends with 1, answer only answers them (fail)",
                choices: ["fail", "answer"]),
            Option(name: "count", value: "N", help: "end with 1 unless the input has N requests"),
            Option(name: "trust-time", help: "use `context.time` as the clock, to replay recordings"),
            Isolation.option,
        ] + Option.limits,
        details: [
            "Works without a store when the subjects are external.",
            "Answers as soon as the input pauses, so that another program can ask and wait.",
            "exit status: 1 when requests were invalid or a tree and its policy differed, 5 when decisions were "
                + "unexpected",
        ],
        run: { invocation throws(CommandError) in
            let terminal = invocation.terminal
            if try Isolation.isAsked(invocation, without: ["log", "sink", "record-use"]) {
                return try isolated(invocation)
            }
            var options = try options(invocation)
            let count = try invocation.value("count").map { _ throws(CommandError) in
                try invocation.number("count", default: 0, least: 0)
            }
            let source = try invocation.policySource()
            var snapshot = try invocation.snapshot(needsStore: false)
            options.now = snapshot.now
            if invocation.has("isolate") {
                // The keys must not stay in a process that runs unreviewed policies.
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
            let input = path == "-" ? terminal.streams.inputDescriptor : try File.open(path)
            defer { if path != "-" { close(input) } }
            let summary: BatchSummary
            do throws(PolicyError) {
                summary = try Decisions.Batch.run(
                    options, policies: policies, directory: snapshot.directory, input: input,
                    output: terminal.streams.outputDescriptor, sink: sink.map { sink in { sink.failure(of: $0) } }
                ) { lines in
                    guard terminal.streams.isErrorTerminal else { return }
                    terminal.streams.errors(Array("\r\(counted(lines, "decision"))".utf8))
                }
            } catch { throw CommandError(error.message) }
            if terminal.streams.isErrorTerminal { terminal.note("") }
            // A failure to record the use changes no decision.
            if let store = snapshot.store {
                do throws(TokenStoreError) {
                    try store.recordUse(Dictionary(uniqueKeysWithValues: summary.used.map { ($0, options.now) }))
                } catch { terminal.note("note: cannot record when tokens were last active: \(error.message)") }
            }
            if invocation.has("summary") { summarize(summary, isExpecting: options.expect, to: terminal) }
            let status = try status(of: summary, isExpecting: options.expect, count: count, invocation)
            guard let count, count != summary.lines else { return status }
            throw CommandError("`--count` is \(count), but the input had \(counted(summary.lines, "request"))")
        })

    /// Decides in a child process. If it crashes, the unanswered requests are denied.
    private static func isolated(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let terminal = invocation.terminal
        let path = invocation.positionals.first ?? "-"
        let input = path == "-" ? terminal.streams.inputDescriptor : try File.open(path)
        defer { if path != "-" { close(input) } }
        let ending = try Isolation.run(
            invocation, input: input, form: .answers, silence: try Isolation.silence(invocation))
        if let status = ending.status { return status }
        let rest = max(0, ending.asked - ending.answered)
        let deny = Array((#"{"decision":false,"context":{"code":"policy_crashed"}}"# + "\n").utf8)
        for _ in 0..<rest where Descriptor.write(deny, to: terminal.streams.outputDescriptor) {}
        throw CommandError(
            "the process that ran the policies \(ending.reason): \(counted(rest, "unanswered request")) denied")
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
        options.notesUse = invocation.has("record-use")
        options.budget = try invocation.budget()
        options.treeOptions = try invocation.treeOptions()
        return options
    }

    /// The exit status of a batch. An output pipe without a reader ends the run quietly.
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
                    ? "an uncached evaluation read \(counted(count, "request")) differently; please report this"
                    : "the trees of the policy `\(policy)` and the policy itself differed \(counted(count, "time")): "
                        + "the trees were dropped; please report this"
            )
        }
        if summary.mismatches > 0 {
            let lines = summary.unexpected.map(String.init).joined(separator: ", ")
            let more = summary.mismatches > summary.unexpected.count ? " …" : ""
            let noun = summary.mismatches == 1 ? "line" : "lines"
            terminal.complain("\(counted(summary.mismatches, "decision")) not as expected: \(noun) \(lines)\(more)")
            return ExitStatus.gate
        }
        if summary.errors > 0, invocation.value("invalid") != "answer" {
            let first = summary.firstInvalid.map { ", the first in line \($0)" } ?? ""
            terminal.complain("invalid requests: \(summary.errors) of \(summary.lines)\(first)")
            return ExitStatus.failure
        }
        if !summary.differences.isEmpty { return ExitStatus.failure }
        if isExpecting, summary.expectations == 0 { throw CommandError("no line has `expected`") }
        return ExitStatus.done
    }

    private static func summarize(_ summary: BatchSummary, isExpecting: Bool, to terminal: Terminal) {
        terminal.note(
            "\(counted(summary.lines, "request")): \(summary.permits) permit, \(summary.denies) deny, "
                + "\(summary.errors) invalid")
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
