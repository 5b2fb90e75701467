internal import Policies

/// The headers of a group's shared trees, one after the other; valid as long as the trees live.
@safe final class TreeHeaders {
    let count: Int
    let first: UnsafeMutablePointer<UnsafeMutablePointer<DecisionTree.Header>>

    init(_ sharedTrees: [SharedTree]) {
        count = sharedTrees.count
        unsafe first = .allocate(capacity: max(1, count))
        for (number, sharedTree) in sharedTrees.enumerated() {
            unsafe (first + number).initialize(to: sharedTree.tree.header)
        }
    }

    deinit { unsafe first.deallocate() }
}

/// Policies that apply together, and the shared trees they form.
@safe struct PolicyGroup {
    /// The number of requests by which the joining of trees is judged.
    private static let sampleSize = 256

    private(set) var sharedTrees: [SharedTree]
    private(set) var treeHeaders: TreeHeaders
    /// The policies' own trees.
    private let trees: [DecisionTree]
    /// Sets of policies that outgrew one tree together, and are not joined again.
    private var splits: [Set<Int>] = []
    /// For some consecutive requests, the leaf of each shared tree.
    private var sample: [[Int32]] = []
    private var requests = 0
    private var nextSample = 64
    /// The leaves by what the trees ask for; `nil` until there are enough requests, and where it finds too little.
    private(set) var memo: LeafMemo?
    /// The number of requests at which a memo is made.
    private var nextMemo = Int.max
    /// The number of requests after which another memo is tried.
    private var memoPause = 1 << 18
    private var memoWait: Int { memoUse == .always ? 1 : 256 }
    private let memoUse: TreeOptions.MemoUse
    /// The number of times the memo was made anew for facts that it did not have.
    private var remakes = 0
    /// True when the group was formed for an access.
    private let isAccess: Bool

    /// - Parameter trees: the trees of all policies, by number.
    init(_ policies: [Int], _ trees: [DecisionTree], _ memoUse: TreeOptions.MemoUse, isAccess: Bool) {
        self.memoUse = memoUse
        self.isAccess = isAccess
        self.trees = trees
        sharedTrees = policies.map { SharedTree($0, trees[$0]) }
        treeHeaders = TreeHeaders(sharedTrees)
        tryMemo(after: memoWait)
    }

    /// Adds a path to one shared tree, as `SharedTree.learn` does.
    mutating func learn(
        _ path: [DecisionTree.Step], _ verdicts: [Verdict], parts: [Int32], sharedTree: Int, _ facts: inout Facts
    ) -> Int? { sharedTrees[sharedTree].learn(path, verdicts, parts: parts, &facts) }

    /// Counts requests.
    mutating func count(_ more: Int) { requests += more }

    /// The number of requests until the group notes one; 1 for the next.
    var wait: Int {
        let next = min(sharedTrees.count > 1 ? nextSample : .max, memo == nil ? nextMemo : .max)
        return max(1, next - requests)
    }

    private var isSampled: Bool { sharedTrees.count > 1 && requests >= nextSample }

    /// True when it is time for a memo.
    var isMemoAwaited: Bool { memo == nil && requests >= nextMemo }

    mutating func makeMemo(_ facts: inout Facts) {
        memo = LeafMemo(
            sharedTrees.map(\.tree), treeHeaders, isForced: memoUse == .always, isAccess: isAccess, &facts)
        if memo == nil { pauseMemo() }
    }

    /// Gives the memo up for a while when it finds too little, and makes it anew, ever more rarely, when it lacks facts.
    mutating func reviewMemo(_ facts: inout Facts) {
        guard let memo else { return }
        if memo.isPoor, memoUse == .usual {
            self.memo = nil
            pauseMemo()
        } else if memo.lacksFacts(&facts) {
            self.memo = nil
            remakes += 1
            if memoUse == .always { makeMemo(&facts) } else { tryMemo(after: memoWait << min(remakes, 10)) }
        }
    }

    /// Forgets the memo, because trees have lost leaves.
    mutating func dropMemo() {
        guard memo != nil else { return }
        memo = nil
        tryMemo(after: memoWait)
    }

    /// Waits for many requests before a memo is tried.
    mutating func pauseMemo() {
        tryMemo(after: memoUse == .always ? memoWait : memoPause)
        memoPause = min(memoPause * 2, 1 << 40)
    }

    private mutating func tryMemo(after more: Int) { nextMemo = memoUse == .never ? .max : requests + more }

