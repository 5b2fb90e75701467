internal import Model

/// What was learned of a policy set: a tree for each policy, and for each list of policies that apply together the
/// groves they form.
///
/// Each worker has one of its own: what is asked for every request would cost more to share than to learn again.
@safe struct DecisionForest: ~Copyable {
    /// What asking a stand needs, as of its last change.
    @safe struct WalkPlan: BitwiseCopyable {
        let treeRoots: UnsafeMutablePointer<UnsafeMutablePointer<DecisionTree.Root>>
        let count: Int
        /// How many requests are to come until the stand wants to note one, and how many they were at first.
        var wait: Int
        let wholeWait: Int

        init(_ group: PolicyGroup, notes: Bool) {
            unsafe treeRoots = group.treeRoots.first
            count = group.treeRoots.count
            wholeWait = notes ? group.wait : .max
            wait = wholeWait
        }
    }

    private(set) var trees: [PolicyTree]
    private let keys: FactKeys
    private var numbers: ApplicabilityIndex
    private var groups: [PolicyGroup] = []
    /// By stand, what asking it needs.
    private var plans = UncheckedArray<WalkPlan>()
    private let isObserving: [Bool]
    private let mostBytes: Int
    /// Whether there is no memory for groves any more.
    private var isFull = false

    /// The stand that was asked last.
    private var group = 0
    /// What each of its groves came to: a leaf, or below 0 the number of a run.
    private var answers = UncheckedArray<Int32>()
    /// How many of them have answered.
    private var answered = 0
    /// What was run and is not remembered.
    private var runs: [[Outcome]] = []
    // What is to be mended before the next request; until then the answers of the last one can still be read.
    private var outgrown: [Int] = []
    private var hasOpened = false
    private var isOverLimit = false
    private var learned = 0

    /// - Parameter mostBytes: about how much memory trees may take.
    init(_ set: PolicySet, _ keys: FactKeys, mostBytes: Int) {
        self.keys = keys
        trees = set.policies.indices.map(PolicyTree.init)
        numbers = ApplicabilityIndex(set)
        isObserving = set.policies.map(\.isObserving)
        self.mostBytes = mostBytes
    }

    /// Takes other settings of the same policies: they are facts, and nothing that was learned goes stale.
    mutating func change(_ set: PolicySet) { numbers.change(set) }

    // MARK: Asking

    /// Begins with the request that facts are asked about.
    /// - Returns: as `ask`.
    @inline(__always) mutating func begin(_ facts: inout Facts, _ verdict: inout Verdict) -> [Int]? {
        settle()
        group = numbers.number(&facts)
        if group >= plans.count { grow() }
        answered = 0
        if !runs.isEmpty { runs.removeAll() }
        return ask(&facts, &verdict)
    }

    /// Makes room for stands that were formed since.
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

    /// Asks groves, from the one after the last that was answered, up to one where no path has been.
    /// - Parameter verdict: what they come to is added to it.
    /// - Returns: the policies of the grove that does not know; `nil` when all have answered.
    @inline(__always) mutating func ask(_ facts: inout Facts, _ verdict: inout Verdict) -> [Int]? {
        let plan = plans[group]
        let place = unsafe facts.walk(plan.treeRoots, plan.count, &answered, &answers, &verdict)
        return answered == plan.count ? nil : ask(from: place, &facts, &verdict)
    }

    /// The same, from where cells alone did not answer.
    private mutating func ask(
        from place: DecisionTree.Place, _ facts: inout Facts, _ verdict: inout Verdict
    ) -> [Int]? {
        // Nothing changes the stands while a request is asked about.
        let plan = plans[group]
        var place = place
        while true {
            let tree = groups[group].sharedTrees[answered].tree
            while place.node != nil {
                place = tree.step(place, &facts)
                place = unsafe facts.walk(tree.root.pointee.nodes, from: place)
            }
            guard let leaf = place.leaf else { return groups[group].sharedTrees[answered].policies }
            verdict.formUnion(tree.verdict(leaf))
            answers[answered] = Int32(leaf)
            answered += 1
            place = unsafe facts.walk(plan.treeRoots, plan.count, &answered, &answers, &verdict)
            if answered == plan.count { return nil }
        }
    }

