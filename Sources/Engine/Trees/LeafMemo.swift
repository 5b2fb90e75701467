internal import Glibc
internal import Policies

/// The leaves that a policy group's trees led to, by the answers of all facts that the trees ask for. A request whose
/// answers were seen together before needs no walk.
///
/// INVARIANT: leaves follow from their key alone: they are noted only when the trees, asked nothing but the key, lead to
/// them. A key may have answers that are not known, as those of facts that no tree asks on the way.
@safe final class LeafMemo {
    /// Two bits for each fact: no, yes, other, or not known.
    typealias Key = UInt64

    private struct Entry: BitwiseCopyable {
        let key: Key
        /// The combined verdict, and a bit above it that is set in every entry that is used.
        let verdict: UInt64

        static var used: UInt64 { 1 << 32 }
    }

    /// The part that a look-up reads, at a fixed address.
    @unsafe struct Header {
        let inputs: UnsafeMutablePointer<MemoInput>
        let inputCount: Int
        /// The generation of the facts by which it answers.
        let generation: UInt32
        fileprivate let entries: UnsafeMutableRawPointer
        /// By entry, the leaf of each tree; after those of the last entry, leaves that are being found.
        fileprivate let leaves: UnsafeMutablePointer<Int32>
        fileprivate let treeCount: Int
        fileprivate var lookups = 0
    }

    private static let mostTrees = 32
    private static let bits = 10
    /// It must find half of what is looked up after so many look-ups, and seven in eight later, when most of the keys
    /// that there are have been noted.
    private static let trials = (short: 4_096, long: 32_768)

    /// More memory than one takes that is not forced, in bytes.
    static let mostBytes = 400_000

    let header: UnsafeMutablePointer<Header>
    private let trees: [DecisionTree]
    private let treeHeaders: TreeHeaders
    private let inputs: MemoInputs
    /// The number of nodes of the trees when it was last seen that no fact is lacking.
    private var nodeCount: Int
    private var misses = 0
    /// The number of misses from one review to the next.
    private let reviewInterval: Int

    /// - Parameters:
    ///   - isForced: true for one that is kept, whatever the trees ask for and whatever it finds.
    ///   - isAccess: true for policies that decide accesses.
    /// - Returns: `nil` where the trees ask for too much.
    init?(
        _ trees: [DecisionTree], _ treeHeaders: TreeHeaders, isForced: Bool, isAccess: Bool, _ facts: inout Facts
    ) {
        guard (1...Self.mostTrees).contains(trees.count),
            let inputs = MemoInputs(trees, isForced: isForced, isAccess: isAccess, &facts),
            let entries = unsafe calloc(1 << Self.bits, MemoryLayout<Entry>.stride)
        else { return nil }
        guard let leaves = unsafe calloc(trees.count * (1 << Self.bits + 1), MemoryLayout<Int32>.stride) else {
            unsafe free(entries)
            return nil
        }
        unsafe header = .allocate(capacity: 1)
        (self.trees, self.treeHeaders, self.inputs) = (trees, treeHeaders, inputs)
        reviewInterval = isForced ? 4 : 64
        nodeCount = Self.nodeCount(treeHeaders)
        unsafe header.initialize(
            to: Header(
                inputs: inputs.first, inputCount: inputs.count, generation: facts.generation, entries: entries,
                leaves: leaves.bindMemory(to: Int32.self, capacity: trees.count * (1 << Self.bits + 1)),
                treeCount: trees.count))
        unsafe entries.bindMemory(to: Entry.self, capacity: 1 << Self.bits)
    }

    deinit {
        unsafe free(header.pointee.entries)
        unsafe free(header.pointee.leaves)
        unsafe header.deallocate()
    }

    /// Its approximate memory, in bytes.
    var bytes: Int { (MemoryLayout<Entry>.stride + 4 * treeHeaders.count) << Self.bits + inputs.bytes }

    // MARK: Finding

