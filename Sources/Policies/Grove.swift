/// Policies that share one tree, because what they read is much the same.
///
/// A grove is made of its policies' own trees as requests come: its path is theirs one after the other, each fact
/// once, and its leaf names a leaf of each.
struct Grove {
    /// Joining policies that read independent facts multiplies their paths; a grove of more than this is split.
    static let mostPaths = 4_096

    /// By number, ascending.
    let policies: [Int]
    /// Of one policy by itself its own, else one more.
    let tree: DecisionTree
    /// For each leaf of several policies, the leaves of each in their own trees.
    private(set) var parts: [[Int32]] = []

    init(_ policy: Int, _ tree: DecisionTree) {
        policies = [policy]
        self.tree = tree
    }

    init(joining policies: [Int]) {
        self.policies = policies
        tree = DecisionTree()
    }

    var isSingle: Bool { policies.count == 1 }

    /// - Returns: the leaf; `nil` when the grove has outgrown its bound.
    mutating func learn(
        _ path: [DecisionTree.Step], verdict: Verdict, parts: [Int32], _ facts: inout Facts
    ) -> Int? {
        guard tree.leafCount < Self.mostPaths else { return nil }
        do throws(DecisionTree.Fault) { try tree.add(path, verdict, &facts) } catch { return nil }
        self.parts.append(parts)
        return tree.leafCount - 1
    }

    /// What it takes beside its policies' own trees.
    var bytes: Int { isSingle ? 0 : tree.bytes + parts.count * (48 + policies.count * 4) }
}