    /// For each policy that applied to the last request, the leaf that its tree came to, in one number with the policy's;
    /// `nil` where one was run.
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

    /// What a policy's own tree knows.
    func leaf(of policy: Int, _ facts: inout Facts) -> Int? { trees[policy].tree.leaf(&facts) }

    /// What the policies of the last request came to, by number.
    var outcomes: [Outcome] { outcomes { _ in true } }
    /// Those of them that said something or did not end well.
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

    /// Counts who was a reason of the last decision, and who observed.
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
                unsafe plans[group].treeRoots[number].pointee.tell(answer) { count($0, $1) }
            }
        }
    }

    // MARK: Learning

    /// Remembers what a policy that was run came to.
    /// - Returns: its leaf; `nil` when nothing is to be learned from it.
    mutating func learn(_ outcome: Outcome, _ facts: inout Facts) -> Int? {
        let policy = outcome.policy
        guard trees[policy].openness == nil, let path = PolicyTree.path(outcome, &facts) else { return nil }
        let verdict = Verdict(outcome, isObserving: isObserving[policy])
        let leaf = trees[policy].learn(outcome, verdict, path: path, &facts)
        if leaf == nil { hasOpened = true }
        return leaf
    }

    /// Answers for the grove that did not know.
    /// - Parameter leaves: of its policies, when all are remembered.
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

    /// The facts of several policies one after the other, each once.
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

    /// About how much memory the forest takes.
    var bytes: Int {
        groups.reduce(trees.reduce(keys.bytes) { $0 + $1.bytes }) { $0 + $1.bytes }
    }

    /// Does what the last request left to do.
    @inline(__always) private mutating func settle() {
        guard answered > 0 else { return }
        plans[group].wait -= 1
        if plans[group].wait <= 0 || isWorn { mend() }
    }

    @inline(never) private mutating func mend() {
        let isNoted = plans[group].wait <= 0
        if isNoted, !isFull, !isWorn {
            change(group) { [trees, answers = answers[0..<answered]] group in
                group.note(answers) { trees[$0].openness != nil }
            }
        }
        for number in outgrown {
            let policies = groups[group].sharedTrees[number].policies
            change(group) { $0.split(isRemembered: true) { $0.policies == policies } }
        }
        outgrown = []
        if isOverLimit { shrink() }
        if hasOpened {
            split(isRemembered: false) { [trees] in $0.policies.contains { trees[$0].openness != nil } }
            hasOpened = false
        }
    }

    private var isWorn: Bool { hasOpened || isOverLimit || !outgrown.isEmpty }

    private mutating func split(isRemembered: Bool, where isSplit: (SharedTree) -> Bool) {
        for index in groups.indices { change(index) { $0.split(isRemembered: isRemembered, where: isSplit) } }
    }

    /// Changes a stand, which then knows of every request that was asked of it.
    private mutating func change(_ group: Int, _ body: (inout PolicyGroup) -> Void) {
        groups[group].count(plans[group].wholeWait - plans[group].wait)
        body(&groups[group])
        plans[group] = WalkPlan(groups[group], notes: !isFull)
    }

    /// Gives up groves first, then the largest trees: what is left out is run, and decides the same.
    private mutating func shrink() {
        isOverLimit = false
        isFull = true
        split(isRemembered: false) { _ in true }
        while bytes > mostBytes, let largest = trees.indices.max(by: { trees[$0].bytes < trees[$1].bytes }),
            trees[largest].bytes > 0
        {
            trees[largest].open(.memory)
        }
    }

    private mutating func limit() {
        learned += 1
        if learned % 64 == 0, bytes > mostBytes { isOverLimit = true }
    }

    /// Takes a policy's tree away: it does not do what its facts say.
    mutating func distrust(_ policy: Int) {
        trees[policy].open(.distrusted)
        hasOpened = true
    }
}
