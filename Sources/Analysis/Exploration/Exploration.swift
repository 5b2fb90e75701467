internal import Decisions
package import Engine
package import Model
package import Policies

/// Explores a policy set: walks every branch of every policy, and finds out what can never happen.
///
/// For one thread only.
package final class Exploration {
    package struct Options: Sendable {
        package var limits = BranchWalk.Limits()
        /// The most sets of facts for which a request is looked for, before an invariant is left undecided.
        package var candidates = 16
        /// The time around which examples are made.
        package var now: Instant
        /// The laws that are left out, which only tests do.
        var without: Set<Law> = []

        package init(now: Instant) { self.now = now }

        /// Options for examples at noon of the day of an instant, so that a day has the same ones.
        package init(today instant: Instant) {
            let day = instant.microseconds - instant.microseconds % 86_400_000_000
            self.init(now: Instant(microseconds: day + 43_200_000_000))
        }
    }

    package let set: PolicySet
    package let table: FactTable
    /// The tenants that have settings of their own, after one that stands for all others.
    package let tenants: [ExactName?]
    private let invariants: InvariantFile
    let options: Options
    private let walked: WalkedSet
    private let conditions: WalkedSet?
    private let authorizer: Authorizer
    private let conditionAuthorizer: Authorizer?

    /// - Throws: `.interpreter` when there is no memory for one.
    package init(_ set: PolicySet, _ invariants: InvariantFile = .none, options: Options) throws(PolicyError) {
        self.set = set
        self.invariants = invariants
        self.options = options
        let conditions = invariants.conditions
        table = FactTable(set, policies: set.facts + (conditions?.facts ?? []))
        tenants = WalkedSet.tenants(set)
        walked = try WalkedSet(set, table, offset: 0, limits: options.limits)
        authorizer = try Authorizer(policies: set, treeOptions: .reference)
        if let conditions {
            self.conditions = try WalkedSet(
                conditions, table, offset: set.policies.count, limits: options.limits)
            conditionAuthorizer = try Authorizer(policies: conditions, treeOptions: .reference)
        } else {
            (self.conditions, conditionAuthorizer) = (nil, nil)
        }
    }

    /// The kinds of decision and subjects that some policy is asked about, in order.
    package var contexts: [DecisionContext] { WalkedSet.contexts(set) }

    /// The tree of a policy for one kind of decision; walked once.
    package func tree(of policy: Int, in context: DecisionContext) -> BranchTree {
        walked.tree(of: policy, in: context)
    }

    /// By tenant, true where a policy decides.
    func isEnabled(_ policy: Int) -> [Bool] { walked.isEnabled(policy, tenants) }

    /// The decisions of one kind as a formula, with the policies' numbers in the set.
    package func explored(_ context: DecisionContext) -> (explored: ExploredContext, policies: [Int]) {
        let explored = ExploredContext(table, context, tenants: tenants, isOver: options.limits.isOver)
        return (explored, walked.add(to: explored).policies)
    }

    var isOver: Bool { options.limits.isOver() }
    /// The limit that ended a search.
    private var limit: InvariantVerdict.Bound { isOver ? .timeout : .searchLimit }

    // MARK: Invariants

    /// The verdict on each invariant, in the order of the file.
    package func verdicts() -> [InvariantVerdict] { invariants.invariants.map(verdict) }

    private func verdict(_ invariant: Invariant) -> InvariantVerdict {
        var (branches, policies): (Int, Set<Int>) = (0, [])
        var bounds: [InvariantVerdict.Bound] = []
        var proofs: [InvariantVerdict.Proof] = []
        for context in DecisionContext.all(of: invariant.shape, schema: set.schema) {
            let (goal, numbers) = goal(of: invariant, in: context)
            policies.formUnion(numbers)
            branches += goal.explored.parts.reduce(0) { $0 + $1.tree.leaves.count }
            switch answer(goal, invariant) {
            case .refuted(let example, let decision):
                return InvariantVerdict(
                    invariant: invariant, result: .refuted(example, decision), branches: branches,
                    policies: policies.count)
            case .bounded(let reasons): bounds += reasons.filter { !bounds.contains($0) }
            case .proved(let proof): proofs.append(proof)
            }
        }
        let result: InvariantVerdict.Result
        if !bounds.isEmpty {
            result = .bounded(bounds)
        } else if proofs.contains(where: { if case .everyBranch = $0 { true } else { false } }) {
            result = .proved(.everyBranch)
        } else {
            result = .proved(proofs.contains { if case .core = $0 { true } else { false } } ? .core : .vacuous)
        }
        return InvariantVerdict(
            invariant: invariant, result: result, branches: branches, policies: policies.count)
    }

    /// The facts that contradict an invariant in a context, with the policies' numbers in the set.
    func goal(of invariant: Invariant, in context: DecisionContext) -> (goal: Goal, policies: [Int]) {
        let (explored, numbers) = explored(context)
        let deciding = Array(explored.policies.indices)
        let tree = conditions!.tree(of: invariant.condition, in: context)
        let number = explored.add(.init(tree: tree, isEnabled: tenants.map { _ in true }))
        explored.addLaws(isValid: invariant.subject == .decision, without: options.without)
        return (Goal(explored, deciding, condition: number, invariant.forbidsPermits), numbers)
    }

    /// The facts that contradict an invariant in one context.
    struct Goal {
        let explored: ExploredContext
        let condition: Int
        /// The branch of the condition is one on which it holds, or fails, or was not walked.
        let holds: Literal
        let fails: Literal
        let isUnexplored: Literal
        /// The decision contradicts it for sure, or perhaps.
        let surely: Literal
        let perhaps: Literal

        init(_ explored: ExploredContext, _ deciding: [Int], condition: Int, _ forbidsPermits: Bool) {
            self.explored = explored
            self.condition = condition
            var (holds, fails): ([Literal], [Literal]) = ([], [])
            for case (let node, .explored(let outcome)) in explored.parts[condition].tree.leaves {
                if outcome.failure != nil { fails.append(explored.reaches(node, of: condition)) }
                if outcome.failure == nil, outcome.has(.deny) { holds.append(explored.reaches(node, of: condition)) }
            }
            self.holds = explored.formula.any(holds)
            self.fails = explored.formula.any(fails)
            isUnexplored = explored.policies[condition].isUnexplored
            let (permitSurely, permitPerhaps) = (
                explored.permit(deciding, perhaps: false), explored.permit(deciding, perhaps: true)
            )
            surely = forbidsPermits ? permitSurely : !permitPerhaps
            perhaps = forbidsPermits ? permitPerhaps : !permitSurely
        }
    }

    private func answer(_ goal: Goal, _ invariant: Invariant) -> InvariantVerdict.Result {
        let explored = goal.explored
        // A condition that fails says nothing of the requests for which it fails; that does not matter where their decision
        // does not contradict the invariant, whatever the condition would say.
        switch explored.solve([goal.fails, goal.perhaps]) {
        case .satisfiable: return .bounded([failure(goal)])
        case .unknown: return .bounded([limit])
        case .unsatisfiable: break
        }
        var candidates = 0
        while candidates < options.candidates {
            if isOver { return .bounded([.timeout]) }
            switch explored.solve([goal.holds, goal.surely]) {
            case .unknown: return .bounded([limit])
            case .unsatisfiable:
                if candidates > 0 { return .bounded([.unconfirmed(candidates: candidates)]) }
                return withoutCandidate(goal, invariant)
            case .satisfiable: break
            }
            candidates += 1
            guard let found = explored.simplest([goal.holds, goal.surely]) else { return .bounded([limit]) }
            let search = ExampleSearch(
                explored: explored, schema: set.schema, now: options.now, isOver: options.limits.isOver)
            var confirmed: Decision?
            let example = search.example(of: found) { example in
                confirmed = contradiction(example, invariant)
                return confirmed != nil
            }
            if let example, let confirmed { return .refuted(example, confirmed) }
            explored.exclude(found)
        }
        return .bounded([.unconfirmed(candidates: candidates)])
    }

    /// The verdict where no branch that was walked contradicts the invariant.
    private func withoutCandidate(_ goal: Goal, _ invariant: Invariant) -> InvariantVerdict.Result {
        let explored = goal.explored
        let condition = explored.formula.any([goal.holds, goal.isUnexplored])
        switch explored.solve([condition, goal.perhaps]) {
        case .unknown: return .bounded([limit])
        case .satisfiable: return .bounded(unexplored(goal))
        case .unsatisfiable: break
        }
        switch explored.solve([condition]) {
        case .unknown: return .bounded([limit])
        case .satisfiable: return .proved(.everyBranch)
        case .unsatisfiable: break
        }
        guard invariant.subject == .decision else { return .proved(.vacuous) }
        let (free, _) = self.explored(explored.context)
        let number = free.add(explored.parts[goal.condition])
        free.addLaws(isValid: false)
        let possible = Goal(free, [], condition: number, invariant.forbidsPermits)
        let any = free.formula.any([possible.holds, possible.isUnexplored])
        return .proved(free.solve([any]) == .unsatisfiable ? .vacuous : .core)
    }

    /// The branches that were not walked and may contradict the invariant.
    private func unexplored(_ goal: Goal) -> [InvariantVerdict.Bound] {
        let explored = goal.explored
        var bounds: [InvariantVerdict.Bound] = []
        for (number, part) in explored.parts.enumerated() {
            for case (let node, .unexplored(let reason)) in part.tree.leaves
            where explored.holds(explored.reaches(node, of: number)) {
                bounds.append(.unexplored(policy: part.tree.policy, reason))
            }
        }
        return bounds
    }

    /// The failure of the condition that was found.
    private func failure(_ goal: Goal) -> InvariantVerdict.Bound {
        let explored = goal.explored
        for case (let node, .explored(let outcome)) in explored.parts[goal.condition].tree.leaves {
            guard let failure = outcome.failure, explored.holds(explored.reaches(node, of: goal.condition)) else {
                continue
            }
            return .failing(message: failure.message, line: failure.line)
        }
        preconditionFailure("the goal was that a branch of the condition fails")
    }

    /// The decision on an example that contradicts an invariant; `nil` for one that does not. The engine makes it, which knows
    /// nothing of branches and laws.
    private func contradiction(_ example: Example, _ invariant: Invariant) -> Decision? {
        guard let conditionAuthorizer, let conditions else { return nil }
        do throws(RequestError) {
            let id = conditions.set.policies[invariant.condition].id
            let condition = try conditionAuthorizer.decideByPolicies(example.question, on: example.directory)
            guard let condition, condition.reasons.contains(where: { $0.policy == id }) else { return nil }
            let decision: Decision?
            switch invariant.subject {
            case .decision: decision = try authorizer.decide(example.question, on: example.directory)
            case .policies: decision = try authorizer.decideByPolicies(example.question, on: example.directory)
            }
            guard let decision, decision.isPermitted == invariant.forbidsPermits else { return nil }
            return decision
        } catch { return nil }
    }
}