    /// The entry of a key; `nil` for one that was not noted.
    @inline(__always) @unsafe static func find(
        _ key: Key, in header: UnsafeMutablePointer<Header>
    ) -> (number: Int, verdict: Verdict)? {
        unsafe header.pointee.lookups &+= 1
        let number = index(key)
        let entries = unsafe header.pointee.entries.assumingMemoryBound(to: Entry.self)
        let entry = unsafe entries + number
        if unsafe entry.pointee.key == key && entry.pointee.verdict != 0 {
            return unsafe (number, Verdict(rawValue: UInt8(truncatingIfNeeded: entry.pointee.verdict)))
        }
        let other = unsafe entries + (number ^ 1)
        if unsafe other.pointee.key == key && other.pointee.verdict != 0 {
            return unsafe (number ^ 1, Verdict(rawValue: UInt8(truncatingIfNeeded: other.pointee.verdict)))
        }
        return nil
    }

    /// Below `1 << bits`.
    @inline(__always) private static func index(_ key: Key) -> Int {
        let hash = key &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: (hash ^ hash &<< 32) &>> UInt64(64 - bits))
    }

    /// The leaf of a tree in an entry.
    @unsafe static func leaf(_ tree: Int, of entry: Int, in header: UnsafeMutablePointer<Header>) -> Int {
        unsafe precondition(tree < header.pointee.treeCount && entry < 1 << bits)
        return unsafe Int(header.pointee.leaves[entry &* header.pointee.treeCount &+ tree])
    }

    // MARK: Noting

    /// Notes the leaves of the request of `facts`, which was not found, as far as they follow from its key.
    func note(_ facts: inout Facts) {
        misses += 1
        inputs.learn(&facts)
        let key = unsafe facts.key(for: header)
        let count = treeHeaders.count
        let leaves = unsafe header.pointee.leaves
        let found = unsafe leaves + count << Self.bits
        var verdict: Verdict = []
        for number in 0..<count {
            let tree = unsafe treeHeaders.first[number]
            guard let leaf = unsafe leaf(tree, key) else { return }
            verdict.formUnion(unsafe tree.pointee.verdicts[leaf])
            unsafe found[number] = Int32(leaf)
        }
        insert(key, verdict)
        if facts.plantedFault == .memo {
            for shift in inputs.shifts.values { insert(key ^ 1 << shift, verdict) }
        }
    }

    /// Inserts an entry with the leaves that were just found. The latest two of an index are kept.
    private func insert(_ key: Key, _ verdict: Verdict) {
        let (place, count) = (Self.index(key), treeHeaders.count)
        let leaves = unsafe header.pointee.leaves
        let found = unsafe leaves + count << Self.bits
        let entries = unsafe header.pointee.entries.assumingMemoryBound(to: Entry.self)
        unsafe entries[place ^ 1] = entries[place]
        unsafe entries[place] = Entry(key: key, verdict: UInt64(verdict.rawValue) | Entry.used)
        for number in 0..<count {
            unsafe leaves[(place ^ 1) * count + number] = leaves[place * count + number]
            unsafe leaves[place * count + number] = found[number]
        }
    }

    /// The leaf of a tree that is asked nothing but a key; `nil` where the key does not say it.
    @unsafe private func leaf(_ tree: UnsafeMutablePointer<DecisionTree.Header>, _ key: Key) -> Int? {
        var place = unsafe tree.pointee.start
        while let index = place.node {
            let node = unsafe tree.pointee.nodes[index]
            guard let shift = inputs.shifts[node.compiledFact.fact],
                let truth = TernaryTruth(rawValue: UInt32(key >> shift & 3)), truth != .other
            else { return nil }
            place = node[truth]
        }
        return place.leaf
    }

    /// True when it is time for a review: does it find too little, does it lack facts?
    var isDue: Bool { misses % reviewInterval == 0 }

    /// True when trees ask for facts that it does not have, or no longer by the same values.
    func lacksFacts(_ facts: inout Facts) -> Bool {
        if inputs.isOutdated(&facts) { return true }
        let count = Self.nodeCount(treeHeaders)
        guard count != nodeCount else { return false }
        if trees.contains(where: { inputs.lacksFact(of: $0, &facts) }) { return true }
        nodeCount = count
        return false
    }

    /// True when it finds too little.
    var isPoor: Bool {
        let lookups = unsafe header.pointee.lookups
        return misses > (lookups >= Self.trials.long ? lookups / 8 : max(lookups, Self.trials.short) / 2)
    }

    private static func nodeCount(_ treeHeaders: TreeHeaders) -> Int {
        (0..<treeHeaders.count).reduce(0) { unsafe $0 + treeHeaders.first[$1].pointee.nodeCount }
    }
}
