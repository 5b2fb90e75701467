internal import Model
internal import Policies

/// The decision tree of one policy, with the outcome of each leaf.
struct PolicyTree {
    /// The most paths of a policy: one with more is not a set of cases. INVARIANT: a leaf has twelve bits, see
    /// `DecisionForest.path`.
    private static let mostPaths = 4_096
    /// The most steps of a path: a longer one is run, not remembered.
    private static let mostSteps = 512

    /// The reason why a policy is uncacheable: it has no tree, and is run for every request.
    enum UncacheableReason {
        /// It reads more contents, or has more cases, than a tree can hold.
        case reads
        /// Its outcome does not follow from the facts that it reads.
        case distrusted
        /// No memory is left for its tree.
        case memory
    }

    let tree: DecisionTree
    /// For each leaf, the outcome of the policy.
    private(set) var outcomes: [Outcome] = []
    private(set) var uncacheableReason: UncacheableReason?

    /// - Parameter policy: its number.
    init(_ policy: Int) { tree = DecisionTree(of: [policy]) }

    /// The path of an outcome; `nil` when nothing can be learned from it.
    static func path(_ outcome: Outcome, _ facts: inout Facts) -> [DecisionTree.Step]? {
        switch outcome.termination {
        // Safety nets: they depend on the machine, not on the policy.
        case .memory, .deadline: return nil
        case .finished, .failed, .fuel: break
        }
        guard outcome.trace.count <= mostSteps, !facts.hasStopped else { return nil }
        var path: [DecisionTree.Step] = []
        path.reserveCapacity(outcome.trace.count)
        for fact in outcome.trace {
            guard let key = facts.keys.learn(facts.value(fact), isForeign: facts.isForeign(fact)) else { return nil }
            path.append(DecisionTree.Step(fact: fact, key: key))
        }
        return path
    }

    /// Remembers an outcome of the policy.
    /// - Returns: the leaf; `nil` when the policy is uncacheable, or has just become so.
    mutating func learn(
        _ outcome: Outcome, _ verdict: Verdict, path: [DecisionTree.Step], _ facts: inout Facts
    ) -> Int? {
        guard uncacheableReason == nil else { return nil }
        guard outcomes.count < Self.mostPaths else {
            makeUncacheable(.reads)
            return nil
        }
        do throws(DecisionTree.Fault) {
            try tree.add(path, [verdict], &facts)
        } catch {
            makeUncacheable(error == .contradiction ? .distrusted : .reads)
            return nil
        }
        outcomes.append(outcome)
        outcomeBytes += outcome.bytes
        return outcomes.count - 1
    }

    /// Makes the policy uncacheable: drops its tree, and from now on the policy is run for every request.
    mutating func makeUncacheable(_ reason: UncacheableReason) {
        tree.clear()
        outcomes = []
        outcomeBytes = 0
        uncacheableReason = reason
    }

    private var outcomeBytes = 0

    var bytes: Int { tree.bytes + outcomeBytes }
}

extension Outcome {
    /// The approximate memory of an outcome, in bytes.
    fileprivate var bytes: Int {
        effects.reduce(128 + trace.count * 4) { $0 + 96 + $1.text.utf8.count + $1.details.count * 96 }
    }
}
