internal import Analysis
internal import Decisions
internal import Engine
internal import Files
internal import Model
internal import Plugins
internal import Policies
internal import Presentation

extension Verb {
    /// `explore`: everything that policies can do.
    static let explore = Verb(
        name: "explore", summary: "proves what the policies never do, or shows a request for which they do",
        positionals: [
            .init(name: "POLICY", help: "with --table or --graph, only these", isOptional: true, isRepeated: true)
        ],
        options: [
            Option.table, Option.graph, Option.format, Option.timeout, Option.save, Option.failOn, Option.isolate,
        ],
        uses: .policies.adding(Option.at, Option.json),
        details: [
            "It walks every branch of every policy, and holds each statement of `invariants.lua` against all of them: "
                + "`never(permit, \"no …\", function(request) return … end)`.",
            "proved: it holds for every request on every store, with the settings as they are. refuted: the request shown "
                + "contradicts it. bounded: neither was shown, for the reason given.",
            "--table and --graph show what each policy does, branch by branch.",
            "exit status: 0 all are proved, 3 policies or invariants do not load, 5 one is refuted or bounded, 64 wrong "
                + "usage",
        ],
        examples: ["explore", "explore --table expiry_cap", "explore --save policies/orders_test.lua"],
        run: { invocation throws(CommandError) in
            let form = try Form(invocation)
            if try Isolation.isAsked(invocation, without: [Option.save]) { return try isolated(form, invocation) }
            let files = try invocation.policySource()
            if invocation[.isolate] { try Isolation.confine(memory: 1 << 31, threads: 0) }
            let set = try invocation.policies(files)
            let source = files.loadedPlugins().source
            let invariants = set.invariants(source)
            invocation.terminal.report(invariants.diagnostics)
            guard !invariants.diagnostics.contains(where: { $0.severity == .error }) else {
                throw CommandError(
                    "the invariants in `\(source.path)/\(PolicyFile.invariants)` do not load",
                    status: ExitStatus.policies)
            }
            var options = invocation[.at].map { Exploration.Options(now: $0) } ?? Exploration.Options(today: .now())
            options.limits.isOver = SteadyClock.limit(seconds: invocation[.timeout])
            let exploration: Exploration
            do throws(PolicyError) { exploration = try Exploration(set, invariants, options: options) } catch {
                throw CommandError(error.message)
            }
            switch form {
            case .tables(let format): return try tables(exploration, format, invocation)
            case .verdicts(let format): return try verdicts(exploration, source, format, invocation)
            }
        })

    /// The output of a run, and its format.
    private enum Form {
        case verdicts(ExplorationReport.Format)
        case tables(DecisionTableReport.Format)

        init(_ invocation: Invocation) throws(CommandError) {
            let (isTable, isGraph) = (invocation[.table], invocation[.graph])
            guard !isTable || !isGraph else {
                throw .usage("`--table` and `--graph` cannot be combined; use only one of them")
            }
            let stated = invocation[.json] ? "json" : invocation[.format]
            func refusal(_ allowed: [String]) -> CommandError {
                let form = isTable ? "`--table`" : isGraph ? "`--graph`" : "a list of verdicts"
                return .usage("\(form) has no format `\(stated ?? "")`: use \(allowed.joined(separator: ", "))")
            }
            if isTable || isGraph {
                let allowed = DecisionTableReport.Format.allCases.filter { $0.isGraph == isGraph }
                let standard: DecisionTableReport.Format = isGraph ? .dot : .text
                guard let format = stated.map({ DecisionTableReport.Format(rawValue: $0) }) ?? standard,
                    allowed.contains(format)
                else { throw refusal(allowed.map(\.rawValue)) }
                let others: [any OptionDeclaration] = [Option.save, Option.failOn]
                if let option = others.first(where: { invocation.isGiven($0) }) {
                    throw .usage(
                        "`--\(option.name)` is for verdicts on invariants, and not for `--table` and `--graph`")
                }
                self = .tables(format)
                return
            }
            guard invocation.positionals.isEmpty else {
                throw .usage(
                    "the names of policies are for `--table` and `--graph`; every policy is explored otherwise")
            }
            guard let format = stated.map({ ExplorationReport.Format(rawValue: $0) }) ?? .text else {
                throw refusal(ExplorationReport.Format.allCases.map(\.rawValue))
            }
            self = .verdicts(format)
        }
    }

    /// Explores in a child process. If it crashes, nothing is proved.
    private static func isolated(_ form: Form, _ invocation: Invocation) throws(CommandError) -> Int32 {
        if case .tables(.svg) = form {
            throw .usage("`--format svg` and `--isolate` cannot be combined: an isolated process starts no other")
        }
        return try Isolation.report(
            invocation, statuses: [0, 1, 3, 5, 64], silence: 30_000 + invocation[.timeout] * 1_000,
            loss: "nothing is proved",
            status: ExitStatus.policies)
    }

