internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// Measures the costs of policies in their own tests.
struct CostMeter {
    private let source: PolicySource
    private let policies: [ExactName]

    init(_ source: PolicySource, policies: [ExactName]) {
        self.source = source
        self.policies = policies
    }

    /// - Parameter plans: the tests of one policy, in order.
    /// - Returns: `nil` when none of the tests reaches the policy.
    func cost(_ plans: [TestPlan]) -> PolicyCost? {
        guard let policy = plans.first?.policy else { return nil }
        var sets = TestSets(source, policies: policies)
        var evaluators: [ExactName: Evaluator] = [:]
        var cost: PolicyCost?
        for plan in plans where plan.result.failure == nil && plan.result.skipped == nil {
            guard let table = plan.table, let prepared = try? sets.prepare(table, plan, isAlone: true),
                let evaluator = try? evaluators[prepared.key] ?? Evaluator(prepared.set, treeOptions: .none),
                let request = try? Authorizer.request(
                    prepared.test.question, schema: prepared.set.schema, directory: prepared.test.directory)
            else { continue }
            evaluators[prepared.key] = evaluator
            _ = evaluator.evaluate(request, isInFull: true)
            guard let outcome = evaluator.outcomes.first else { continue }
            var own = cost ?? PolicyCost(policy: policy)
            own.instructions = max(own.instructions, outcome.fuel)
            own.bytes = max(own.bytes, evaluator.bytes.max() ?? 0)
            own.facts = max(own.facts, outcome.factCount)
            cost = own
        }
        return cost
    }
}
