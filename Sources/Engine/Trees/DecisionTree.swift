internal import Policies

/// The behaviour of one or more policies as a tree: nodes are facts, edges are their values, leaves are numbers of
/// outcomes.
///
/// It grows from traces; a path that was never seen leads to `unseen`. A walk costs what its path reads.
@safe final class DecisionTree {
    /// One fact, and the places that its answers lead to.
    struct Node: BitwiseCopyable {
        /// The compiled fact, as of the last time that packed values did not answer it.
        var compiledFact: CompiledFact
        /// The index of the table with its non-boolean answers; -1 for none.
        var table: Int32 = -1
        /// The places after no and yes, one in each half, selected by a shift: a branch would be unpredictable.
        private var edges: UInt64 = 0

        init(_ compiledFact: CompiledFact) { self.compiledFact = compiledFact }

        /// - Parameter truth: no or yes.
        subscript(truth: TernaryTruth) -> Place {
            @inline(__always) get {
                Place(number: Int32(truncatingIfNeeded: edges &>> UInt64(truncatingIfNeeded: truth.rawValue &<< 5)))
            }
            set {
                let shift = UInt64(truth.rawValue) * 32
                edges = edges & ~(UInt64(UInt32.max) << shift) | UInt64(UInt32(bitPattern: newValue.number)) << shift
            }
        }
    }

    /// The start of a tree, and the verdicts of its leaves. Its address is fixed while the tree lives, so that a holder
    /// of the tree may walk it from here.
    @unsafe struct Header {
        var start = Place.unseen
        var nodes = UnsafeMutablePointer<Node>.allocate(capacity: 0)
        /// For each leaf, the combined verdict of its policies.
        var verdicts = UnsafeMutablePointer<Verdict>.allocate(capacity: 0)
        /// For each leaf, the verdict of each policy.
        var parts = UnsafeMutablePointer<Verdict>.allocate(capacity: 0)
        let policies: UnsafeMutablePointer<Int32>
        let policyCount: Int
        var nodeCount = 0
        var leafCount = 0

        init(of policies: [Int]) {
            unsafe policyCount = policies.count
            unsafe self.policies = .allocate(capacity: policies.count)
            for (place, policy) in policies.enumerated() {
                unsafe (self.policies + place).initialize(to: Int32(policy))
            }
        }

        /// Calls `body` with the verdict of each policy at a leaf that has something of `parts`.
        @inline(__always) func tell(_ leaf: Int, _ parts: Verdict, _ body: (_ policy: Int, Verdict) -> Void) {
            unsafe precondition(leaf >= 0 && leaf < leafCount)
            let own = unsafe self.parts + leaf &* policyCount
            var place = 0
            while unsafe place < policyCount {
                if unsafe own[place].rawValue & parts.rawValue != 0 { unsafe body(Int(policies[place]), own[place]) }
                place &+= 1
            }
        }
    }

    /// A node, a leaf, or `unseen`, in one number.
    struct Place: Equatable, BitwiseCopyable {
        fileprivate let number: Int32

        static let unseen = Place(number: 0)
        static func node(_ index: Int) -> Place { Place(number: Int32(index + 1)) }
        static func leaf(_ index: Int) -> Place { Place(number: -Int32(index) - 1) }

        @inline(__always) fileprivate init(number: Int32) { self.number = number }

        var node: Int? { number > 0 ? Int(number) - 1 : nil }
        var leaf: Int? { number < 0 ? -Int(number) - 1 : nil }
    }

    /// One step of a path: a fact and its answer.
    struct Step {
        let fact: Expressions.ID
        let key: FactKey
    }

    /// The reason why a path could not be added.
    enum Fault: Error {
        /// The same answers led to another fact or another leaf: the policy is not a function of its facts.
        case contradiction
        /// One fact has too many answers.
        case fanOut
    }

    /// More answers of one fact than this are data rather than cases.
    private static let mostBranches = 256

    let header = UnsafeMutablePointer<Header>.allocate(capacity: 1)
    private var room = (nodes: 0, leaves: 0, parts: 0)
    private var tables: [Branches] = []
    private(set) var bytes = 0

    /// - Parameter policies: by number.
    init(of policies: [Int]) {
        unsafe header.initialize(to: Header(of: policies))
    }

    deinit {
        unsafe header.pointee.nodes.deallocate()
        unsafe header.pointee.verdicts.deallocate()
        unsafe header.pointee.parts.deallocate()
        unsafe header.pointee.policies.deallocate()
        unsafe header.deallocate()
    }

    var leafCount: Int { unsafe header.pointee.leafCount }

    func verdict(_ leaf: Int) -> Verdict {
        precondition(leaf >= 0 && leaf < leafCount)
        return unsafe header.pointee.verdicts[leaf]
    }

    /// Calls `body` with the fact of every node.
    func eachFact(_ body: (Expressions.ID) -> Void) {
        for index in unsafe 0..<header.pointee.nodeCount { body(unsafe header.pointee.nodes[index].compiledFact.fact) }
    }

    /// Forgets everything.
    func clear() {
        unsafe header.pointee.start = .unseen
        unsafe (header.pointee.nodeCount, header.pointee.leafCount) = (0, 0)
        bytes = 0
        tables = []
    }

