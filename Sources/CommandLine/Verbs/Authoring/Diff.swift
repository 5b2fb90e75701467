internal import Analysis
internal import Decisions
internal import Engine
internal import Model
internal import Plugins
internal import Policies
internal import Presentation

extension Verb {
    /// `diff`: the decisions that another set of policies changes.
    static let diff = Verb(
        name: "diff", summary: "shows whose permits a change of the policies gives or takes",
        positionals: [
            .init(name: "OLD", help: "the policies as they are: a folder, or REVISION:FOLDER of git"),
            .init(name: "NEW", help: "the policies as they would be"),
        ],
        options: [Option.impactFormat, Option.failOnChange, Option.andAt, Option.exhaustive, Option.timeout],
        uses: .store.adding(Option.plugins, Option.locked, Option.tenant, Option.at, Option.json),
        details: [
            "It decides each action, on each type of resource, in each department, for every token of the store, by both "
                + "sets. Values of further properties are tried where a policy reads them.",
            "With --exhaustive, it compares both sets on every branch instead, for every request on every store, and shows a "
                + "request for each difference; no store is needed.",
            "Plugins are those of --plugins, or beside each folder, at its revision.",
            "exit status: 0 done, 3 policies do not load, 5 a change of the kind of --fail-on, 64 wrong usage",
        ],
        examples: [
            "diff main:policies policies", "diff main:policies policies --exhaustive",
            "diff policies proposal --fail-on widened --format markdown",
        ],
        run: { invocation throws(CommandError) in
            let sets = [
                try policies(invocation.positionals[0], invocation),
                try policies(invocation.positionals[1], invocation),
            ]
            if invocation[.exhaustive] { return try exhaustive(sets, invocation) }
            let snapshot = try invocation.timedDirectory(needsStore: true)
            let tenant = try invocation.tenant(in: snapshot.directory)
            let times = try [snapshot.now] + later(than: snapshot, invocation)
            let progress = Progress("thousandths of all tokens", invocation.terminal)
            let diff: PolicyDiff
            do throws(PolicyError) {
                let sides = PairedAuthorizers(
                    before: (try Authorizer(policies: sets[0]), snapshot.directory),
                    after: (try Authorizer(policies: sets[1]), snapshot.directory))
                diff = PolicyDiff(
                    sides, tenant: tenant.map { snapshot.directory.tenants[$0].id }, times: times
                ) { progress.step($0, of: $1) }
            } catch { throw CommandError(error.message) }
            progress.end()
            let format = invocation[.json] ? .json : invocation[.impactFormat]
            let report = DiffReport(
                diff, names: .init(snapshot.directory), times: times, remarks: remarks(sets, invocation.positionals))
            let (output, notes) = report.lines(format)
            invocation.terminal.show(output)
            for note in notes { invocation.terminal.note(note) }
            let isMet = invocation[.failOnChange]?.isMet(
                widened: diff.widened, narrowed: diff.narrowed, isEmpty: diff.isEmpty, unknown: diff.incomparable)
            return isMet == true ? ExitStatus.gate : ExitStatus.done
        })

    /// Compares both sets on every branch.
    private static func exhaustive(_ sets: [PolicySet], _ invocation: Invocation) throws(CommandError) -> Int32 {
        let others: [any OptionDeclaration] = [Option.store, Option.tenant, Option.andAt]
        if let option = others.first(where: { invocation.isGivenAfterVerb($0) }) {
            throw .usage(
                "`--\(option.name)` has no effect with `--exhaustive`, which is about every store and every time")
        }
        var options = invocation[.at].map { Exploration.Options(now: $0) } ?? Exploration.Options(today: .now())
        options.limits.isOver = SteadyClock.limit(seconds: invocation[.timeout])
        let comparison: BranchComparison?
        do throws(PolicyError) { comparison = try BranchComparison(sets[0], sets[1], options: options) } catch {
            throw CommandError(error.message)
        }
        guard let comparison else {
            throw CommandError(
                "the two sets have different schemas or plugins, so that their facts cannot be compared: "
                    + "`diff` without `--exhaustive` compares what tokens of a store may do")
        }
        let report = BranchDiffReport(comparison.diff(), policies: sets)
        let (output, notes) = report.lines(invocation[.json] ? .json : invocation[.impactFormat])
        invocation.terminal.show(output)
        for note in notes { invocation.terminal.note(note) }
        let diff = report.diff
        func count(_ direction: BranchDiff.Direction) -> Int { diff.differences.count { $0.direction == direction } }
        // What was not found may be either.
        let isMet = invocation[.failOnChange]?.isMet(
            widened: count(.widened), narrowed: count(.narrowed), isEmpty: diff.isEqual, unknown: diff.bounds.count)
        return isMet == true ? ExitStatus.gate : ExitStatus.done
    }

    private static func policies(_ place: String, _ invocation: Invocation) throws(CommandError) -> PolicySet {
        let files =
            if let revision = PolicyRevision(place) {
                try revision.files(invocation)
            } else {
                try invocation.policyFiles(place)
            }
        let result = PolicySet.load(files.loadedPlugins().source)
        invocation.terminal.report(result.diagnostics.filter { $0.severity == .error })
        guard let set = result.set else {
            throw CommandError("the policies in `\(place)` do not load", status: ExitStatus.policies)
        }
        return set
    }

    /// The times of `--and-at`.
    private static func later(
        than snapshot: TimedDirectory, _ invocation: Invocation
    ) throws(CommandError) -> [Instant] {
        let zone = try invocation.tenant(in: snapshot.directory).map { snapshot.directory.tenants[$0].zone } ?? .utc
        return try (invocation[.andAt] ?? "").split(separator: ",").map { text throws(CommandError) in
            try TimeArgument.present(String(text), for: "--and-at", now: snapshot.now, in: zone)
        }
    }

    /// The sentences about what a comparison of tokens leaves out.
    private static func remarks(_ sets: [PolicySet], _ places: [String]) -> [String] {
        let policies = sets.flatMap(\.policies)
        let external = Set(policies.filter { $0.shape.kinds.contains(.access) && $0.shape.subject != .token }.map(\.id))
        let administering = Set(policies.filter { $0.shape.kinds.contains(where: \.isAdministrative) }.map(\.id))
        var remarks: [String] = []
        if !external.isEmpty {
            remarks.append(
                "not compared: decisions about subjects that are no tokens, by \(external.sorted().joined(separator: ", "))"
            )
        }
        if !administering.isEmpty {
            remarks.append("not compared: administration, by \(administering.sorted().joined(separator: ", "))")
        }
        return remarks
    }
}

extension Option<Bool> {
    fileprivate static var exhaustive: Self {
        Self(flag: "exhaustive", "compare both sets on every branch, instead of by the tokens of a store")
    }
}

extension Option<Int> {
    fileprivate static var timeout: Self {
        Self("timeout", "SECONDS", "with --exhaustive, the most time", most: 86_400, default: 10)
    }
}

extension Option<String?> {
    fileprivate static var andAt: Self {
        Self("and-at", "TIME[,TIME]", "decide at these times too: a day, a time with its zone, or +30d")
    }
}
