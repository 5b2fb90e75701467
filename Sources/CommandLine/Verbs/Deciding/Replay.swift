internal import Analysis
internal import Decisions
internal import Files
internal import Glibc
internal import Model
internal import Policies
internal import Presentation

extension Verb {
    /// `replay`: the decisions of a log, made again.
    static let replay = Verb(
        name: "replay", summary: "decides the requests of a decision log again, and shows whose decisions differ",
        positionals: [.init(name: "LOG", help: "the decision log of `decide` and `batch`; `-` is standard input")],
        options: [Option.impactFormat, Option.failOnChange, Option.unreplayable, Option.jobs] + BudgetOptions.all,
        uses: .store.adding(.policies).adding(Option.at, Option.json),
        details: [
            "The policies are those of --policies, and the store is as it is now. Each line is decided at the time at which it "
                + "was decided, or all of them at --at.",
            "A request that is masked or incomplete, that the schema refuses, or whose token is gone, is not replayed. Such lines "
                + "are counted by reason, and never as unchanged.",
            "exit status: 0 done, 1 lines could not be replayed, 3 policies do not load, 5 a change of the kind of --fail-on, "
                + "64 wrong usage",
        ],
        examples: ["replay decisions.ndjson --policies proposal", "replay decisions.ndjson --fail-on widened"],
        run: { invocation throws(CommandError) in
            let terminal = invocation.terminal
            let policies = try invocation.policies()
            let snapshot = try invocation.timedDirectory(needsStore: false)
            var options = Replay.Options()
            options.now = invocation.isTimeStated ? snapshot.now : nil
            options.jobs = invocation[.jobs]
            options.budget = invocation.budget
            let path = invocation.positionals[0]
            let input = path == "-" ? terminal.streams.inputDescriptor : try File.open(path)
            defer { if path != "-" { close(input) } }
            let progress = Progress("lines", terminal)
            let replay: Replay
            do throws(PolicyError) {
                replay = try Replay(input, options, policies: policies, directory: snapshot.directory) {
                    progress.step($0)
                }
            } catch { throw CommandError(error.message) }
            progress.end()
            guard replay.isRead else { throw CommandError("cannot read `\(path)`") }
            guard replay.lines > 0 else { throw CommandError("`\(path)` has no decision") }
            let report = ReplayReport(replay, names: .init(snapshot.directory), version: policies.version)
            let (output, notes) = report.lines(invocation[.json] ? .json : invocation[.impactFormat])
            terminal.show(output)
            for note in notes { terminal.note(note) }
            return status(of: replay, invocation)
        })

    private static func status(of replay: Replay, _ invocation: Invocation) -> Int32 {
        let isListedOnly = invocation[.unreplayable] == .list
        if let change = invocation[.failOnChange],
            change.isMet(
                widened: replay.count(.widened), narrowed: replay.count(.narrowed), isEmpty: replay.findings.isEmpty,
                unknown: isListedOnly ? 0 : replay.omitted.count)
        {
            return ExitStatus.gate
        }
        return !replay.omitted.isEmpty && !isListedOnly ? ExitStatus.failure : ExitStatus.done
    }
}

/// The effect of lines that cannot be replayed on the exit status.
private enum UnreplayableLines: String, CaseIterable {
    case fail
    case list
}

extension Option<UnreplayableLines> {
    fileprivate static var unreplayable: Self {
        Self(
            "unreplayable", "WHAT",
            "for lines that cannot be replayed: fail ends with 1, or meets --fail-on; list only lists them",
            default: .fail)
    }
}

extension Option<Int> {
    fileprivate static var jobs: Self { .threads("threads that decide (one per core)") }
}
