/// Policies that share one tree, because what they read is much the same.
///
/// A grove is made of its policies' own trees as requests come: its path is theirs one after the other, each fact
/// once, and its leaf names a leaf of each.
struct SharedTree {
    /// Joining policies that read independent facts multiplies their paths; a grove of more than this is split.
    static let mostPaths = 4_096

    /// By number, ascending.
    let policies: [Int]
    /// Of one policy by itself its own, else one more.
    let tree: DecisionTree
    /// For each leaf of several policies, one after the other, the leaf of each in its own tree.
    private var parts: [Int32] = []

    init(_ policy: Int, _ tree: DecisionTree) {
        policies = [policy]
        self.tree = tree
    }

    init(joining policies: [Int]) {
        self.policies = policies
        tree = DecisionTree(of: policies)
    }

    var isSingle: Bool { policies.count == 1 }

    /// - Parameters:
    ///   - verdicts: what each policy came to.
    ///   - parts: the leaf of each in its own tree.
    /// - Returns: the leaf; `nil` when the grove has outgrown its bound.
    mutating func learn(
        _ path: [DecisionTree.Step], _ verdicts: [Verdict], parts: [Int32], _ facts: inout Facts
    ) -> Int? {
        guard tree.leafCount < Self.mostPaths else { return nil }
        do throws(DecisionTree.Fault) { try tree.add(path, verdicts, &facts) } catch { return nil }
        self.parts += parts
        return tree.leafCount - 1
    }

    /// The leaves of the policies in their own trees, in their order.
    func leaves(of leaf: Int) -> [Int] {
        isSingle ? [leaf] : parts[(leaf * policies.count)..<((leaf + 1) * policies.count)].map(Int.init)
    }

    /// What it takes beside its policies' own trees.
    var bytes: Int { isSingle ? 0 : tree.bytes + parts.count * 4 }
}
