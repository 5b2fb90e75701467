internal import Model
internal import Policies

/// The decision trees of a policy set: one for each policy, and shared trees for each list of policies that apply
/// together.
///
/// Each worker has its own: sharing would cost every request more than learning the trees again.
@safe struct DecisionForest: ~Copyable {
    /// The walk plan of a policy group, rebuilt whenever the group changes.
    @safe struct WalkPlan: BitwiseCopyable {
        let treeHeaders: UnsafeMutablePointer<UnsafeMutablePointer<DecisionTree.Header>>
        let count: Int
        /// The number of requests left until the group notes one, and that number at the start.
        var wait: Int
        let wholeWait: Int

        init(_ group: PolicyGroup, notes: Bool) {
            unsafe treeHeaders = group.treeHeaders.first
            count = group.treeHeaders.count
            wholeWait = notes ? group.wait : .max
            wait = wholeWait
        }
    }

    private(set) var trees: [PolicyTree]
    private let keys: FactKeys
    private var numbers: ApplicabilityIndex
    private var groups: [PolicyGroup] = []
    /// The walk plan of each policy group.
    private var plans = UncheckedArray<WalkPlan>()
    private let isObserving: [Bool]
    private let mostBytes: Int
    /// True when memory allows no more shared trees.
    private var isFull = false

    /// The policy group of the last request.
    private var group = 0
    /// The answer of each of its shared trees: a leaf, or `-1 - i` for `runs[i]`.
    private var answers = UncheckedArray<Int32>()
    /// The number of shared trees that have answered.
    private var answered = 0
    /// The outcomes of policies that were run and are not remembered.
    private var runs: [[Outcome]] = []
    // Repairs due before the next request; until then the answers of the last one can still be read.
    private var outgrown: [Int] = []
    private var hasNewUncacheable = false
    private var isOverLimit = false
    private var learned = 0

    /// - Parameter mostBytes: the approximate memory limit of the trees.
    init(_ set: PolicySet, _ keys: FactKeys, mostBytes: Int) {
        self.keys = keys
        trees = set.policies.indices.map(PolicyTree.init)
        numbers = ApplicabilityIndex(set)
        isObserving = set.policies.map(\.isObserving)
        self.mostBytes = mostBytes
    }

    /// Takes other settings of the same policies: settings are facts, so nothing that was learned becomes stale.
    mutating func change(_ set: PolicySet) { numbers.change(set) }

    // MARK: Asking

    /// Begins the request of `facts`.
    /// - Returns: as `ask`.
    @inline(__always) mutating func begin(_ facts: inout Facts, _ verdict: inout Verdict) -> [Int]? {
        settle()
        group = numbers.number(&facts)
        if group >= plans.count { grow() }
        answered = 0
        if !runs.isEmpty { runs.removeAll() }
        return ask(&facts, &verdict)
    }

    /// Makes room for policy groups formed since the last request.
    @inline(never) private mutating func grow() {
        while groups.count < numbers.lists.count {
            let group = PolicyGroup(numbers.lists[groups.count], trees.map(\.tree))
            groups.append(group)
            plans.append(WalkPlan(group, notes: !isFull))
            answers.fill(to: group.sharedTrees.count, with: 0)
        }
    }

    /// The policies that apply to a request, by number.
    mutating func applicable(_ facts: inout Facts) -> [Int] {
        let number = numbers.number(&facts)
        return numbers.lists[number]
    }

    /// Asks shared trees, from the one after the last that answered, up to the first that has no path for the request.
    /// - Parameter verdict: the verdicts of the trees are added to it.
    /// - Returns: the policies of the tree that has no path; `nil` when all trees have answered.
    @inline(__always) mutating func ask(_ facts: inout Facts, _ verdict: inout Verdict) -> [Int]? {
        let plan = plans[group]
        let place = unsafe facts.walk(plan.treeHeaders, plan.count, &answered, &answers, &verdict)
        return answered == plan.count ? nil : ask(from: place, &facts, &verdict)
    }

