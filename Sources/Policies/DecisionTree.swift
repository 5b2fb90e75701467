/// What one or more policies do, as a tree: nodes ask facts, edges are values, leaves are numbers of what came of it.
///
/// Grown from traces; a path that was never seen ends nowhere. Asking it costs what its path reads.
final class DecisionTree {
    /// One fact, and where its answers lead.
    struct Node {
        let fact: Expressions.ID
        var no = Place.unseen
        var yes = Place.unseen
        /// Which table has the answers that are no booleans; -1 for none.
        var table: Int32 = -1
    }

    /// A node, a leaf, or nothing yet, in one number.
    struct Place: Equatable {
        private let number: Int32

        static let unseen = Place(number: 0)
        static func node(_ index: Int) -> Place { Place(number: Int32(index + 1)) }
        static func leaf(_ index: Int) -> Place { Place(number: -Int32(index) - 1) }

        private init(number: Int32) { self.number = number }

        var node: Int? { number > 0 ? Int(number) - 1 : nil }
        var leaf: Int? { number < 0 ? -Int(number) - 1 : nil }
    }

    /// One step of a path: the fact that was asked, and its answer.
    struct Step {
        let fact: Expressions.ID
        let key: FactKey
    }

    /// Why a path could not be added.
    enum Fault: Error {
        /// The same answers led to another fact, or to another leaf: no function of its facts.
        case contradiction
        /// One fact has too many answers.
        case fanOut
    }

    /// More answers of one fact than this are no cases but data.
    private static let mostBranches = 256

    private var root = Place.unseen
    private var nodes: [Node] = []
    private var tables: [[FactKey: Place]] = []
    private(set) var bytes = 0

    /// The leaf that a request's facts lead to; `nil` where no path has been.
    func leaf(_ facts: inout Facts, _ keys: FactKeys) -> Int? {
        var place = root
        while let index = place.node {
            let node = nodes[index]
            switch facts.truth(node.fact) {
            case .no: place = node.no
            case .yes: place = node.yes
            case .other:
                guard node.table >= 0, let key = keys.key(facts.value(node.fact)) else { return nil }
                place = tables[Int(node.table)][key] ?? .unseen
            }
        }
        return place.leaf
    }

    /// Adds a path to a leaf.
    func add(_ path: [Step], leaf: Int) throws(Fault) {
        var origin: (node: Int, key: FactKey)?
        var place = root
        for step in path {
            if place == .unseen {
                place = .node(nodes.count)
                nodes.append(Node(fact: step.fact))
                bytes += MemoryLayout<Node>.stride
                try set(origin, place)
            }
            guard let index = place.node, nodes[index].fact == step.fact else { throw .contradiction }
            origin = (index, step.key)
            place = follow(nodes[index], step.key)
        }
        guard place == .unseen || place == .leaf(leaf) else { throw .contradiction }
        try set(origin, .leaf(leaf))
    }

    private func follow(_ node: Node, _ key: FactKey) -> Place {
        if key.kind == 1 { return key.bits == 0 ? node.no : node.yes }
        return node.table < 0 ? .unseen : tables[Int(node.table)][key] ?? .unseen
    }

    private func set(_ origin: (node: Int, key: FactKey)?, _ place: Place) throws(Fault) {
        guard let (index, key) = origin else {
            root = place
            return
        }
        switch (key.kind, key.bits) {
        case (1, 0): nodes[index].no = place
        case (1, _): nodes[index].yes = place
        default:
            if nodes[index].table < 0 {
                nodes[index].table = Int32(tables.count)
                tables.append([:])
            }
            let table = Int(nodes[index].table)
            guard tables[table].count < Self.mostBranches || tables[table][key] != nil else { throw .fanOut }
            if tables[table].updateValue(place, forKey: key) == nil { bytes += 48 }
        }
    }
}
