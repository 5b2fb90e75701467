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
        let memo: UnsafeMutablePointer<LeafMemo.Header>?
        /// The number of requests left until the group notes one, and that number at the start.
        var wait: Int
        let wholeWait: Int

        init(_ group: PolicyGroup, notes: Bool) {
            unsafe treeHeaders = group.treeHeaders.first
            count = group.treeHeaders.count
            unsafe memo = group.memo?.header
            wholeWait = notes ? group.wait : .max
            wait = wholeWait
        }
    }

    private(set) var trees: [PolicyTree]
    /// The trees of `trees`, which the policy groups share.
    private let ownTrees: [DecisionTree]
    private let keys: FactKeys
    var numbers: ApplicabilityIndex
    private var groups: [PolicyGroup] = []
    /// The walk plan of each policy group.
    private var plans = UncheckedArray<WalkPlan>()
    private let isObserving: [Bool]
    private let mostBytes: Int
    private let memoUse: TreeOptions.MemoUse
    /// True when memory allows no more shared trees.
    private var isFull = false

    /// The policy group of the last request, and its walk plan in `plans`.
    private var group = 0
    private var plan: UnsafeMutablePointer<WalkPlan>
    /// The answer of each of its shared trees: see `answer`.
    private var answers = UncheckedArray<Int32>()
    /// The number of shared trees that have answered.
    private var answered = 0
    /// The entry of the group's memo that has the answers; -1 when they are in `answers`.
    private var entry = -1
    /// The outcomes of policies that were run and are not remembered.
    private var runs: [[Outcome]] = []
    // Repairs due before the next request; until then the answers of the last one can still be read.
    /// True when any of them is due.
    private var isWorn = false
    private var outgrown: [Int] = []
    private var hasNewUncacheable = false
    private var isOverLimit = false
    private var isMemoDue = false
    private var learned = 0
    /// More policy groups than this are not given memos.
    private static let mostMemos = 64

    init(_ set: PolicySet, _ keys: FactKeys, _ compiler: TargetCompiler, _ options: TreeOptions) {
        self.keys = keys
        trees = set.policies.indices.map(PolicyTree.init)
        ownTrees = trees.map(\.tree)
        numbers = ApplicabilityIndex(set, compiler, options)
        isObserving = set.policies.map(\.isObserving)
        unsafe plan = plans.first
        mostBytes = options.bytes
        memoUse = options.memoUse
    }

    /// Takes other settings of the same policies: settings are facts, so nothing that was learned becomes stale.
    mutating func change(_ set: PolicySet) { numbers.change(set) }

    // MARK: Asking

    /// Begins the request of `facts`.
    /// - Parameter isInFull: true to ask all policies that apply, also those that the request's values rule out.
    /// - Returns: as `ask`.
    @inline(__always) mutating func begin(
        _ facts: inout Facts, isInFull: Bool, _ verdict: inout Verdict
    ) -> [Int]? {
        settle(&facts)
        group = numbers.number(&facts, isInFull: isInFull)
        if group >= plans.count { grow(&facts, isInFull: isInFull) }
        unsafe plan = plans.first + group
        if !runs.isEmpty { runs.removeAll() }
        guard let memo = unsafe plan.pointee.memo, !facts.isNarrowed else {
            (answered, entry) = (0, -1)
            return ask(&facts, &verdict)
        }
        guard unsafe memo.pointee.generation == facts.generation,
            let found = unsafe LeafMemo.find(facts.key(for: memo), in: memo)
        else { return askNoting(&facts, &verdict) }
        unsafe (answered, entry) = (plan.pointee.count, found.number)
        verdict.formUnion(found.verdict)
        return nil
    }

    /// Asks all trees for a request that the memo does not have, and notes it there.
    @inline(never) private mutating func askNoting(_ facts: inout Facts, _ verdict: inout Verdict) -> [Int]? {
        (answered, entry) = (0, -1)
        let missing = ask(&facts, &verdict)
        guard let memo = groups[group].memo else { return missing }
        if unsafe memo.header.pointee.generation == facts.generation {
            memo.note(&facts)
            if memo.isDue { (isMemoDue, isWorn) = (true, true) }
        } else {
            change(group) { $0.dropMemo() }
        }
        return missing
    }

    /// True when the last request was answered without a walk.
    var isRemembered: Bool { entry >= 0 }

    /// The answer of a shared tree to the last request: a leaf, or `-1 - i` for `runs[i]`.
    @inline(__always) private func answer(_ number: Int) -> Int {
        guard entry >= 0, let memo = unsafe plan.pointee.memo else { return Int(answers[number]) }
        return unsafe LeafMemo.leaf(number, of: entry, in: memo)
    }

    /// Makes room for policy groups formed since the last request.
    @inline(never) private mutating func grow(_ facts: inout Facts, isInFull: Bool) {
        if numbers.isCrowded {
            numbers.forgetLists()
            groups = []
            plans.removeAll()
            group = numbers.number(&facts, isInFull: isInFull)
        }
        let isAccess = facts.request.kind == .access
        while groups.count < numbers.lists.count {
            // Requests of one list are few there, and so are its policies: a walk finds their leaves as fast.
            let memoUse = memoUse == .usual && numbers.narrowed.contains(groups.count) ? .never : memoUse
            let group = PolicyGroup(
                numbers.lists[groups.count], ownTrees, memoUse, isAccess: isAccess)
            groups.append(group)
            plans.append(WalkPlan(group, notes: !isFull))
            answers.fill(to: group.sharedTrees.count, with: 0)
        }
    }

    /// The policies that apply to a request, by number.
    mutating func applicable(_ facts: inout Facts) -> [Int] {
        let number = numbers.number(&facts, isInFull: true)
        return numbers.lists[number]
    }

    /// Asks shared trees, from the one after the last that answered, up to the first that has no path for the request.
    /// - Parameter verdict: the verdicts of the trees are added to it.
    /// - Returns: the policies of the tree that has no path; `nil` when all trees have answered.
    mutating func ask(_ facts: inout Facts, _ verdict: inout Verdict) -> [Int]? {
        let plan = unsafe plan.pointee
        let place = unsafe facts.walk(plan.treeHeaders, plan.count, &answered, &answers, &verdict)
        return answered == plan.count ? nil : ask(from: place, &facts, &verdict)
    }

    /// The same, from a place where packed values alone gave no answer.
    private mutating func ask(
        from place: DecisionTree.Place, _ facts: inout Facts, _ verdict: inout Verdict
    ) -> [Int]? {
        // Nothing changes the policy groups while a request is evaluated.
        let plan = unsafe plan.pointee
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
            guard number < answered else { return nil }
            let leaf = answer(number)
            guard leaf >= 0 else { return nil }
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
        for (number, sharedTree) in groups[group].sharedTrees.prefix(answered).enumerated() {
            let answer = answer(number)
            if answer < 0 {
                all += runs[-1 - answer].filter { isWanted($0) }
            } else {
                for (policy, leaf) in zip(sharedTree.policies, sharedTree.leaves(of: answer))
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
        let counted = Verdict.reasons(ofPermit: isPermitted).union(.observes)
        for number in 0..<answered {
            let answer = answer(number)
            if answer < 0 {
                for outcome in runs[-1 - answer] {
                    count(outcome.policy, Verdict(outcome, isObserving: isObserving[outcome.policy]))
                }
            } else {
                unsafe plan.pointee.treeHeaders[number].pointee.tell(answer, counted) { count($0, $1) }
            }
        }
    }

    /// The policies that were asked for the last request, by number.
    var asked: [Int] { groups[group].sharedTrees.flatMap(\.policies).sorted() }

    // MARK: Learning

    /// Remembers the outcome of a policy that was run.
    /// - Returns: its leaf; `nil` when nothing can be learned from it.
    mutating func learn(_ outcome: Outcome, _ facts: inout Facts) -> Int? {
        let policy = outcome.policy
        guard trees[policy].uncacheableReason == nil, let path = PolicyTree.path(outcome, &facts) else { return nil }
        let verdict = Verdict(outcome, isObserving: isObserving[policy])
        let leaf = trees[policy].learn(outcome, verdict, path: path, &facts)
        if leaf == nil { noteUncacheable() }
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
            if leaves != nil {
                outgrown.append(number)
                isWorn = true
            }
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
        groups.reduce(trees.reduce(keys.bytes + numbers.bytes) { $0 + $1.bytes }) { $0 + $1.bytes }
    }

    /// Completes the work that the last request left.
    @inline(__always) private mutating func settle(_ facts: inout Facts) {
        if answered > 0 {
            unsafe plan.pointee.wait &-= 1
            if unsafe plan.pointee.wait <= 0 { return mend(&facts) }
        }
        if isWorn { mend(&facts) }
    }

    @inline(never) private mutating func mend(_ facts: inout Facts) {
        let isNoted = unsafe answered > 0 && plan.pointee.wait <= 0
        if isNoted, !isFull, !isWorn {
            let answers = (0..<answered).map { Int32(answer($0)) }
            change(group) { [trees] group in group.note(answers) { trees[$0].uncacheableReason != nil } }
            if groups[group].isMemoAwaited {
                let mayMake = hasRoomForMemo(facts.generation)
                change(group) { if mayMake { $0.makeMemo(&facts) } else { $0.pauseMemo() } }
            }
        }
        if isMemoDue {
            change(group) { $0.reviewMemo(&facts) }
            isMemoDue = false
        }
        for policies in outgrown.map({ groups[group].sharedTrees[$0].policies }) {
            change(group) { $0.split(isRemembered: true) { $0.policies == policies } }
        }
        outgrown = []
        if isOverLimit { shrink() }
        if hasNewUncacheable {
            split(isRemembered: false) { [trees] in $0.policies.contains { trees[$0].uncacheableReason != nil } }
            hasNewUncacheable = false
        }
        isWorn = false
    }

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
        dropMemos()
        guard bytes > mostBytes else { return }
        isFull = true
        split(isRemembered: false) { _ in true }
        while bytes > mostBytes, let largest = trees.indices.max(by: { trees[$0].bytes < trees[$1].bytes }),
            trees[largest].bytes > 0
        {
            trees[largest].makeUncacheable(.memory)
            dropMemos()
        }
    }

    /// Notes that a tree was cleared: its leaves must not be found any more.
    private mutating func noteUncacheable() {
        (hasNewUncacheable, isWorn) = (true, true)
        dropMemos()
    }

    /// True when another memo may be made, after those of an earlier generation of facts were dropped.
    private mutating func hasRoomForMemo(_ generation: UInt32) -> Bool {
        for index in groups.indices {
            guard let memo = groups[index].memo, unsafe memo.header.pointee.generation != generation else { continue }
            change(index) { $0.dropMemo() }
        }
        return groups.count { $0.memo != nil } < Self.mostMemos && bytes + LeafMemo.mostBytes <= mostBytes
    }

    private mutating func dropMemos() {
        if entry >= 0 {
            for number in 0..<answered { answers[number] = Int32(answer(number)) }
            entry = -1
        }
        for index in groups.indices where groups[index].memo != nil { change(index) { $0.dropMemo() } }
    }

    private mutating func limit() {
        learned += 1
        if learned % 64 == 0, bytes > mostBytes { (isOverLimit, isWorn) = (true, true) }
    }

    /// Drops a policy's tree: the policy is not a function of its facts.
    mutating func distrust(_ policy: Int) {
        trees[policy].makeUncacheable(.distrusted)
        numbers.distrust(policy)
        noteUncacheable()
    }
}
