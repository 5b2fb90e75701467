internal import Decisions
internal import Engine
internal import Lua
internal import Model
internal import Policies

/// Decides tests by running the policies as they are, or one mutant of them. For one thread.
struct TestDecider {
    private enum Change {
        case none
        /// A policy that replaces the one of the same id.
        case policy(Policy)
        case removed(ExactName)
        /// A changed library, with everything that uses it.
        case sets(TestSets)
    }

    private let source: PolicySource
    private let unchanged: UnchangedTests
    private var change = Change.none
    private var authorizers: [ExactName: Authorizer] = [:]
    /// The reason why the mutant does not load, with the settings of the folder; `nil` when it does.
    private(set) var fault: Diagnostic?

    init(_ tests: PolicyTests, mutant: Mutant? = nil, _ unchanged: UnchangedTests) {
        self.unchanged = unchanged
        source = mutant?.applied(to: tests.source) ?? tests.source
        guard let mutant else { return }
        if let removed = mutant.removed {
            change = .removed(removed)
            return
        }
        // The other policies are as they were: the changed one is loaded beside their libraries alone.
        if !mutant.isLibrary,
            let policy = PolicySet.load(source.withoutTests(only: mutant.unit)).set?.policies.first
        {
            change = .policy(policy)
            return
        }
        var sets = TestSets(source, policies: tests.policies, cache: unchanged.cache)
        fault = sets.faultOfWhole()
        change = .sets(sets)
    }

    /// The decision on a request that was made from a test, and that test's expectation.
    mutating func decide(_ table: LuaValue, _ plan: TestPlan) throws(TestFault) -> (Decision, TestExpectation) {
        if case .sets(var sets) = change {
            let prepared = try sets.prepare(table, plan)
            change = .sets(sets)
            return try decide(prepared)
        }
        return try decide(try unchanged.prepare(table, plan))
    }

    /// The decision on a test as it is written, and its expectation.
    private mutating func decide(_ plan: TestPlan) throws(TestFault) -> (Decision, TestExpectation)? {
        if case .sets = change { return try plan.table.map { table throws(TestFault) in try decide(table, plan) } }
        return try unchanged.prepared(plan).map { prepared throws(TestFault) in try decide(prepared) }
    }

    private mutating func decide(_ prepared: TestSets.Prepared) throws(TestFault) -> (Decision, TestExpectation) {
        let test = prepared.test
        do {
            let authorizer =
                try authorizers[prepared.key] ?? Authorizer(policies: set(prepared.set), treeOptions: .none)
            authorizers[prepared.key] = authorizer
            let decision = try authorizer.decide(
                test.question, on: test.directory, detail: test.expectation.asksForFacts ? .trace : .statements)
            return (decision, test.expectation)
        } catch { throw TestFault("\(error)") }
    }

    private func set(_ own: PolicySet) -> PolicySet {
        switch change {
        case .none, .sets: own
        case .policy(let policy): own.replacing(policy)
        case .removed(let id): own.without([id])
        }
    }

    /// The first test that fails.
    /// - Parameter plans: tests that pass with the policies as they are.
    mutating func firstFailure(of plans: [TestPlan]) -> MutantKill? {
        var libraries: PluginTestRunner?
        for plan in plans {
            if let library = plan.library {
                var runner = libraries ?? PluginTestRunner(PolicyTests.librarySubject(of: source))
                let result = runner.run(plan, of: library.libraryVariable, used: library)
                if result.failure != nil { return MutantKill(plan, isOutOfBudget: runner.isOutOfBudget) }
                libraries = runner
                continue
            }
            do throws(TestFault) {
                guard let (decision, expectation) = try decide(plan),
                    expectation.difference(from: decision) != nil
                else { continue }
                return MutantKill(plan, isOutOfBudget: decision.isOutOfBudget)
            } catch { return MutantKill(plan, isOutOfBudget: false) }
        }
        return nil
    }
}

extension MutantKill {
    fileprivate init(_ plan: TestPlan, isOutOfBudget: Bool) {
        self.init(place: plan.result.place, test: plan.result.name, isOutOfBudget: isOutOfBudget)
    }
}

extension Decision {
    /// True when a policy spent its budget.
    var isOutOfBudget: Bool { (failures + observedFailures).contains { $0.kind != .failed } }
}