    /// Notes the answers of a request that was waited for, and joins trees once the sample is complete.
    /// - Parameter isUncacheable: true for a policy without a tree, which cannot be part of a shared tree.
    mutating func note(_ answers: [Int32], isUncacheable: (Int) -> Bool) {
        guard isSampled else { return }
        sample.append(answers)
        guard sample.count == Self.sampleSize else { return }
        join(isUncacheable)
        sample = []
        nextSample = requests * 2
    }

    /// Splits shared trees into single policies.
    /// - Parameter isRemembered: true when the same policies must never be joined again.
    mutating func split(isRemembered: Bool, where isSplit: (SharedTree) -> Bool) {
        guard sharedTrees.contains(where: { !$0.isSingle && isSplit($0) }) else { return }
        var parts: [SharedTree] = []
        for sharedTree in sharedTrees {
            guard !sharedTree.isSingle, isSplit(sharedTree) else {
                parts.append(sharedTree)
                continue
            }
            if isRemembered { splits.append(Set(sharedTree.policies)) }
            parts += sharedTree.policies.map { SharedTree($0, trees[$0]) }
        }
        regroup(parts)
        sample = []
        nextSample = requests * 2
    }

    var bytes: Int {
        sharedTrees.reduce(sample.count * sharedTrees.count * 4 + (memo?.bytes ?? 0)) { $0 + $1.bytes }
    }

    // MARK: Joining

    /// Joins each tree to the first one before it when the pair has hardly more leaves than one of them.
    private mutating func join(_ isUncacheable: (Int) -> Bool) {
        var joined: [(members: [Int], column: Column)] = []
        var scratch = PairCounter()
        for (number, sharedTree) in sharedTrees.enumerated() {
            let column = Column(sample.map { $0[number] })
            let isJoinable = !(sharedTree.isSingle && isUncacheable(sharedTree.policies[0]))
            let place =
                isJoinable
                ? joined.firstIndex { other in
                    guard !isUncacheable(sharedTrees[other.members[0]].policies[0]) else { return false }
                    let bound = max(other.column.count, column.count) * 5 / 4 + 2
                    return scratch.count(other.column, column, most: bound) != nil
                        && !isForbidden(other.members + [number])
                } : nil
            if let place {
                joined[place].column = Column(joined[place].column, column)
                joined[place].members.append(number)
            } else {
                joined.append(([number], column))
            }
        }
        guard joined.count < sharedTrees.count else { return }
        regroup(
            joined.map { members, _ in
                guard members.count > 1 else { return sharedTrees[members[0]] }
                return SharedTree(joining: members.flatMap { sharedTrees[$0].policies }.sorted())
            })
    }

    private mutating func regroup(_ sharedTrees: [SharedTree]) {
        self.sharedTrees = sharedTrees
        treeHeaders = TreeHeaders(sharedTrees)
        memo = nil
        tryMemo(after: memoWait)
    }

    private func isForbidden(_ members: [Int]) -> Bool {
        guard !splits.isEmpty else { return false }
        let policies = Set(members.flatMap { sharedTrees[$0].policies })
        return splits.contains { $0.isSubset(of: policies) }
    }
}

/// The leaves that the requests of a sample led to, as dense numbers.
private struct Column {
    private(set) var numbers: [Int32]
    /// The number of different leaves.
    private(set) var count: Int

    init(_ leaves: [Int32]) {
        var dense: [Int32: Int32] = [:]
        numbers = leaves.map { leaf in
            // A run that is not remembered has a number of its own.
            if leaf >= 0, let known = dense[leaf] { return known }
            let number = Int32(dense.count)
            dense[leaf >= 0 ? leaf : -1 - number] = number
            return number
        }
        count = dense.count
    }

    /// The pairs of leaves of two columns.
    init(_ one: Column, _ other: Column) {
        self.init(zip(one.numbers, other.numbers).map { $0 * Int32(other.count) + $1 })
    }
}

/// Counts the different pairs that two columns form.
private struct PairCounter {
    private var stamps: [UInt32] = []
    private var stamp: UInt32 = 0

    /// - Returns: the number of different pairs; `nil` when there are more than `most`.
    mutating func count(_ one: Column, _ other: Column, most: Int) -> Int? {
        let width = other.count
        if stamps.count < one.count * width {
            stamps += [UInt32](repeating: 0, count: one.count * width - stamps.count)
        }
        stamp += 1
        var count = 0
        for (left, right) in zip(one.numbers, other.numbers) {
            let pair = Int(left) * width + Int(right)
            guard stamps[pair] != stamp else { continue }
            stamps[pair] = stamp
            count += 1
            if count > most { return nil }
        }
        return count
    }
}
