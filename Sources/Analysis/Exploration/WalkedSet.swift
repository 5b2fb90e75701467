internal import Engine
internal import Model
internal import Policies

/// The policies of a set with every branch of theirs, each walked once for each kind of decision.
final class WalkedSet {
    let set: PolicySet
    private let walk: BranchWalk
    private let countsAll: Bool
    private var trees: [Key: BranchTree] = [:]

    private struct Key: Hashable {
        let policy: Int
        let context: DecisionContext
    }

    /// - Parameters:
    ///   - offset: the number in the table of the set's first policy.
    ///   - countsAll: true to count policies that are off by default or by a setting.
    /// - Throws: `.interpreter` when there is no memory for one.
    init(_ set: PolicySet, _ table: FactTable, offset: Int, limits: BranchWalk.Limits, countsAll: Bool = false)
        throws(PolicyError)
    {
        self.set = set
        self.countsAll = countsAll
        walk = try BranchWalk(set, table, offset: offset, limits: limits)
    }

    func tree(of policy: Int, in context: DecisionContext) -> BranchTree {
        let key = Key(policy: policy, context: context)
        if let known = trees[key] { return known }
        let tree = walk.tree(of: policy, in: context)
        trees[key] = tree
        return tree
    }

    /// Adds the policies that decide for some tenant.
    /// - Parameter known: the number in the formula of a policy that is there already.
    /// - Returns: their numbers in the set, and in the formula.
    func add(to explored: ExploredContext, known: (Int) -> Int? = { _ in nil }) -> (policies: [Int], parts: [Int]) {
        var (policies, parts): ([Int], [Int]) = ([], [])
        for (number, policy) in set.policies.enumerated()
        where explored.context.asks(policy.shape) && !policy.isObserving {
            let isEnabled = isEnabled(number, explored.tenants)
            guard isEnabled.contains(true) else { continue }
            policies.append(number)
            parts.append(
                known(number) ?? explored.add(.init(tree: tree(of: number, in: explored.context), isEnabled: isEnabled))
            )
        }
        return (policies, parts)
    }

    /// By tenant, true where a policy decides.
    func isEnabled(_ policy: Int, _ tenants: [ExactName?]) -> [Bool] {
        tenants.map { countsAll || set.isEnabled(set.policies[policy], tenant: $0) }
    }

    /// The tenants that have settings of their own, after one that stands for all others.
    static func tenants(_ sets: PolicySet...) -> [ExactName?] {
        [nil] + Set(sets.flatMap { $0.facts.flatMap(\.tenants) }).sorted().map(Optional.some)
    }

    /// The kinds of decision and subjects that some policy is asked about, in order.
    static func contexts(_ sets: PolicySet...) -> [DecisionContext] {
        var found: Set<DecisionContext> = []
        for set in sets {
            for policy in set.policies { found.formUnion(DecisionContext.all(of: policy.shape, schema: set.schema)) }
        }
        return found.sorted { ($0.kind.ordinal, $0.subject ?? -1) < ($1.kind.ordinal, $1.subject ?? -1) }
    }
}
