internal import Model
internal import Policies
internal import Syntax

/// A set of policies that tell where their programs go.
///
/// They are run beside the policies themselves, in a sandbox of their own: what a test comes to is never theirs to say.
final class InstrumentedRun {
    let set: PolicySet
    let log: CoverageLog
    private let evaluator: Evaluator
    /// By the policy's number.
    private var tallies: [PolicyTally?]
    private let numbers: [ExactName: Int]

    init?(_ source: PolicySource, budget: Budget) {
        guard let set = PolicySet.load(source, isInstrumented: true).set,
            let evaluator = try? Evaluator(set, budget: budget, treeOptions: .none),
            let log = evaluator.instrumentation
        else { return nil }
        (self.set, self.evaluator, self.log) = (set, evaluator, log)
        tallies = set.policies.map { $0.instrumentation.map { PolicyTally($0) } }
        numbers = Dictionary(uniqueKeysWithValues: set.policies.enumerated().map { ($1.id, $0) })
    }

    /// Runs every policy that applies.
    func evaluate(_ request: ResolvedRequest) { _ = evaluator.evaluate(request) }

    /// Runs the policies that came to an end without probes, with fuel for the probes too.
    func evaluate(_ request: ResolvedRequest, beside plain: [Outcome]) {
        let ended = plain.filter(\.isWithinBudget)
        let most = ended.map(\.fuel).max() ?? 0
        evaluator.run(ended.map(\.policy), fuel: most * Self.probeFuel + 50_000, of: request)
    }

    /// How many times the fuel of a program it may need with probes; measured, never more than 28.
    private static let probeFuel = 40

    var outcomes: [Outcome] { evaluator.outcomes }

    // MARK: Coverage

    /// Takes over what probes told of the last request, of the policies that said the same with probes as without.
    /// - Parameter plain: what those said that were run beside.
    func note(test: Int, plain: [Outcome], decision: Decision) {
        let number = SiteTally.First(clamping: test)
        var told: [Int: Range<Int>] = [:]
        let said = decision.statementsThatDecide
        let deciding = Set(said.map(\.policy))
        for (run, (own, instrumented)) in zip(log.runs, zip(plain.filter(\.isWithinBudget), outcomes)) {
            guard own.policy == run.policy, tallies[own.policy] != nil else { continue }
            guard own.isAlike(instrumented) else {
                tallies[own.policy]?.problem = "with probes it says something else; please report this"
                continue
            }
            tallies[own.policy]?.note(log.events[run.events], number)
            if deciding.contains(set.policies[own.policy].id) { told[own.policy] = run.events }
        }
        for statement in said {
            guard let policy = numbers[statement.policy], let events = told[policy],
                let instrumentation = set.policies[policy].instrumentation
            else { continue }
            tallies[policy]?.note(decisive: statement, instrumentation, log.events[events], number)
        }
    }

    /// What was noted, by policy.
    var tally: CoverageTally {
        var result = CoverageTally()
        for (policy, tally) in zip(set.policies, tallies) { if let tally { result.add(tally, to: policy.id) } }
        return result
    }

    // MARK: Traces

    /// The lines that a policy has read its facts on, for the last request; none where it cannot be told.
    func lines(of id: ExactName) -> [Int] {
        guard let policy = numbers[id], let run = log.runs.last(where: { $0.policy == policy }),
            let sites = set.policies[policy].instrumentation?.sites
        else { return [] }
        var lines: [Int] = []
        var statement: Int?
        for event in log.events[run.events] {
            // What was read since the last event belongs to the expression that came to something, or to the statement
            // that another one follows.
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
    /// What made the decision what it is: what no other policy said too.
    var statementsThatDecide: [Model.PolicyStatement] {
        let policies = Set(reasons.map(\.policy))
        let alone = policies.count == 1 && failures.isEmpty ? reasons : []
        return alone + advice + obligations + observed
    }
}

extension Outcome {
    /// Whether it came to an end, and was not stopped.
    fileprivate var isWithinBudget: Bool {
        switch termination {
        case .finished, .failed: true
        case .fuel, .memory, .deadline: false
        }
    }
}