    // MARK: Verdicts

    private static func verdicts(
        _ exploration: Exploration, _ source: PolicySource, _ format: ExplorationReport.Format, _ invocation: Invocation
    ) throws(CommandError) -> Int32 {
        let report = ExplorationReport(
            exploration.verdicts(), of: exploration, path: "\(source.path)/\(PolicyFile.invariants)",
            findings: exploration.deepFindings())
        let (output, notes) = report.lines(format)
        invocation.terminal.show(output)
        for note in notes { invocation.terminal.note(note) }
        if let path = invocation[.save] { try save(report, path, invocation) }
        let failing = report.count(.refuted) + (invocation[.failOn] == .refuted ? 0 : report.count(.bounded))
        return failing > 0 ? ExitStatus.gate : ExitStatus.done
    }

    /// Appends the counterexamples to a file of tests. One whose name is there already is left as it is.
    private static func save(
        _ report: ExplorationReport, _ path: String, _ invocation: Invocation
    ) throws(CommandError) {
        guard path.hasSuffix(PolicyFile.testSuffix) else {
            throw .usage("`--save` takes a file of tests, which ends in `\(PolicyFile.testSuffix)`")
        }
        var text = File.exists(path) ? String(decoding: try File.contents(of: path), as: UTF8.self) : ""
        var added = 0
        for test in report.entries.compactMap(\.test) where !text.contains(test.prefix { $0 != "\n" }) {
            text += (text.isEmpty ? "" : text.hasSuffix("\n") ? "\n" : "\n\n") + test
            added += 1
        }
        if added > 0 {
            do throws(FileError) { try AtomicFile.replace(path, with: Array(text.utf8)) } catch {
                throw CommandError(error)
            }
        }
        let count = report.entries.count { $0.test != nil }
        let known = count > added ? "; \(count - added) of these names were there already" : ""
        invocation.terminal.note("appended \(counted(added, "counterexample")) to \(path)\(known)")
    }

    // MARK: Tables

    private static func tables(
        _ exploration: Exploration, _ format: DecisionTableReport.Format, _ invocation: Invocation
    ) throws(CommandError) -> Int32 {
        let known = exploration.set.policies.map(\.id)
        let asked = invocation.positionals.map { ExactName($0) }
        for name in asked where !known.contains(name) {
            throw CommandError("there is no policy `\(name)`\(Suggestion.hint(for: name, among: known))")
        }
        let report = DecisionTableReport(exploration.tables(of: asked.isEmpty ? nil : Set(asked)))
        let lines = report.lines(format)
        guard format == .svg else {
            invocation.terminal.show(lines)
            return ExitStatus.done
        }
        invocation.terminal.show([.verbatim(try drawn(lines.flatMap(\.parts).map(\.text).joined()))])
        return ExitStatus.done
    }

    /// A graph, as `dot` of Graphviz draws it.
    private static func drawn(_ graph: String) throws(CommandError) -> String {
        let run = try ProgramRun("/usr/bin/env", ["dot", "-Tsvg"], input: Array(graph.utf8))
        guard run.status == 0 else {
            throw CommandError(
                "`dot` did not draw the graph: \(run.complaint); `--format dot` needs no Graphviz")
        }
        var text = String(decoding: run.output, as: UTF8.self)
        guard text.contains("</svg>") else { throw CommandError("the drawn graph is too large; name fewer policies") }
        if text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}

/// The verdicts that fail a run.
private enum FailingVerdict: String, CaseIterable {
    case refuted
    case bounded
}

extension Option<FailingVerdict> {
    fileprivate static var failOn: Self {
        Self("fail-on", "VERDICT", "refuted: exit with status 0 for bounded ones", default: .bounded)
    }
}

extension Option<Bool> {
    fileprivate static var table: Self { Self(flag: "table", "show the decision tables of the policies instead") }
    fileprivate static var graph: Self { Self(flag: "graph", "show them as a graph of Graphviz") }
}

extension Option<String?> {
    fileprivate static var format: Self {
        Self("format", "FORMAT", "text, json or markdown; of tables also csv; of graphs dot or svg")
    }
    fileprivate static var save: Self {
        Self("save", "FILE", "append counterexamples to this file of tests; each fails until the policies are mended")
    }
}

extension Option<Int> {
    fileprivate static var timeout: Self {
        Self("timeout", "SECONDS", "the most time; what is not decided by then is bounded", most: 86_400, default: 10)
    }
}