    /// The same, from a place where packed values alone gave no answer.
    private mutating func ask(
        from place: DecisionTree.Place, _ facts: inout Facts, _ verdict: inout Verdict
    ) -> [Int]? {
        // Nothing changes the policy groups while a request is evaluated.
        let plan = plans[group]
        var place = place
        while true {
            let tree = groups[group].sharedTrees[answered].tree
            while place.node != nil {
                place = tree.step(place, &facts)
                place = unsafe facts.walk(tree.header.pointee.nodes, from: place)
            }
            guard let leaf = place.leaf else { return groups[group].sharedTrees[answered].policies }
            verdict.formUnion(tree.verdict(leaf))
            answers[answered] = Int32(leaf)
            answered += 1
            place = unsafe facts.walk(plan.treeHeaders, plan.count, &answered, &answers, &verdict)
            if answered == plan.count { return nil }
        }
    }

    /// For each policy that applied to the last request, its number and the leaf that its tree reached, packed in one
    /// number; `nil` when a policy was run.
    var path: [UInt32]? {
        var path: [UInt32] = []
        for (number, sharedTree) in groups[group].sharedTrees.enumerated() {
            guard number < answered, answers[number] >= 0 else { return nil }
            let leaf = Int(answers[number])
            for (policy, leaf) in zip(sharedTree.policies, sharedTree.leaves(of: leaf)) {
                path.append(UInt32(policy) << 12 | UInt32(leaf))
            }
        }
        return path
    }

    /// The leaf of a policy's own tree; `nil` when the tree has no path for the request.
    func leaf(of policy: Int, _ facts: inout Facts) -> Int? { trees[policy].tree.leaf(&facts) }

    /// The outcomes of the policies that applied to the last request, by policy number.
    var outcomes: [Outcome] { outcomes { _ in true } }
    /// Those of them with effects or a failure.
    var spoken: [Outcome] { outcomes { !$0.isSilent } }

    private func outcomes(where isWanted: (borrowing Outcome) -> Bool) -> [Outcome] {
        var all: [Outcome] = []
        for (sharedTree, answer) in zip(groups[group].sharedTrees, answers[0..<answered]) {
            if answer < 0 {
                all += runs[Int(-1 - answer)].filter { isWanted($0) }
            } else {
                for (policy, leaf) in zip(sharedTree.policies, sharedTree.leaves(of: Int(answer)))
                where isWanted(trees[policy].outcomes[leaf]) {
                    all.append(trees[policy].outcomes[leaf])
                }
            }
        }
        return all.sorted { $0.policy < $1.policy }
    }

    /// Counts the policies that were a reason of the last decision, and those that observed.
    mutating func tally(isPermitted: Bool, _ reasons: inout [Int], _ observations: inout [Int]) {
        func count(_ policy: Int, _ verdict: Verdict) {
            if verdict.isReason(ofPermit: isPermitted) { reasons[policy] += 1 }
            if verdict.contains(.observes) { observations[policy] += 1 }
        }
        for number in 0..<answered {
            let answer = Int(answers[number])
            if answer < 0 {
                for outcome in runs[-1 - answer] {
                    count(outcome.policy, Verdict(outcome, isObserving: isObserving[outcome.policy]))
                }
            } else {
                unsafe plans[group].treeHeaders[number].pointee.tell(answer) { count($0, $1) }
            }
        }
    }

    // MARK: Learning

    /// Remembers the outcome of a policy that was run.
    /// - Returns: its leaf; `nil` when nothing can be learned from it.
    mutating func learn(_ outcome: Outcome, _ facts: inout Facts) -> Int? {
        let policy = outcome.policy
        guard trees[policy].uncacheableReason == nil, let path = PolicyTree.path(outcome, &facts) else { return nil }
        let verdict = Verdict(outcome, isObserving: isObserving[policy])
        let leaf = trees[policy].learn(outcome, verdict, path: path, &facts)
        if leaf == nil { hasNewUncacheable = true }
        return leaf
    }

