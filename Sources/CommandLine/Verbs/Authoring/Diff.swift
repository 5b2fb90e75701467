internal import Analysis
internal import Decisions
internal import Engine
internal import Files
internal import Model
internal import Plugins
internal import Policies
internal import Presentation
internal import Tokens

extension Verb {
    /// `diff`: the decisions that another set of policies, or another store, changes.
    static let diff = Verb(
        name: "diff", summary: "shows whose permits a change of the policies, or of the store, gives or takes",
        positionals: [
            .init(name: "OLD", help: "the policies as they are: a folder, or REVISION:FOLDER of git", isOptional: true),
            .init(name: "NEW", help: "the policies as they would be", isOptional: true),
        ],
        options: [
            Option.diffFormat, Option.failOnChange, Option.andAt, Option.recorded, Option.exhaustive, Option.timeout,
        ],
        uses: .store.adding(
            Option.policies, Option.plugins, Option.locked, Option.tenant, Option.at, Option.json),
        pairs: [Option.store, Option.keys],
        details: [
            "It decides each action, on each type of resource, in each department, for every token of the store, by both "
                + "sets. Values of further properties are tried where a policy reads them. With --requests, it decides the "
                + "requests of a file instead, each for every token of its tenant.",
            "Without OLD and NEW, it compares two stores by the policies of --policies: --store OLD --store NEW, each with its "
                + "--keys. It also shows each field of a record that differs, and records that only one of them has.",
            "With --exhaustive, it compares both sets on every branch instead, for every request on every store, and shows a "
                + "request for each difference; no store is needed.",
            "Plugins are those of --plugins, or beside each folder, at its revision.",
            "exit status: 0 done, 3 policies do not load, 5 a change of the kind of --fail-on, 64 wrong usage",
        ],
        examples: [
            "diff main:policies policies", "diff main:policies policies --exhaustive",
            "diff policies proposal --fail-on widened --format markdown",
            "diff --store before.json --store after.json --format html > change.html",
        ],
        run: { invocation throws(CommandError) in
            let places = invocation.positionals
            guard places.count != 1 else { throw .usage("there is one set of policies, `\(places[0])`, and no other") }
            if invocation[.exhaustive] { return try exhaustive(invocation) }
            let isOfStores = invocation.secondText(of: Option.store) != nil
            guard isOfStores || !places.isEmpty else {
                throw .usage("name what to compare: two sets of policies, or two stores with `--store OLD --store NEW`")
            }
            let sets =
                places.isEmpty
                ? [try invocation.policies()]
                : [try policies(places[0], invocation), try policies(places[1], invocation)]
            let snapshot = try invocation.timedDirectory(needsStore: true)
            let other = try isOfStores ? second(after: snapshot.directory, invocation) : nil
            let directories = [snapshot.directory] + (other.map { [$0.directory] } ?? [])
            let tenant = try invocation.tenant(among: directories.flatMap { $0.tenants.map(\.id) })
            let times = try [snapshot.now] + later(than: snapshot.now, tenant, directories, invocation)
            let after = other?.directory ?? snapshot.directory
            let recorded = try invocation[.recorded].map { path throws(CommandError) in
                try recordedRequests(path, directories, invocation)
            }
            let progress = Progress("percent", invocation.terminal)
            let diff: PolicyDiff
            do throws(PolicyError) {
                let sides = PairedAuthorizers(
                    before: (try Authorizer(policies: sets[0]), snapshot.directory),
                    after: (try Authorizer(policies: sets.last!), after))
                diff = PolicyDiff(sides, tenant: tenant, times: times, recorded: recorded) {
                    progress.step($0 * 100 / $1, of: 100)
                }
            } catch { throw CommandError(error.message) }
            progress.end()
            var input = DiffReport.Input(names: .init(snapshot.directory, after), times: times)
            input.records = other?.records.filter { tenant == nil || $0.tenant == tenant }
            input.recorded = recorded
            input.remarks = remarks(sets)
            for set in sets { for policy in set.policies { input.files[policy.id] = file(policy.path) } }
            let report = DiffReport(diff, input)
            let (output, notes) = report.lines(
                invocation[.json] ? .json : invocation[.diffFormat], columns: invocation.terminal.streams.columns)
            invocation.terminal.show(output)
            for note in notes { invocation.terminal.note(note) }
            let isMet = invocation[.failOnChange]?.isMet(
                widened: diff.widened, narrowed: diff.narrowed, isEmpty: report.isEmpty,
                unknown: diff.incomparable + (recorded?.unread ?? 0))
            return isMet == true ? ExitStatus.gate : ExitStatus.done
        })

