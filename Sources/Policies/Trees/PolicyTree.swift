internal import Model

/// All that was ever seen of one policy: its tree, and what each of its leaves stands for.
struct PolicyTree {
    /// A policy with more paths than this is no set of cases. INVARIANT: a leaf has twelve bits, see `DecisionForest.path`.
    private static let mostPaths = 4_096
    /// A path that asks more than this is run, not remembered.
    private static let mostSteps = 512

    /// Why a policy has no tree and is run for every request.
    enum Openness {
        /// It reads contents, or has more cases, than a tree can hold.
        case reads
        /// What it does does not follow from what it reads.
        case distrusted
        /// There is no memory left for its tree.
        case memory
    }

    let tree: DecisionTree
    /// For each leaf, what was said and how it ended.
    private(set) var outcomes: [Outcome] = []
    private(set) var openness: Openness?

    /// - Parameter policy: its number.
    init(_ policy: Int) { tree = DecisionTree(of: [policy]) }

    /// The path an outcome takes; `nil` when nothing is to be learned from it.
    static func path(_ outcome: Outcome, _ facts: inout Facts) -> [DecisionTree.Step]? {
        switch outcome.termination {
        // Safety nets: they say something of the machine, nothing of the policy.
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

    /// Remembers what a policy came to.
    /// - Returns: the leaf; `nil` when the policy is open, now or for long.
    mutating func learn(
        _ outcome: Outcome, _ verdict: Verdict, path: [DecisionTree.Step], _ facts: inout Facts
    ) -> Int? {
        guard openness == nil else { return nil }
        guard outcomes.count < Self.mostPaths else {
            open(.reads)
            return nil
        }
        do throws(DecisionTree.Fault) {
            try tree.add(path, [verdict], &facts)
        } catch {
            open(error == .contradiction ? .distrusted : .reads)
            return nil
        }
        outcomes.append(outcome)
        outcomeBytes += outcome.bytes
        return outcomes.count - 1
    }

    /// Forgets everything; from now on the policy is run for every request.
    mutating func open(_ openness: Openness) {
        tree.clear()
        outcomes = []
        outcomeBytes = 0
        self.openness = openness
    }

    private var outcomeBytes = 0

    var bytes: Int { tree.bytes + outcomeBytes }
}

extension Outcome {
    /// About how much memory it takes.
    fileprivate var bytes: Int {
        effects.reduce(128 + trace.count * 4) { $0 + 96 + $1.text.utf8.count + $1.details.count * 96 }
    }
}