    /// The leaf that a request's facts lead to; `nil` when no path leads there yet.
    func leaf(_ facts: inout Facts) -> Int? {
        var place = unsafe header.pointee.start
        while true {
            place = unsafe facts.walk(header.pointee.nodes, from: place)
            guard place.node != nil else { return place.leaf }
            place = step(place, &facts)
        }
    }

    /// The place that the answer of a node's fact leads to, when packed values alone do not answer it.
    func step(_ place: Place, _ facts: inout Facts) -> Place {
        let node = node(place)
        let compiledFact = facts.compiledFact(node.compiledFact.fact)
        if let index = place.node { unsafe header.pointee.nodes[index].compiledFact = compiledFact }
        let truth = facts.truth(compiledFact)
        guard truth == .other else { return node[truth] }
        guard node.table >= 0, let key = facts.key(compiledFact) else { return .unseen }
        return tables[Int(node.table)][key]
    }

    /// Adds a path to a new leaf.
    /// - Parameter verdicts: the verdict of each policy.
    func add(_ path: [Step], _ verdicts: [Verdict], _ facts: inout Facts) throws(Fault) {
        var origin: (node: Int, key: FactKey)?
        var place = unsafe header.pointee.start
        for step in path {
            if place == .unseen {
                place = unsafe .node(header.pointee.nodeCount)
                append(Node(facts.compiledFact(step.fact)))
                try set(origin, place)
            }
            guard let index = place.node, node(place).compiledFact.fact == step.fact else { throw .contradiction }
            origin = (index, step.key)
            place = follow(node(place), step.key)
        }
        guard place == .unseen else { throw .contradiction }
        try set(origin, .leaf(leafCount))
        append(verdicts)
    }

    private func node(_ place: Place) -> Node {
        guard let index = place.node, unsafe index < header.pointee.nodeCount else {
            preconditionFailure("no node of this tree")
        }
        return unsafe header.pointee.nodes[index]
    }

    private func follow(_ node: Node, _ key: FactKey) -> Place {
        if key.kind == 1 { return node[TernaryTruth(key.bits != 0)] }
        return node.table < 0 ? .unseen : tables[Int(node.table)][key]
    }

    private func set(_ origin: (node: Int, key: FactKey)?, _ place: Place) throws(Fault) {
        guard let (index, key) = origin else {
            unsafe header.pointee.start = place
            return
        }
        if key.kind == 1 {
            unsafe header.pointee.nodes[index][TernaryTruth(key.bits != 0)] = place
            return
        }
        if node(.node(index)).table < 0 {
            unsafe header.pointee.nodes[index].table = Int32(tables.count)
            tables.append(Branches())
        }
        let table = Int(node(.node(index)).table)
        let isNew = tables[table][key] == .unseen
        guard tables[table].count < Self.mostBranches || !isNew else { throw .fanOut }
        tables[table].set(key, place)
        if isNew { bytes += Branches.bytesEach }
    }

    private func append(_ node: Node) {
        unsafe Self.makeRoom(&header.pointee.nodes, header.pointee.nodeCount, &room.nodes)
        unsafe (header.pointee.nodes + header.pointee.nodeCount).initialize(to: node)
        unsafe header.pointee.nodeCount += 1
        bytes += MemoryLayout<Node>.stride
    }

    private func append(_ verdicts: [Verdict]) {
        unsafe Self.makeRoom(&header.pointee.verdicts, leafCount, &room.leaves)
        let verdict = verdicts.reduce(into: Verdict()) { $0.formUnion($1) }
        unsafe (header.pointee.verdicts + leafCount).initialize(to: verdict)
        for (place, verdict) in verdicts.enumerated() {
            unsafe Self.makeRoom(&header.pointee.parts, leafCount * verdicts.count + place, &room.parts)
            unsafe (header.pointee.parts + leafCount * verdicts.count + place).initialize(to: verdict)
        }
        unsafe header.pointee.leafCount += 1
        bytes += 1 + verdicts.count
    }

    /// Makes room for one more.
    private static func makeRoom<Element: BitwiseCopyable>(
        _ items: inout UnsafeMutablePointer<Element>, _ count: Int, _ room: inout Int
    ) {
        guard count == room else { return }
        room = max(8, room * 2)
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: room)
        unsafe larger.update(from: items, count: count)
        unsafe items.deallocate()
        unsafe items = larger
    }
}

/// The places that the non-boolean answers of one fact lead to: the first few are scanned, the rest are hashed.
private struct Branches {
    static let bytesEach = 72
    private static let few = 8

    private var first: [(key: FactKey, place: DecisionTree.Place)] = []
    private var rest: [FactKey: DecisionTree.Place] = [:]

    var count: Int { first.count + rest.count }

    subscript(key: FactKey) -> DecisionTree.Place {
        for branch in first where branch.key == key { return branch.place }
        return rest.isEmpty ? .unseen : rest[key] ?? .unseen
    }

    mutating func set(_ key: FactKey, _ place: DecisionTree.Place) {
        if let known = first.firstIndex(where: { $0.key == key }) {
            first[known].place = place
        } else if first.count < Self.few {
            first.append((key, place))
        } else {
            rest[key] = place
        }
    }
}