    // MARK: Stores

    /// The second store, and the changes of records from the first.
    private static func second(
        after first: Directory, _ invocation: Invocation
    ) throws(CommandError) -> (directory: Directory, records: [RecordChange]) {
        guard let store = try invocation.openSecondStore() else { throw CommandError("there is no second store") }
        let after = try invocation.organisation(.all, of: store)
        do throws(OrganisationError) {
            return (try Directory(after), Organisation(of: first).changes(to: after, whole: true))
        } catch {
            throw CommandError(error.message(in: invocation.secondText(of: Option.store) ?? ""))
        }
    }

    /// The requests of a file.
    private static func recordedRequests(
        _ path: String, _ directories: [Directory], _ invocation: Invocation
    ) throws(CommandError) -> RecordedRequests {
        var recorded = RecordedRequests(of: directories)
        do throws(FileError) {
            if path == "-" {
                for (number, line) in invocation.terminal.streams.input().split(
                    separator: 0x0A, omittingEmptySubsequences: false
                ).enumerated() { recorded.add(Array(line), number: number + 1) }
            } else {
                try FileLines.forEach(of: try OpenFile(path, for: .reading)) { line in
                    recorded.add(Array(line.bytes), number: line.number)
                    return true
                }
            }
        } catch { throw CommandError(error) }
        guard recorded.lines > 0 else { throw CommandError("`\(path)` has no request") }
        return recorded
    }

    /// The path of a policy's file without the revision before it.
    private static func file(_ path: String) -> String {
        guard !File.exists(path), let colon = path.firstIndex(of: ":") else { return path }
        return String(path[path.index(after: colon)...])
    }

    /// Compares both sets on every branch.
    private static func exhaustive(_ invocation: Invocation) throws(CommandError) -> Int32 {
        let others: [any OptionDeclaration] = [Option.store, Option.tenant, Option.andAt, Option.recorded]
        if let option = others.first(where: { invocation.isGivenAfterVerb($0) }) {
            throw .usage(
                "`--\(option.name)` has no effect with `--exhaustive`, which is about every store and every time")
        }
        guard !invocation.positionals.isEmpty else {
            throw .usage("`--exhaustive` compares two sets of policies: OLD and NEW")
        }
        let stated = invocation[.diffFormat].rawValue
        guard let format = ImpactFormat(rawValue: invocation[.json] ? ImpactFormat.json.rawValue : stated) else {
            throw .usage("`--exhaustive` has no format `\(stated)`: it is text, json or markdown")
        }
        let places = invocation.positionals
        let sets = [try policies(places[0], invocation), try policies(places[1], invocation)]
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
        let (output, notes) = report.lines(format)
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

    /// The times of `--and-at`, in the zone of the tenant that one of the directories has.
    private static func later(
        than now: Instant, _ tenant: ExactName?, _ directories: [Directory], _ invocation: Invocation
    ) throws(CommandError) -> [Instant] {
        let zone = directories.lazy.compactMap { directory in
            tenant.flatMap(directory.tenant).map { directory.tenants[$0].zone }
        }.first
        return try (invocation[.andAt] ?? "").split(separator: ",").map { text throws(CommandError) in
            try TimeArgument.present(String(text), for: "--and-at", now: now, in: zone ?? .utc)
        }
    }

    /// The sentences about what a comparison of tokens leaves out.
    private static func remarks(_ sets: [PolicySet]) -> [String] {
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

extension Option<DiffReport.Format> {
    fileprivate static var diffFormat: Self {
        Self("format", "FORMAT", "text, json, markdown, html or sarif", default: .text)
    }
}

extension Option<Int> {
    fileprivate static var timeout: Self {
        Self("timeout", "SECONDS", "with --exhaustive, the most time", most: 86_400, default: 10)
    }
}

extension Option<String?> {
    fileprivate static var recorded: Self {
        Self(
            "requests", "FILE", "decide these: evaluation requests or a decision log, one a line; `-` is standard input"
        )
    }
    fileprivate static var andAt: Self {
        Self("and-at", "TIME[,TIME]", "decide at these times too: a day, a time with its zone, or +30d")
    }
}
