/// Policies that share one tree, because what they read is much the same.
///
/// A grove is made of its policies' own trees as requests come: its path is theirs one after the other, each fact
/// once, and its leaf names a leaf of each.
struct Grove {
    /// Joining policies that read independent facts multiplies their paths; a grove of more than this is split.
    static let mostPaths = 4_096

    /// By number, ascending.
    let policies: [Int]
    let tree = DecisionTree()
    /// For each leaf, what it comes to.
    private(set) var verdicts: [Verdict] = []
    /// For each leaf, the leaves of its policies in their own trees.
    private(set) var parts: [[Int32]] = []

    init(_ policies: [Int]) {
        self.policies = policies
    }

    /// A policy by itself needs no second tree.
    var isSingle: Bool { policies.count == 1 }

    /// - Returns: the leaf; `nil` when the grove has outgrown its bound.
    mutating func learn(_ path: [DecisionTree.Step], verdict: Verdict, parts: [Int32]) -> Int? {
        guard verdicts.count < Self.mostPaths else { return nil }
        do throws(DecisionTree.Fault) { try tree.add(path, leaf: verdicts.count) } catch { return nil }
        verdicts.append(verdict)
        self.parts.append(parts)
        return verdicts.count - 1
    }

    var bytes: Int { tree.bytes + verdicts.count * (48 + policies.count * 4) }
}
