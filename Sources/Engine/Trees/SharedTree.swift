internal import Policies

/// Policies that share one tree, because they mostly read the same facts.
///
/// A shared tree grows from its policies' own trees as requests come: its path is their paths one after the other, each
/// fact once, and each leaf names a leaf of each policy.
struct SharedTree {
    /// The most paths of a shared tree; one with more is split. Joining policies that read independent facts multiplies
    /// paths.
    static let mostPaths = 4_096

    /// By number, ascending.
    let policies: [Int]
    /// The policy's own tree for a single policy, an additional one for several.
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
    ///   - verdicts: the verdict of each policy.
    ///   - parts: the leaf of each in its own tree.
    /// - Returns: the leaf; `nil` when the tree has reached its limit.
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

    /// The memory it takes in addition to its policies' own trees, in bytes.
    var bytes: Int { isSingle ? 0 : tree.bytes + parts.count * 4 }
}
