internal import Decisions
package import Model
package import Policies

/// Runs the tests beside policies and libraries: `X_test.lua` tests `X.lua`.
///
/// Every test has its own directory, and runs every policy of the folder, or only the one it is about.
package struct PolicyTests {
    package let source: PolicySource
    let policies: [ExactName]
    let planner: TestPlanner
    /// Plans the tests of libraries, whose files it has without the name of their folder.
    let libraryPlanner: TestPlanner

    /// - Parameters:
    ///   - organisations: the organisations that a test's `directory` may name; tests that name none use `demo`, or
    ///     `store` when there is one.
    ///   - now: the time of the store.
    package init(_ source: PolicySource, organisations: [ExactName: Organisation], now: Instant? = nil)
        throws(PolicyError)
    {
        self.source = source
        policies = source.policyIDs
        var given: [ExactName: TestOrganisation] = [:]
        for (name, organisation) in organisations {
            do throws(TestFault) {
                given[name] = try TestOrganisation(
                    organisation, now: name == "store" ? now ?? TestOrganisation.time : TestOrganisation.time)
            } catch { throw PolicyError(.unreadable, "the directory `\(name)`: \(error.message)") }
        }
        planner = TestPlanner(source, policies: policies, given: given)
        libraryPlanner = Self.libraryPlanner(source, given)
    }

    /// The tests to run, and the options of the run.
    package struct Selection: Sendable {
        /// Test files to read, by name; `nil` for all.
        package var files: Set<ExactName>?
        /// A part of the name of a test, or of its file.
        package var filter: String?
        package var stopsAtFailure = false
        /// True when a test with `only` fails, because its author forgot to remove that.
        package var refusesOnly = false
        /// True when every failed test gets the facts that every policy read.
        package var tracesAll = false
        /// True when the coverage of the policies is measured.
        package var measuresCoverage = false
        /// True when tests are searched that would cover the rest.
        package var suggestsTests = false
        /// True when the costs of each policy in its own tests are measured.
        package var measuresCost = false
        /// Called with each test as it ends, in any order, from any thread.
        package var progress: (@Sendable (TestResult) -> Void)?

        package init() {}
    }

    /// The results of a run.
    package struct Run: Sendable {
        /// In the order of the files' names; empty when there is no test.
        package var results: [TestResult] = []
        /// The reasons why policies or plugins do not load: their tests did not run.
        package var faults: [Diagnostic] = []
        /// The number of tests in the files that were asked for that a filter, `only` or an early end left out.
        package var leftOut = 0
        /// `nil` when it was not measured, or the policies do not load.
        package internal(set) var coverage: Coverage?
        /// By policy; empty when it was not measured.
        package internal(set) var costs: [PolicyCost] = []

        package init() {}

        /// Adds the results of plugins' tests.
        package mutating func add(_ other: Run) {
            results += other.results
            faults += other.faults
            leftOut += other.leftOut
        }
    }

    package func run(_ selection: Selection = Selection()) -> [TestResult] { measured(selection).results }

    /// Runs the tests. When the policies do not load, none runs, and `faults` has the reasons.
    package func measured(_ selection: Selection) -> Run {
        let faults = PolicySet.load(source).diagnostics.filter { $0.severity == .error }
        guard faults.isEmpty, planner.sharedFault == nil else {
            var none = Run()
            none.faults = faults + [planner.sharedFault].compactMap(\.self)
            return none
        }
        let all = plans(selection)
        let plans = selected(selection, of: all)
        let parts =
            selection.stopsAtFailure
            ? [run(plans, selection)] : Self.sideBySide(plans) { part in run(part, selection) }
        var whole = Run()
        whole.results = parts.flatMap(\.results)
        whole.leftOut = all.count - whole.results.count
        trace(&whole.results, plans, isWhole: selection.tracesAll)
        if selection.measuresCoverage,
            let set = PolicySet.load(source.withoutTests(only: nil), isInstrumented: true).set
        {
            var tally = CoverageTally()
            for part in parts { tally.merge(part.coverage) }
            var measured = Coverage(set, source, tally)
            if selection.suggestsTests {
                measured.policies = suggestions(for: measured.policies, plans, among: all, set)
            }
            whole.coverage = measured
        }
        if selection.measuresCost { whole.costs = costs(plans) }
        return whole
    }

    /// The greatest numbers of requests tried for uncovered parts, of all policies and of one.
    private static let most = (
        all: TestGenerator.Budget(directed: 24_000, random: 6_000),
        one: TestGenerator.Budget(directed: 1_000, random: 1_000)
    )

    /// The policies with tests that would fill their gaps, where such tests are found.
    /// - Parameters:
    ///   - plans: the selected tests.
    ///   - all: all tests.
    private func suggestions(
        for policies: [PolicyCoverage], _ plans: [TestPlan], among all: [TestPlan], _ set: PolicySet
    ) -> [PolicyCoverage] {
        let own = Dictionary(grouping: plans, by: \.policy)
        let known = Dictionary(grouping: all, by: \.policy)
        let loaded = Dictionary(uniqueKeysWithValues: set.policies.map { ($0.id, $0) })
        let incomplete = policies.filter { !$0.gaps.isEmpty }
        let share = max(1, incomplete.count)
        let budget = TestGenerator.Budget(
            directed: min(Self.most.one.directed, Self.most.all.directed / share),
            random: min(Self.most.one.random, Self.most.all.random / share))
        let filled = Self.sideBySide(incomplete, fewest: 2) { part in
            var trials = TestTrials(TestSets(source, policies: self.policies))
            return part.map { policy in
                guard let plans = own[policy.policy], let loaded = loaded[policy.policy] else { return policy }
                var search = TestGenerator(
                    policy, loaded, schema: set.schema, tests: known[policy.policy] ?? [], budget: budget)
                var filled = policy
                filled.gaps = search.filled(by: plans, &trials)
                trials.endPolicy()
                return filled
            }
        }.flatMap(\.self)
        let byID = Dictionary(uniqueKeysWithValues: filled.map { ($0.policy, $0) })
        return policies.map { byID[$0.policy] ?? $0 }
    }

    private func costs(_ plans: [TestPlan]) -> [PolicyCost] {
        let own = Dictionary(grouping: plans.filter { $0.library == nil }, by: \.policy).sorted { $0.key < $1.key }.map(
            \.value)
        let meter = CostMeter(source, policies: policies)
        return Self.sideBySide(own, fewest: 2) { part in part.compactMap(meter.cost) }.flatMap(\.self)
    }

    /// The greatest number of causes that are traced unless everything is: each costs another evaluation.
    private static let mostTraced = 20

    /// Adds the facts that were read to the first test that failed by each cause, or to every failed test.
    private func trace(_ results: inout [TestResult], _ plans: [TestPlan], isWhole: Bool) {
        let failed =
            isWhole
            ? results.indices.filter { results[$0].failure != nil }
            : FailureGroup.groups(of: results).prefix(Self.mostTraced).map(\.shown)
        let traced = Self.sideBySide(failed.map { (index: $0, failure: results[$0].failure!, plan: plans[$0]) }) {
            part in
            var runner = TestRunner(TestSets(source, policies: policies), measuresCoverage: false)
            return part.map { ($0.index, runner.traced($0.failure, $0.plan, isWhole: isWhole)) }
        }
        for (index, failure) in traced.flatMap(\.self) { results[index].failure = failure }
    }

    /// The tests of the selected files, in order.
    func plans(_ selection: Selection) -> [TestPlan] {
        let files = planner.files.filter { selection.files?.contains($0.name) ?? true }
        let own = Self.sideBySide(files) { [planner] part in part.flatMap(planner.plans) }.flatMap(\.self)
        return own + plansOfLibraries(selection)
    }

    /// The tests to run, numbered.
    func selected(_ selection: Selection, of plans: [TestPlan]) -> [TestPlan] {
        var plans = plans
        if let filter = selection.filter {
            plans.removeAll { !$0.result.name.contains(filter) && !$0.result.file.contains(filter) }
        }
        if selection.refusesOnly {
            for index in plans.indices where plans[index].isOnly {
                plans[index].result.failure = TestFailure("`only` keeps every other test from running; remove it")
            }
        } else if plans.contains(where: \.isOnly) {
            plans.removeAll { !$0.isOnly }
        }
        for index in plans.indices { plans[index].number = index }
        return plans
    }

    /// The results of one thread.
    private struct Share: Sendable {
        var results: [TestResult] = []
        var coverage = CoverageTally()
    }

    private func run(_ plans: [TestPlan], _ selection: Selection) -> Share {
        var runner = TestRunner(
            TestSets(source, policies: policies), measuresCoverage: selection.measuresCoverage)
        var libraryRunner = PluginTestRunner(librarySubject, measuresCoverage: selection.measuresCoverage)
        var share = Share()
        for plan in plans {
            let result =
                plan.library.map { libraryRunner.run(plan, of: $0.libraryVariable, used: $0) } ?? runner.run(plan)
            share.results.append(result)
            selection.progress?(result)
            if selection.stopsAtFailure, result.failure != nil { break }
        }
        share.coverage = runner.coverage
        share.coverage.merge(libraryRunner.coverage)
        return share
    }
}