    /// Answers for the shared tree that had no path.
    /// - Parameter leaves: the leaves of its policies, when all are remembered.
    mutating func answer(
        _ outcomes: [Outcome], leaves: [Int32]?, _ facts: inout Facts, _ verdict: inout Verdict
    ) {
        let number = answered
        let own = outcomes.map { Verdict($0, isObserving: isObserving[$0.policy]) }
        for own in own { verdict.formUnion(own) }
        if let leaves, groups[group].sharedTrees[number].isSingle {
            answers[number] = leaves[0]
        } else if let leaves, let path = path(outcomes, &facts),
            let leaf = groups[group].learn(path, own, parts: leaves, sharedTree: number, &facts)
        {
            answers[number] = Int32(leaf)
        } else {
            if leaves != nil { outgrown.append(number) }
            runs.append(outcomes)
            answers[number] = -Int32(runs.count)
        }
        answered += 1
        limit()
    }

    /// The facts of several policies, one policy after the other, each fact once.
    private func path(_ outcomes: [Outcome], _ facts: inout Facts) -> [DecisionTree.Step]? {
        var path: [DecisionTree.Step] = []
        var asked: Set<Expressions.ID> = []
        for outcome in outcomes {
            for fact in outcome.trace where asked.insert(fact).inserted {
                guard let key = facts.keys.key(facts.value(fact)) else { return nil }
                path.append(DecisionTree.Step(fact: fact, key: key))
            }
        }
        return path
    }

    // MARK: Bounds

    /// The approximate memory of the forest, in bytes.
    var bytes: Int {
        groups.reduce(trees.reduce(keys.bytes) { $0 + $1.bytes }) { $0 + $1.bytes }
    }

    /// Completes the work that the last request left.
    @inline(__always) private mutating func settle() {
        guard answered > 0 else { return }
        plans[group].wait -= 1
        if plans[group].wait <= 0 || isWorn { mend() }
    }

    @inline(never) private mutating func mend() {
        let isNoted = plans[group].wait <= 0
        if isNoted, !isFull, !isWorn {
            change(group) { [trees, answers = answers[0..<answered]] group in
                group.note(answers) { trees[$0].uncacheableReason != nil }
            }
        }
        for number in outgrown {
            let policies = groups[group].sharedTrees[number].policies
            change(group) { $0.split(isRemembered: true) { $0.policies == policies } }
        }
        outgrown = []
        if isOverLimit { shrink() }
        if hasNewUncacheable {
            split(isRemembered: false) { [trees] in $0.policies.contains { trees[$0].uncacheableReason != nil } }
            hasNewUncacheable = false
        }
    }

    private var isWorn: Bool { hasNewUncacheable || isOverLimit || !outgrown.isEmpty }

    private mutating func split(isRemembered: Bool, where isSplit: (SharedTree) -> Bool) {
        for index in groups.indices { change(index) { $0.split(isRemembered: isRemembered, where: isSplit) } }
    }

    /// Changes a policy group, after counting all requests that were evaluated with it.
    private mutating func change(_ group: Int, _ body: (inout PolicyGroup) -> Void) {
        groups[group].count(plans[group].wholeWait - plans[group].wait)
        body(&groups[group])
        plans[group] = WalkPlan(groups[group], notes: !isFull)
    }

    /// Drops the shared trees first, then the largest trees of policies. A policy without a tree is run; decisions stay
    /// the same.
    private mutating func shrink() {
        isOverLimit = false
        isFull = true
        split(isRemembered: false) { _ in true }
        while bytes > mostBytes, let largest = trees.indices.max(by: { trees[$0].bytes < trees[$1].bytes }),
            trees[largest].bytes > 0
        {
            trees[largest].makeUncacheable(.memory)
        }
    }

    private mutating func limit() {
        learned += 1
        if learned % 64 == 0, bytes > mostBytes { isOverLimit = true }
    }

    /// Drops a policy's tree: the policy is not a function of its facts.
    mutating func distrust(_ policy: Int) {
        trees[policy].makeUncacheable(.distrusted)
        hasNewUncacheable = true
    }
}
