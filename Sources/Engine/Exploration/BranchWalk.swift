internal import Model
package import Policies

/// Walks every branch of policies: runs them again and again, and answers each fact with every value that it can have.
///
/// Owns an evaluator: for one thread only.
package final class BranchWalk {
    /// The limits of a walk.
    package struct Limits: Sendable {
        /// The most branches of one policy.
        package var branches = 50_000
        /// The most elements of a list that a policy loops over.
        package var elements = 3
        /// Returns true when the time is over; asked before every branch.
        package var isOver: @Sendable () -> Bool = { false }

        package init() {}
    }

    private let table: FactTable
    private let set: PolicySet
    private let offset: Int
    private let evaluator: Evaluator
    private let limits: Limits

    /// - Parameters:
    ///   - table: takes the facts; its schema and its plugins are those of the set.
    ///   - offset: the number in the table of the set's first policy.
    /// - Throws: `.interpreter` when there is no memory for one.
    package init(
        _ set: PolicySet, _ table: FactTable, offset: Int = 0, budget: Budget = Budget(), limits: Limits = Limits()
    ) throws(PolicyError) {
        self.set = set
        self.table = table
        self.offset = offset
        self.limits = limits
        evaluator = try Evaluator(set, budget: budget, treeOptions: .none)
    }

    /// The tree of a policy for one kind of decision.
    /// - Parameter policy: its number in the set.
    package func tree(of policy: Int, in context: DecisionContext) -> BranchTree {
        let path = BranchPath(table, context, evaluator.host.expressions, offset: offset, elements: limits.elements)
        var tree = BranchTree(policy: set.policies[policy].id)
        let host = evaluator.host
        defer { host.oracle = nil }
        host.oracle = { path.value(of: $0) }
        var branches = 0
        repeat {
            if let reason = stop(after: branches) {
                if branches == 0 { return BranchTree(unexplored: reason, of: tree.policy) }
                path.giveUp(&tree, reason)
                return tree
            }
            path.begin()
            let outcome = evaluator.run(walked: policy)
            branches += 1
            if path.isUnsteady { return BranchTree(unexplored: .unsteady, of: tree.policy) }
            tree.add(leaf(outcome, path), path)
        } while path.advance(&tree)
        return tree
    }

    /// The reason to walk no further branch.
    private func stop(after branches: Int) -> BranchTree.Unexplored? {
        if limits.isOver() { return .timeout }
        return branches >= limits.branches || evaluator.host.isCrowded ? .tooMany(branches: branches) : nil
    }

    private func leaf(_ outcome: Outcome, _ path: BranchPath) -> BranchTree.Leaf {
        if let reason = path.unexplored { return .unexplored(reason) }
        var failure: (String, Int?)?
        switch outcome.termination {
        case .finished: break
        case .failed(let message, let line): failure = (message, line)
        // What exceeds the budget may depend on the values, not on the answers alone.
        case .fuel, .memory, .deadline: return .unexplored(.budget)
        }
        return .explored(
            ExploredOutcome(
                effects: outcome.effects.map {
                    .init(kind: $0.kind, text: $0.text, code: $0.code, line: $0.line, occasion: $0.occasion)
                }, failure: failure))
    }
}

extension BranchTree {
    init(unexplored reason: Unexplored, of policy: ExactName) {
        self.policy = policy
        nodes = [.leaf(.unexplored(reason))]
    }
}
