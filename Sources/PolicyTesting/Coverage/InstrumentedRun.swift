internal import Engine
internal import Model
internal import Policies
internal import Syntax

/// A set of policies that record the path of their programs.
///
/// They run beside the policies themselves, in a sandbox of their own, and never influence the result of a test.
final class InstrumentedRun {
    let set: PolicySet
    let log: CoverageLog
    private let evaluator: Evaluator
    /// By the policy's number.
    private var tallies: [PolicyTally?]
    /// By the library's number.
    private var libraryTallies: [PolicyTally?]
    private let numbers: [ExactName: Int]

    convenience init?(_ source: PolicySource, budget: Budget) {
        guard let set = PolicySet.load(source, isInstrumented: true).set else { return nil }
        self.init(set, budget: budget)
    }

    /// - Parameter set: loaded with instrumentation.
    init?(_ set: PolicySet, budget: Budget) {
        guard let evaluator = try? Evaluator(set, budget: budget, treeOptions: .none),
            let log = evaluator.coverageLog
        else { return nil }
        (self.set, self.evaluator, self.log) = (set, evaluator, log)
        tallies = set.policies.map { $0.instrumentation.map { PolicyTally($0) } }
        libraryTallies = set.libraries.libraries.map { $0.instrumentation.map { PolicyTally($0) } }
        numbers = Dictionary(uniqueKeysWithValues: set.policies.enumerated().map { ($1.id, $0) })
    }

    /// Runs one policy, if it applies.
    func evaluate(_ request: ResolvedRequest, only id: ExactName, fuel: Int) {
        if let number = numbers[id] { evaluator.run(ifApplicable: number, fuel: fuel, of: request) }
    }

    /// Runs the policies that finished without instrumentation, with more fuel to pay for it.
    func evaluate(_ request: ResolvedRequest, beside plain: [Outcome]) {
        let ended = plain.filter(\.isWithinBudget)
        let most = ended.map(\.fuel).max() ?? 0
        evaluator.run(ended.map(\.policy), fuel: most * Self.fuelFactor + 50_000, of: request)
    }

    /// The factor by which instrumentation may raise the fuel of a program; the measured maximum is 28.
    private static let fuelFactor = 40

    var outcomes: [Outcome] { evaluator.outcomes }

    // MARK: Coverage

    /// Adds the events of the last request to the tallies of those policies that decided the same with instrumentation.
    /// - Parameter plain: the outcomes of the policies without instrumentation.
    func note(test: Int, plain: [Outcome], decision: Decision) {
        let said = Dictionary(grouping: decision.statementsThatDecide, by: \.policy)
        for (run, (own, instrumented)) in zip(log.runs, zip(plain.filter(\.isWithinBudget), outcomes))
        where own.policy == run.policy {
            let events = log.events[run.events]
            tallies[own.policy]?.note(
                SiteTally.First(clamping: test), own, instrumented, events.filter { $0.library == nil }[...],
                said[set.policies[own.policy].id] ?? [], set.policies[own.policy].instrumentation)
            if own.isAlike(instrumented) { note(libraries: events, test: SiteTally.First(clamping: test)) }
        }
    }

    /// Adds the events in libraries to their tallies.
    private func note(libraries events: ArraySlice<CoverageLog.Event>, test: SiteTally.First) {
        for (library, events) in Dictionary(grouping: events.lazy.filter { $0.library != nil }, by: \.library!) {
            libraryTallies[library]?.note(events[...], test)
        }
    }

    /// Adds the events of the last request in libraries alone, for a policy that was made for a test.
    func noteLibraries(test: Int) {
        for run in log.runs { note(libraries: log.events[run.events], test: SiteTally.First(clamping: test)) }
    }

    /// The events that one request causes in one policy, as `note` would add them.
    func tally(of id: ExactName, _ request: ResolvedRequest, plain: [Outcome], decision: Decision) -> PolicyTally? {
        guard let number = numbers[id], let instrumentation = set.policies[number].instrumentation else { return nil }
        let own = plain.filter { $0.policy == number }
        evaluate(request, beside: own)
        var tally = PolicyTally(instrumentation)
        for (run, (own, instrumented)) in zip(log.runs, zip(own.filter(\.isWithinBudget), outcomes)) {
            tally.note(
                0, own, instrumented, log.events[run.events].filter { $0.library == nil }[...],
                decision.statementsThatDecide.filter { $0.policy == id }, instrumentation)
        }
        return tally
    }

    /// The collected events, by policy and by library.
    var tally: CoverageTally {
        var result = CoverageTally()
        for (policy, tally) in zip(set.policies, tallies) { if let tally { result.add(tally, to: policy.id) } }
        for (library, tally) in zip(set.libraries.libraries, libraryTallies) {
            if let tally { result.add(tally, to: library.name) }
        }
        return result
    }

    // MARK: Traces

    /// The lines on which a policy read its facts, for the last request; empty when they are not known.
    func lines(of id: ExactName) -> [Int] {
        guard let policy = numbers[id], let run = log.runs.last(where: { $0.policy == policy }),
            let sites = set.policies[policy].instrumentation?.sites
        else { return [] }
        var lines: [Int] = []
        var statement: Int?
        // Facts that a library reads are read on the line of the policy that called it.
        for event in log.events[run.events] where event.library == nil {
            // Facts that were read since the last event belong to the expression that was evaluated, or to the
            // statement before the one that is reached.
            let line = event.kind == .reached ? statement : sites[event.site].position.line
            while lines.count < event.facts, let line = line ?? statement { lines.append(line) }
            if event.kind == .reached { statement = sites[event.site].position.line }
        }
        let rest = outcomes.first { $0.policy == policy }?.factCount ?? 0
        while lines.count < rest, let statement { lines.append(statement) }
        return lines
    }
}

extension Decision {
    /// The statements that made the decision what it is: those that no other policy made too.
    var statementsThatDecide: [Model.PolicyStatement] {
        let policies = Set(reasons.map(\.policy))
        let alone = policies.count == 1 && failures.isEmpty ? reasons : []
        return alone + advice + obligations + refused + observed
    }
}

extension Outcome {
    /// True when it finished or failed, and was not stopped.
    fileprivate var isWithinBudget: Bool {
        switch termination {
        case .finished, .failed: true
        case .fuel, .memory, .deadline: false
        }
    }
}
