internal import Lua
internal import Model
package import Policies

/// Evaluates policies for requests: by decision trees where these have a path, and by running the policies where not.
///
/// Owns an interpreter, the expressions that its policies form, and the trees learned from them: for one thread only.
package final class Evaluator {
    package private(set) var set: PolicySet
    private let budget: Budget
    private let treeOptions: TreeOptions
    /// For each policy, the number of its request shape.
    private let shapeNumbers: [Int]
    private let runner: UnsafeBox<PolicyRunner>
    let facts: UnsafeBox<Facts>
    private let forestBox: UnsafeBox<DecisionForest>
    private let isObserving: [Bool]
    /// True when policies are evaluated by trees, without coverageLog.
    private let isPlain: Bool
    /// True when all policies that applied to the last request were asked, also those that its values rule out.
    private var isInFull = true
    var templates: [TemplateKey: Template] = [:]
    /// The words of facts that were told, until the expressions are formed anew.
    var factWords: [Expressions.ID: FactWords] = [:]
    /// The number of times it has started over; expressions have other numbers each time.
    package private(set) var generation = 0

    /// The number of policy runs.
    package var runCount: Int { runner.value.count }
    /// For each policy, the most bytes that one run of it has allocated in its interpreter.
    package var bytes: [Int] { runner.value.bytes }
    var host: EvaluationHost { runner.value.host }
    /// The events of instrumented policies for the last request; `nil` when the set was loaded without coverageLog.
    package let coverageLog: CoverageLog?

    struct TemplateKey: Hashable {
        let policy: Int
        let text: ExactName
    }

    /// - Throws: `.interpreter` when there is no memory for one.
    package init(
        _ set: PolicySet, budget: Budget = Budget(), treeOptions: TreeOptions = TreeOptions()
    ) throws(PolicyError) {
        self.set = set
        self.treeOptions = treeOptions
        self.budget = budget
        let shapes = set.shapes
        shapeNumbers = set.policies.map { policy in shapes.firstIndex(of: policy.shape)! }
        isObserving = set.policies.map(\.isObserving)
        facts = UnsafeBox(Self.facts(set, budget, treeOptions))
        let host = Self.host(set, treeOptions, facts)
        coverageLog = set.isInstrumented ? CoverageLog() : nil
        isPlain = treeOptions.bytes > 0 && coverageLog == nil
        host.coverageLog = coverageLog
        forestBox = UnsafeBox(Self.forest(set, host, shapeNumbers, facts, budget, treeOptions))
        runner = UnsafeBox(try PolicyRunner(set, host, shapes: shapeNumbers))
    }

    private static func host(_ set: PolicySet, _ treeOptions: TreeOptions, _ facts: UnsafeBox<Facts>) -> EvaluationHost
    {
        let resolver = Resolver(
            schema: set.schema, shapes: set.shapes, settings: set.policies.map(\.settings), plugins: set.plugins,
            uses: set.policies.map(\.plugins), libraries: set.policies.map { Set($0.libraries) },
            asksPresence: treeOptions.isReference)
        let host = EvaluationHost(resolver: resolver, facts: facts)
        host.asksInFull = treeOptions.isReference
        return host
    }

    private static func forest(
        _ set: PolicySet, _ host: EvaluationHost, _ shapes: [Int], _ facts: UnsafeBox<Facts>, _ budget: Budget,
        _ treeOptions: TreeOptions
    ) -> DecisionForest {
        let compiler = TargetCompiler(host.resolver, host.expressions, shapes: shapes, fuel: budget.fuel)
        return DecisionForest(set, facts.value.keys, compiler, treeOptions)
    }

    private static func facts(_ set: PolicySet, _ budget: Budget, _ treeOptions: TreeOptions) -> Facts {
        Facts(
            schema: set.schema, policies: set.facts,
            keys: FactKeys(known: treeOptions.isReference ? [] : set.knownTexts), plugins: set.plugins,
            runner: set.runner(budget))
    }

    /// Takes other settings of the same policies. What was learned of the policies stays valid.
    /// - Precondition: the policies are the same ones.
    package func use(_ other: PolicySet) {
        precondition(other.policies.count == set.policies.count && zip(other.policies, set.policies).allSatisfy(===))
        set = other
        facts.value.change(other.facts)
        forest.change(other)
    }

    private var forest: DecisionForest {
        _read { yield forestBox.value }
        _modify { yield &forestBox.value }
    }

    /// The verdict of the policies that apply to a request; the part of each policy is in `spoken`.
    /// - Parameter isInFull: true for asking all policies that apply, also those that the request's values rule out: their
    ///   parts are in `outcomes` then. The verdict is the same.
    package func evaluate(_ request: ResolvedRequest, isInFull: Bool) -> Verdict {
        evaluate(isInFull: isInFull) { current in
            current = request
            return true
        } ?? []
    }

    /// The same, for a request that `fill` writes over the last one.
    /// - Returns: `nil` when `fill` returns false.
    package func evaluate(isInFull: Bool, _ fill: (inout ResolvedRequest) -> Bool) -> Verdict? {
        if runner.value.isCrowded { renew() }
        return facts.value.begin(fill) ? evaluate(isInFull: isInFull) : nil
    }

    /// The same, for a request that is lent: its outcomes must not be asked for afterwards.
    package func evaluate(lent request: inout ResolvedRequest, isInFull: Bool) -> Verdict {
        if runner.value.isCrowded { renew() }
        return unsafe withUnsafeMutablePointer(to: &request) { request in
            unsafe facts.value.begin(lent: request)
            defer { facts.value.end() }
            return evaluate(isInFull: isInFull)
        }
    }

    /// Runs some policies, each with this much fuel, and learns nothing. Their outcomes are in `outcomes`, in the same
    /// order.
    /// - Precondition: the evaluator has no trees.
    package func run(_ policies: [Int], fuel: Int, of request: ResolvedRequest) {
        begin(request)
        run(policies, fuel: fuel)
    }

    /// The same for one policy; it is not run when it does not apply to the request.
    package func run(ifApplicable policy: Int, fuel: Int, of request: ResolvedRequest) {
        begin(request)
        run(forest.applicable(&facts.value).contains(policy) ? [policy] : [], fuel: fuel)
    }

    private func begin(_ request: ResolvedRequest) {
        if runner.value.isCrowded { renew() }
        _ = facts.value.begin { current in
            current = request
            return true
        }
    }

    private func run(_ policies: [Int], fuel: Int) {
        coverageLog?.clear()
        var budget = budget
        budget.fuel = fuel
        runner.value.run(policies, budget.limits)
    }

    @inline(__always) private func evaluate(isInFull: Bool) -> Verdict {
        self.isInFull = isInFull
        if isPlain {
            var verdict: Verdict = []
            let missing = forest.begin(&facts.value, isInFull: isInFull, &verdict)
            return missing.map { learn(all: $0, verdict) } ?? verdict
        }
        return evaluateOtherwise()
    }

    /// The same, where policies are always run, or are instrumented.
    @inline(never) private func evaluateOtherwise() -> Verdict {
        coverageLog?.clear()
        if treeOptions.bytes == 0 {
            run(forest.applicable(&facts.value))
            return verdict
        }
        var verdict: Verdict = []
        // Policies report their coverage when they are run.
        let missing = forest.begin(&facts.value, isInFull: true, &verdict)
        return missing.map { learn(all: $0, verdict) } ?? verdict
    }

    /// Answers for a shared tree that has no path for the request, and for those after it.
    private func learn(all missing: [Int], _ before: Verdict) -> Verdict {
        var (missing, verdict) = (missing, before)
        while true {
            learn(missing, &verdict)
            guard let next = forest.ask(&facts.value, &verdict) else { return verdict }
            missing = next
        }
    }

    /// The outcome of each policy that applied to the last request, by policy number.
    /// - Precondition: it was evaluated in full.
    package var outcomes: [Outcome] {
        precondition(isInFull || !isPlain, "some policies were not asked")
        return treeOptions.bytes == 0 ? host.records.outcomes : forest.outcomes
    }

    /// Those outcomes with effects or a failure.
    package var spoken: [Outcome] {
        treeOptions.bytes == 0 ? host.records.spoken : forest.spoken
    }

    /// The path of the last request through the trees, as numbers: requests with the same path have read the same facts
    /// with the same answers. Comparable while `generation` stays the same; `nil` when a policy had to be run.
    /// - Precondition: it was evaluated in full.
    package var path: [UInt32]? {
        precondition(isInFull || !isPlain, "some policies were not asked")
        return treeOptions.bytes == 0 ? nil : forest.path
    }

    /// The policies that were asked for the last request, by number: those that its values do not rule out.
    var askedPolicies: [Int] { forest.asked }

    /// Keeps fewer lists of policies by the values of requests than usual. For tests of what happens then.
    func limitLists(to count: Int) { forest.numbers.limitLists(to: count) }

    /// True when the last request had the answers of an earlier one, so that no tree was walked.
    package var isRemembered: Bool { forest.isRemembered }

    /// Drops a policy's tree, and all cached facts: from now on the policy is run.
    package func distrust(_ policy: Int) {
        forest.distrust(policy)
        facts.value.forget()
    }

    /// Counts, by policy, the reasons of the decision on the last request, and the observations.
    package func tally(isPermitted: Bool, _ reasons: inout [Int], _ observations: inout [Int]) {
        guard treeOptions.bytes == 0 else {
            return forest.tally(isPermitted: isPermitted, &reasons, &observations)
        }
        for run in 0..<host.records.count {
            let policy = host.records.policy(of: run)
            let verdict = host.records.verdict(of: run, isObserving: isObserving[policy])
            if verdict.isReason(ofPermit: isPermitted) { reasons[policy] += 1 }
            if verdict.contains(.observes) { observations[policy] += 1 }
        }
    }

    /// The size of the forest: the uncacheable policies, and the approximate bytes of the trees.
    package var forestSize: (uncacheable: [Int], bytes: Int) {
        (forest.trees.indices.filter { forest.trees[$0].uncacheableReason != nil }, forest.bytes)
    }

    /// The verdict of the policies that were run last.
    private var verdict: Verdict {
        var verdict: Verdict = []
        for run in 0..<host.records.count {
            let policy = host.records.policy(of: run)
            verdict.formUnion(host.records.verdict(of: run, isObserving: isObserving[policy]))
        }
        return verdict
    }

    /// Answers for the policies of a shared tree that has no path for the request.
    private func learn(_ policies: [Int], _ verdict: inout Verdict) {
        var outcomes: [Outcome] = []
        var leaves: [Int32]? = []
        for policy in policies {
            if let leaf = forest.leaf(of: policy, &facts.value) {
                outcomes.append(forest.trees[policy].outcomes[leaf])
                leaves?.append(Int32(leaf))
                continue
            }
            run([policy])
            let outcome = host.records.outcome(of: 0)
            outcomes.append(outcome)
            if let leaf = forest.learn(outcome, &facts.value) { leaves?.append(Int32(leaf)) } else { leaves = nil }
        }
        forest.answer(outcomes, leaves: leaves, &facts.value, &verdict)
    }

    private func run(_ policies: [Int]) { runner.value.run(policies, budget.limits) }

    /// The outcome of one run of a policy whose facts the host's oracle answers.
    func run(walked policy: Int) -> Outcome {
        run([policy])
        return host.records.outcome(of: 0)
    }

    func requestHandle(of policy: Int) -> UInt32 { host.requestHandle(shapeNumbers[policy]) }

    private func renew() {
        generation += 1
        let fault = facts.value.plantedFault
        facts.value = Self.facts(set, budget, treeOptions)
        facts.value.plantedFault = fault
        let host = Self.host(set, treeOptions, facts)
        host.coverageLog = coverageLog
        runner.value.renew(host)
        forest = Self.forest(set, host, shapeNumbers, facts, budget, treeOptions)
        templates = [:]
        factWords = [:]
    }
}

extension Outcome {
    /// True when two runs of one policy read as many facts, had the same effects and ended alike, whatever fuel they
    /// used.
    package func isAlike(_ other: Self) -> Bool {
        policy == other.policy && termination == other.termination && trace.count == other.trace.count
            && effects.elementsEqual(other.effects) { one, other in
                one.kind == other.kind && one.text.isSameBytes(other.text) && one.code == other.code
                    && one.line == other.line
            }
    }
}
