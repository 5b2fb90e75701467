internal import Decisions
internal import Engine
internal import Lua
internal import Model
internal import Policies
internal import Syntax

/// Runs tests that nobody has written yet: to see what they reach, and to hold them to what they expect. For one
/// thread, and for many policies: all of them share the set of the whole folder.
struct TestTrials {
    private var sets: TestSets
    private var deciders: [ExactName: Deciders] = [:]
    /// The last test that was decided: it is run once, and its text is then held to that.
    private var last: (policy: ExactName, request: LuaValue, decision: Decision, covered: Set<CoverageGap.Target>)?

    /// The fuel of one policy in a search; a variation may run for long.
    private static let fuel = 200_000

    /// The compared values at a site, both sides.
    typealias Order = (left: OrderedValue, right: OrderedValue)

    init(_ sets: TestSets) { self.sets = sets }

    /// Drops what was kept for one policy alone.
    mutating func endPolicy() {
        sets.keepWholeFolder()
        deciders = deciders.filter { $0.key == TestSets.wholeFolder }
    }

    func base(of table: TestTable, _ plan: TestPlan) throws(TestFault) -> TestOrganisation {
        try sets.base(of: table, plan)
    }

    /// The targets that the tested policy reaches, whatever the others decide, and the values that it compares; `nil`
    /// for a test that cannot run.
    mutating func explore(_ table: LuaValue, _ plan: TestPlan) -> (
        targets: Set<CoverageGap.Target>, orders: [Int: Order]
    )? {
        // Another set of the whole folder would be loaded for each value of a setting.
        guard let prepared = try? sets.prepare(table, plan, isAlone: table.hasSettings),
            let run = sets.instrumented(prepared.key),
            let request = try? Authorizer.request(
                prepared.test.question, schema: prepared.set.schema, directory: prepared.test.directory)
        else { return nil }
        run.evaluate(request, only: plan.policy, fuel: Self.fuel)
        return run.reached(by: plan.policy)
    }

    /// The decision on a test, and the targets that it covers, as a run with coverage counts them.
    mutating func run(_ table: LuaValue, _ plan: TestPlan) -> (decision: Decision, covered: Set<CoverageGap.Target>)? {
        guard let (decision, covered, _) = try? examined(table, plan) else { return nil }
        return (decision, covered)
    }

    /// The targets that a written test covers; `nil` when it does not pass.
    mutating func covered(by text: String, _ plan: TestPlan) -> Set<CoverageGap.Target>? {
        guard let test = try? TestFile(Array(text.utf8), name: plan.result.file).tests.first,
            let table = try? plan.fixtures.expanded(test.table),
            let (decision, covered, expectation) = try? examined(table, plan),
            expectation.difference(from: decision) == nil
        else { return nil }
        return covered
    }

    private mutating func examined(
        _ table: LuaValue, _ plan: TestPlan
    ) throws -> (Decision, Set<CoverageGap.Target>, TestExpectation) {
        let prepared = try sets.prepare(table, plan)
        let test = prepared.test
        let request = table.request
        if let last, last.policy == plan.policy, last.request == request {
            return (last.decision, last.covered, test.expectation)
        }
        let deciders = try self.deciders[prepared.key] ?? Deciders(prepared.set, isAlone: table.isAlone)
        self.deciders[prepared.key] = deciders
        let decision = try deciders.all.decide(test.question, on: test.directory)
        var covered: Set<CoverageGap.Target> = []
        if let resolved = try deciders.all.prepared(test.question, on: test.directory),
            let number = prepared.set.policies.firstIndex(where: { $0.id == plan.policy })
        {
            deciders.one.run(ifApplicable: number, fuel: Budget().fuel, of: resolved)
            covered =
                sets.instrumented(prepared.key)?.tally(
                    of: plan.policy, resolved, plain: deciders.one.outcomes, decision: decision)?.targets ?? []
        }
        last = (plan.policy, request, decision, covered)
        return (decision, covered, test.expectation)
    }

    /// The evaluators of one set of policies.
    private struct Deciders {
        /// Decides by all policies.
        let all: Authorizer
        /// Runs one policy.
        let one: Evaluator

        init(_ set: PolicySet, isAlone: Bool) throws(PolicyError) {
            all = try isAlone ? Authorizer(policies: set, treeOptions: .none) : Authorizer(policies: set)
            one = try Evaluator(set, treeOptions: .none)
        }
    }
}

extension InstrumentedRun {
    /// The targets that one policy reached in the last evaluation, each call of an effect as if it were decisive, and
    /// the values that were compared last, by site.
    fileprivate func reached(
        by id: ExactName
    ) -> (targets: Set<CoverageGap.Target>, orders: [Int: TestTrials.Order])? {
        guard let policy = set.policies.first(where: { $0.id == id }), let instrumentation = policy.instrumentation
        else { return nil }
        var tally = PolicyTally(instrumentation)
        tally.note(log.events[...], 0)
        var targets = tally.targets
        for (number, effectCall) in instrumentation.effectCalls.enumerated()
        where targets.contains(.reach(site: effectCall.statement)) {
            targets.insert(.decide(effectCall: number))
        }
        return (targets, orders)
    }

    private var orders: [Int: TestTrials.Order] {
        var orders: [Int: TestTrials.Order] = [:]
        var left: (site: Int, measure: OrderedValue?)?
        for event in log.events {
            if event.kind == .left { left = (event.site, event.measure) }
            guard event.kind == .right, let one = left, one.site == event.site, let measure = one.measure,
                let other = event.measure
            else { continue }
            orders[event.site] = (measure, other)
        }
        return orders
    }
}

extension LuaValue {
    /// True for the table of a test that overrides settings.
    var hasSettings: Bool { has("settings") { _ in true } }
    /// True for the table of a test that runs the tested policy alone.
    var isAlone: Bool { has("only_policy") { $0 == .boolean(true) } }

    private func has(_ name: ExactName, _ holds: (LuaValue) -> Bool) -> Bool {
        guard case .table(let entries) = self else { return false }
        return entries.contains { $0.key == .string(name) && holds($0.value) }
    }

    /// The request of a test's table, without what the test expects: equal for tests that ask the same.
    var request: LuaValue {
        (["skip", "only", "expect", "name"] as [ExactName]).reduce(self) { $0.without($1) }.sorted
    }

    /// The table with its names in order, and those in its tables.
    private var sorted: LuaValue {
        guard case .table(let entries) = self, !isList else { return self }
        let named = entries.map { Entry(key: $0.key, value: $0.value.sorted) }
        return .table(named.sorted { ($0.key.name ?? "") < ($1.key.name ?? "") })
    }
}
