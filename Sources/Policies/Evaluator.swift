internal import Lua
internal import Model

/// Says what policies say of requests: by their trees where their paths are known, by running them where not.
///
/// Owns an interpreter, the expressions that its policies form, and what it learned of them: for one thread only.
package final class Evaluator {
    package private(set) var set: PolicySet
    private let budget: Budget
    private let learning: Learning
    /// For each policy, the number of its root.
    private let rootNumbers: [Int]
    private let running: Pinned<Running>
    let facts: Pinned<Facts>
    private let pinnedForest: Pinned<Forest>
    private let isObserving: [Bool]
    /// Whether policies are asked by their trees, and nothing else is looked at.
    private let isPlain: Bool
    var templates: [TemplateKey: Template] = [:]
    /// How often it has started over: what was read before has other numbers since.
    package private(set) var generation = 0

    /// How often a policy was run.
    package var runCount: Int { running.value.count }
    /// For each policy, the most that one run of it has allocated in its interpreter.
    package var bytes: [Int] { running.value.bytes }
    var host: EvaluationHost { running.value.host }
    /// What the probes of the policies told of the last request, where the set was loaded with probes.
    package let probes: ProbeLog?

    struct TemplateKey: Hashable {
        let policy: Int
        let text: ExactName
    }

    /// - Throws: `.interpreter` when there is no memory for one.
    package init(
        _ set: PolicySet, budget: Budget = Budget(), learning: Learning = Learning()
    ) throws(PolicyError) {
        self.set = set
        self.learning = learning
        self.budget = budget
        let roots = set.roots
        rootNumbers = set.policies.map { policy in roots.firstIndex(of: policy.root)! }
        isObserving = set.policies.map(\.isObserving)
        facts = Pinned(Self.facts(set, budget, learning))
        let host = Self.host(set, learning, facts)
        probes = set.isProbed ? ProbeLog() : nil
        isPlain = learning.bytes > 0 && probes == nil
        host.probes = probes
        pinnedForest = Pinned(Forest(set, facts.value.keys, mostBytes: learning.bytes))
        running = Pinned(try Running(set, host, roots: rootNumbers))
    }

    private static func host(_ set: PolicySet, _ learning: Learning, _ facts: Pinned<Facts>) -> EvaluationHost {
        let resolver = Resolver(
            schema: set.schema, roots: set.roots, settings: set.policies.map(\.settings), plugins: set.plugins,
            uses: set.policies.map(\.plugins), asksPresence: learning.isReference)
        let host = EvaluationHost(resolver: resolver, facts: facts)
        host.asksInFull = learning.isReference
        return host
    }

    private static func facts(_ set: PolicySet, _ budget: Budget, _ learning: Learning) -> Facts {
        Facts(
            schema: set.schema, policies: set.facts,
            keys: FactKeys(known: learning.isReference ? [] : set.knownTexts), plugins: set.plugins,
            runner: set.runner(budget))
    }

    /// Takes other settings of the same policies. What was learned of the policies holds with any.
    /// - Precondition: the policies are the same ones.
    package func use(_ other: PolicySet) {
        precondition(other.policies.count == set.policies.count && zip(other.policies, set.policies).allSatisfy(===))
        set = other
        facts.value.change(other.facts)
        forest.change(other)
    }

    private var forest: Forest {
        _read { yield pinnedForest.value }
        _modify { yield &pinnedForest.value }
    }

    /// What the policies that apply to a request come to; who said what is in `outcomes`.
    package func evaluate(_ request: Request) -> Verdict {
        evaluate { current in
            current = request
            return true
        } ?? []
    }

    /// The same, for a request that is written where the last one was.
    /// - Returns: `nil` when `fill` says that there is none.
    package func evaluate(_ fill: (inout Request) -> Bool) -> Verdict? {
        if running.value.isCrowded { renew() }
        return facts.value.begin(fill) ? evaluate() : nil
    }

    /// The same, for a request that is lent: what was said of it is not to be asked for afterwards.
    package func evaluate(lent request: inout Request) -> Verdict {
        if running.value.isCrowded { renew() }
        return unsafe withUnsafeMutablePointer(to: &request) { request in
            unsafe facts.value.begin(lent: request)
            defer { facts.value.end() }
            return evaluate()
        }
    }

    /// Runs some policies, each with so much fuel, and learns nothing. What they said is in `outcomes`, in their order.
    /// - Precondition: nothing is learned here at all.
    package func run(_ policies: [Int], fuel: Int, of request: Request) {
        if running.value.isCrowded { renew() }
        _ = facts.value.begin { current in
            current = request
            return true
        }
        probes?.clear()
        var budget = budget
        budget.fuel = fuel
        running.value.run(policies, budget.limits)
    }

    @inline(__always) private func evaluate() -> Verdict {
        if isPlain {
            var verdict: Verdict = []
            let missing = forest.begin(&facts.value, &verdict)
            return missing.map { learn(all: $0, verdict) } ?? verdict
        }
        return evaluateOtherwise()
    }

    /// The same, where policies are run or probed.
    @inline(never) private func evaluateOtherwise() -> Verdict {
        probes?.clear()
        if learning.bytes == 0 {
            run(forest.applicable(&facts.value))
            return verdict
        }
        var verdict: Verdict = []
        let missing = forest.begin(&facts.value, &verdict)
        return missing.map { learn(all: $0, verdict) } ?? verdict
    }

    /// Answers for a grove that does not know, and for those after it.
    private func learn(all missing: [Int], _ before: Verdict) -> Verdict {
        var (missing, verdict) = (missing, before)
        while true {
            learn(missing, &verdict)
            guard let next = forest.ask(&facts.value, &verdict) else { return verdict }
            missing = next
        }
    }

    /// What each policy that applied to the last request said, by number.
    package var outcomes: [Evaluation.Outcome] {
        learning.bytes == 0 ? host.runs.outcomes : forest.outcomes
    }

    /// Those of `outcomes` that said something or did not end well.
    package var spoken: [Evaluation.Outcome] {
        learning.bytes == 0 ? host.runs.spoken : forest.spoken
    }

    /// What was read for the last request and what it came to, as numbers: two requests with the same ones were answered
    /// alike, fact by fact. Good as long as `generation` stays; `nil` where a policy had to be run.
    package var path: [UInt32]? { learning.bytes == 0 ? nil : forest.path }

    /// Takes a policy's tree away, and all that was remembered of facts: from now on the policy is run.
    package func distrust(_ policy: Int) {
        forest.distrust(policy)
        facts.value.forget()
    }

    /// Counts, by policy, who was a reason of the decision about the last request, and who observed.
    package func tally(isPermitted: Bool, _ reasons: inout [Int], _ observations: inout [Int]) {
        guard learning.bytes == 0 else {
            return forest.tally(isPermitted: isPermitted, &reasons, &observations)
        }
        for run in 0..<host.runs.count {
            let policy = host.runs.policy(of: run)
            let verdict = host.runs.verdict(of: run, isObserving: isObserving[policy])
            if verdict.isReason(ofPermit: isPermitted) { reasons[policy] += 1 }
            if verdict.contains(.observes) { observations[policy] += 1 }
        }
    }

    /// What was learned: how many policies are open, and about how many bytes the trees take.
    package var forestSize: (open: [Int], bytes: Int) {
        (forest.trees.indices.filter { forest.trees[$0].openness != nil }, forest.bytes)
    }

    /// What the policies that were run last come to.
    private var verdict: Verdict {
        var verdict: Verdict = []
        for run in 0..<host.runs.count {
            let policy = host.runs.policy(of: run)
            verdict.formUnion(host.runs.verdict(of: run, isObserving: isObserving[policy]))
        }
        return verdict
    }

    /// Answers for policies of which the trees do not know what they say.
    private func learn(_ policies: [Int], _ verdict: inout Verdict) {
        var outcomes: [Evaluation.Outcome] = []
        var leaves: [Int32]? = []
        for policy in policies {
            if let leaf = forest.leaf(of: policy, &facts.value) {
                outcomes.append(forest.trees[policy].outcomes[leaf])
                leaves?.append(Int32(leaf))
                continue
            }
            run([policy])
            let outcome = host.runs.outcome(of: 0)
            outcomes.append(outcome)
            if let leaf = forest.learn(outcome, &facts.value) { leaves?.append(Int32(leaf)) } else { leaves = nil }
        }
        forest.answer(outcomes, leaves: leaves, &facts.value, &verdict)
    }

    private func run(_ policies: [Int]) { running.value.run(policies, budget.limits) }

    func root(of policy: Int) -> UInt32 { host.root(rootNumbers[policy]) }

    private func renew() {
        generation += 1
        let fault = facts.value.plantedFault
        facts.value = Self.facts(set, budget, learning)
        facts.value.plantedFault = fault
        let host = Self.host(set, learning, facts)
        host.probes = probes
        running.value.renew(host)
        forest = Forest(set, facts.value.keys, mostBytes: learning.bytes)
        templates = [:]
    }
}

extension Evaluation.Outcome {
    /// Whether two runs of one policy said the same and ended alike, whatever they used for it.
    package func isAlike(_ other: Self) -> Bool {
        policy == other.policy && ending == other.ending && trace.count == other.trace.count
            && effects.elementsEqual(other.effects) { one, other in
                one.kind == other.kind && one.text.isSameBytes(other.text) && one.code == other.code
                    && one.line == other.line
            }
    }
}
