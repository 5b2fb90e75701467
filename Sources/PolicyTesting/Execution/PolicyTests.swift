internal import Decisions
internal import Glibc
package import Model
package import Policies

/// Runs the tests beside policies: `X_test.lua` tests `X.lua`.
///
/// Every test has its own directory, and runs every policy of the folder, or only the one it is about.
package struct PolicyTests {
    let source: PolicySource
    let policies: [ExactName]
    let planner: TestPlanner

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
        /// `nil` when it was not measured, or the policies do not load.
        package internal(set) var coverage: Coverage?
        /// By policy; empty when it was not measured.
        package internal(set) var costs: [PolicyCost] = []

        package init() {}
    }

    package func run(_ selection: Selection = Selection()) -> [TestResult] { measured(selection).results }

    package func measured(_ selection: Selection) -> Run {
        let plans = plans(selection)
        let parts =
            selection.stopsAtFailure
            ? [run(plans, selection)] : Self.sideBySide(plans) { part in run(part, selection) }
        var whole = Run()
        whole.results = parts.flatMap(\.results)
        if selection.measuresCoverage,
            let set = PolicySet.load(source.withoutTests(only: nil), isInstrumented: true).set
        {
            var tally = CoverageTally()
            for part in parts { tally.merge(part.coverage) }
            var measured = Coverage(set, source, tally)
            if selection.suggestsTests { measured.policies = suggestions(for: measured.policies, plans, set) }
            whole.coverage = measured
        }
        if selection.measuresCost { whole.costs = costs(plans) }
        return whole
    }

    /// The greatest number of requests tried for uncovered parts, of all policies and of one.
    private static let mostAttempts = (all: 30_000, one: 1_000)

    /// The policies with tests that would fill their gaps, where such tests are found.
    private func suggestions(
        for policies: [PolicyCoverage], _ plans: [TestPlan], _ set: PolicySet
    ) -> [PolicyCoverage] {
        let own = Dictionary(grouping: plans, by: \.policy)
        let budget = min(Self.mostAttempts.one, Self.mostAttempts.all / max(1, policies.count { !$0.gaps.isEmpty }))
        return Self.sideBySide(policies, fewest: 2) { part in
            part.map { policy in
                guard !policy.gaps.isEmpty, let plans = own[policy.policy],
                    let loaded = set.policies.first(where: { $0.id == policy.policy })
                else { return policy }
                let sets = TestSets(source, policies: self.policies, instrumentation: TestGenerator.budget)
                var search = TestGenerator(sets, policy, loaded, schema: set.schema, budget: budget)
                var filled = policy
                filled.gaps = search.filled(by: plans)
                return filled
            }
        }.flatMap(\.self)
    }

    private func costs(_ plans: [TestPlan]) -> [PolicyCost] {
        let own = Dictionary(grouping: plans, by: \.policy).sorted { $0.key < $1.key }.map(\.value)
        let meter = CostMeter(source, policies: policies)
        return Self.sideBySide(own, fewest: 2) { part in part.compactMap(meter.cost) }.flatMap(\.self)
    }

    /// The tests to run, in order.
    private func plans(_ selection: Selection) -> [TestPlan] {
        let files = planner.files.filter { selection.files?.contains($0.name) ?? true }
        var plans = Self.sideBySide(files) { [planner] part in part.flatMap(planner.plans) }.flatMap(\.self)
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
        var share = Share()
        for plan in plans {
            let result = runner.run(plan)
            share.results.append(result)
            selection.progress?(result)
            if selection.stopsAtFailure, result.failure != nil { break }
        }
        share.coverage = runner.coverage
        return share
    }

    // MARK: Threads

    /// The number of items below which a thread is not worthwhile.
    private static let fewest = 100

    /// Does something with parts of a list, in parallel, on threads that interpreters can run on.
    /// - Returns: the result of each part, in order.
    private static func sideBySide<Item: Sendable, Result>(
        _ items: [Item], fewest: Int = fewest, _ body: @escaping @Sendable ([Item]) -> Result
    ) -> [Result] {
        let jobs = max(1, min(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), items.count / fewest))
        guard jobs > 1 else { return [body(items)] }
        let size = (items.count + jobs - 1) / jobs
        let parts = stride(from: 0, to: items.count, by: size).map { start in
            Part<Item, Result>(items: Array(items[start..<min(start + size, items.count)]))
        }
        let threads = parts.map { part in InterpreterThread { part.result = body(part.items) } }
        return zip(parts, threads).map { part, thread in
            thread?.join()
            // Without a thread the part runs here.
            return part.result ?? body(part.items)
        }
    }

    /// The part of one thread. `@unchecked Sendable`: only its thread writes it, and it is read after that has ended.
    private final class Part<Item: Sendable, Result>: @unchecked Sendable {
        let items: [Item]
        var result: Result?

        init(items: [Item]) { self.items = items }
    }
}
