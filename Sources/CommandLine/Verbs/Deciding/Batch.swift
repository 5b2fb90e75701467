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
            Option.explain, Option.expect, Option.summary, Option.jobs, Option.log, Option.mask, Option.sink,
            Option.recordUse, Option.invalid, Option.count, Option.trustTime, Option.isolate,
        ] + BudgetOptions.all + [Option.treeMemory, Option.shadow],
        uses: .all.removing(Option.as, Option.json),
        details: [
            "Works without a store when the subjects are external.",
            "Answers as soon as the input pauses, so that another program can ask and wait.",
            "exit status: 1 when requests were invalid or a tree and its policy differed, 5 when decisions were "
                + "unexpected",
        ],
        run: { invocation throws(CommandError) in
            let terminal = invocation.terminal
            if try Isolation.isAsked(invocation, without: [Option.log, Option.sink, Option.recordUse]) {
                return try isolated(invocation)
            }
            var options = options(invocation)
            let count = invocation[.count]
            let source = try invocation.policySource()
            var snapshot = try invocation.timedDirectory(needsStore: false)
            let hasStore = invocation.hasStore
            options.now = snapshot.now
            if invocation[.isolate] {
                // The keys must not stay in a process that runs unreviewed policies.
                snapshot.store = nil
                try Isolation.confine(
                    memory: 2 * options.jobs * (options.budget.memory + options.treeOptions.bytes),
                    threads: options.jobs)
            }
            let (policies, plugins) = try invocation.loaded(source)
            options.shadow = invocation.shadow(source, policies, options)
            let sink = try Sink(invocation, plugins, policies.schema)
            // The parent of a child reads the file.
            let path = invocation[.isolate] ? "-" : invocation.positionals.first ?? "-"
            let input = path == "-" ? terminal.streams.inputDescriptor : try File.open(path)
            defer { if path != "-" { close(input) } }
            if invocation[.recordUse], let store = snapshot.store { options.countUse = UseCounter(store).count }
            let summary: BatchSummary
            do throws(PolicyError) {
                summary = try Decisions.Batch.run(
                    options, policies: policies, directory: snapshot.directory, input: input,
                    output: terminal.streams.outputDescriptor, sealer: snapshot.store?.lineSealer,
                    sink: sink.map { sink in { sink.failure(of: $0) } }
                ) { lines in
                    guard terminal.streams.isErrorTerminal else { return }
                    terminal.streams.errors(Array("\r\(counted(lines, "decision"))".utf8))
                }
            } catch { throw CommandError(error.message) }
            if terminal.streams.isErrorTerminal { terminal.note("") }
            if let remark = summary.logRemark { terminal.note("note: \(remark)") }
            invocation.recordUse(summary.used, in: snapshot.store)
            // A token that is unknown because there is no store is no fault of its request.
            if !hasStore, let count = summary.codes["token_unknown"] {
                let verb = count == 1 ? "was" : "were"
                terminal.complain("\(invocation.noStore): \(counted(count, "request")) by tokens \(verb) denied")
            }
            if invocation[.summary] { summarize(summary, isExpecting: options.expect, to: terminal) }
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
            invocation, input: input, form: .answers, silence: Isolation.silence(invocation))
        if let status = ending.status { return status }
        let rest = max(0, ending.asked - ending.answered)
        let deny = Array((#"{"decision":false,"context":{"code":"policy_crashed"}}"# + "\n").utf8)
        for _ in 0..<rest where Descriptor.write(deny, to: terminal.streams.outputDescriptor) {}
        throw CommandError(
            "the process that ran the policies \(ending.reason): \(counted(rest, "unanswered request")) denied")
    }

    private static func options(_ invocation: Invocation) -> BatchOptions {
        var options = BatchOptions(now: invocation.now)
        options.explain = invocation[.explain]
        options.expect = invocation[.expect]
        options.jobs = invocation[.jobs]
        options.trustTime = invocation[.trustTime]
        options.logPath = invocation[.log]
        options.hasSink = invocation[.sink] != nil
        options.masked = invocation[.mask]
        options.tenant = invocation[.tenant]
        options.notesUse = invocation[.recordUse]
        options.budget = invocation.budget
        options.treeOptions = TreeOptions(bytes: invocation[.treeMemory] << 20)
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
        let unstated = summary.lines - summary.expectations
        if isExpecting, unstated == summary.lines { throw CommandError("no line has `expected`") }
        if isExpecting, unstated > 0 {
            terminal.note(
                "\(unstated) of \(counted(summary.lines, "line")) had no `expected`, and \(unstated == 1 ? "was" : "were") not compared"
            )
        }
        if summary.mismatches > 0 {
            let lines = summary.unexpected.map(String.init).joined(separator: ", ")
            let more = summary.mismatches > summary.unexpected.count ? " …" : ""
            let noun = summary.mismatches == 1 ? "line" : "lines"
            terminal.complain("\(counted(summary.mismatches, "decision")) not as expected: \(noun) \(lines)\(more)")
            return ExitStatus.gate
        }
        if summary.errors > 0, invocation[.invalid] == .fail {
            let first = summary.firstInvalid.map { ", the first in line \($0)" } ?? ""
            terminal.complain("invalid requests: \(summary.errors) of \(summary.lines)\(first)")
            return ExitStatus.failure
        }
        if !summary.differences.isEmpty { return ExitStatus.failure }
        return ExitStatus.done
    }

    private static func summarize(_ summary: BatchSummary, isExpecting: Bool, to terminal: Terminal) {
        terminal.note(
            "\(counted(summary.lines, "request")): \(summary.permits) permit, \(summary.denies) deny, "
                + "\(summary.errors) invalid")
        if isExpecting { terminal.note("\(summary.mismatches) of \(summary.expectations) not as expected") }
        if summary.slowLines > 0 {
            terminal.note("\(counted(summary.slowLines, "request")) read by the full reader, which takes longer")
        }
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

extension Option<Bool> {
    fileprivate static var explain: Self {
        Self(flag: "explain", "answer with codes, reasons, advice and the facts read")
    }
    fileprivate static var expect: Self { Self(flag: "expect", "compare each answer with `expected` in its line") }
    fileprivate static var summary: Self {
        Self(flag: "summary", "count decisions by code and by policy, on the error output")
    }
    fileprivate static var recordUse: Self {
        Self(flag: "record-use", "record in the store when the permitted tokens were last used", formerName: "touch")
    }
    fileprivate static var trustTime: Self {
        Self(flag: "trust-time", "use `context.time` as the clock, to replay recordings")
    }
}

extension Option<Int> {
    fileprivate static var jobs: Self { .threads("threads that decide (one per core)") }
    fileprivate static var treeMemory: Self {
        Self(
            "tree-memory", "MIB", "memory for decision trees; 0 runs every policy", least: 0, most: 1 << 20, default: 64
        )
    }
}

/// The effect of invalid requests on the exit status of a batch.
private enum InvalidRequests: String, CaseIterable {
    case fail
    case answer
}

extension Option<InvalidRequests> {
    fileprivate static var invalid: Self {
        Self(
            "invalid", "WHAT", "for invalid requests: fail ends with 1, answer only answers them", default: .fail)
    }
}

extension Option<Int?> {
    fileprivate static var count: Self { Self("count", "N", "end with 1 unless the input has N requests", least: 0) }
}
