internal import Decisions
internal import Lua
internal import Model
internal import Policies

/// Runs tests, one after the other, on one thread.
struct TestRunner {
    private let source: PolicySource
    private let policies: [String]
    /// By the policies and the settings that a test asks for.
    private var sets: [String: Result<PolicySet, TestFault>] = [:]
    private var points: [String: Points] = [:]

    init(_ source: PolicySource, policies: [String]) {
        self.source = source
        self.policies = policies
    }

    /// What decides for the tests of one set of policies.
    private struct Points {
        let running: DecisionPoint
        let trees: DecisionPoint

        init(_ set: PolicySet) throws(PolicyError) {
            running = try DecisionPoint(policies: set, directory: .empty, learning: .none)
            trees = try DecisionPoint(policies: set, directory: .empty)
        }
    }

    mutating func run(_ plan: TestPlan) -> TestResult {
        var result = plan.result
        guard let table = plan.table, result.skipped == nil, result.failure == nil else { return result }
        do throws(TestFault) {
            result.failure = try failure(of: try TestTable(table, at: "test"), plan)
        } catch { result.failure = TestFailure(error.message) }
        return result
    }

    /// Why a test fails; `nil` when it passes.
    private mutating func failure(of table: TestTable, _ plan: TestPlan) throws(TestFault) -> TestFailure? {
        try table.refuseOthers(than: TestCase.keys)
        let ground = try plan.directories.ground(of: table)
        let isAlone = try table.boolean("only_policy") ?? false
        let settings = try table.table("settings")
        let overrides = JSON.object(try settings?.members() ?? [])
        let key = "\(isAlone ? plan.policy : "*") \(overrides.compact)"
        let set = try policySet(isAlone ? plan.policy : nil, settings: settings, key: key)
        let test = try TestCase(table, policy: plan.policy, policies: policies, schema: set.schema, ground: ground)
        let decision = try decide(test, set, key: key)
        guard var failure = test.expectation.difference(from: decision) else { return nil }
        failure.trace = decision.traces.flatMap { trace in
            trace.facts.map { fact in
                TestFailure.Step(
                    file: "\(source.path)/\(trace.policy).lua", line: nil, text: fact.text, value: fact.value)
            }
        }
        return failure
    }

    /// Decides by running the policies, and by their trees once these have learned it, from this test and those before:
    /// both say the same.
    private mutating func decide(_ test: TestCase, _ set: PolicySet, key: String) throws(TestFault) -> Decision {
        do {
            let points = try self.points[key] ?? Points(set)
            self.points[key] = points
            points.running.explains = test.expectation.asksForFacts
            let decision = try points.running.decide(test.question, on: test.directory)
            // A second time when something had to be learned: then by the trees alone.
            for isAgain in [false, true] {
                let before = points.trees.runCount
                guard try points.trees.decide(test.question, on: test.directory).says(the: decision) else {
                    throw TestFault("its tree says something else than the policy; please report this")
                }
                if isAgain || points.trees.runCount == before { break }
            }
            guard test.expectation.difference(from: decision) != nil else { return decision }
            // Only a failure is explained.
            points.running.explains = true
            return try points.running.decide(test.question, on: test.directory)
        } catch let error as TestFault {
            throw error
        } catch let error as RequestError {
            throw TestFault("the request is not valid: \(error.message)")
        } catch let error as PolicyError {
            throw TestFault("the policies cannot run: \(error.message)")
        } catch {
            throw TestFault("\(error)")
        }
    }

    /// The policies a test runs with: all or one alone, and with settings of the test's own.
    private mutating func policySet(
        _ only: String?, settings: TestTable?, key: String
    ) throws(TestFault) -> PolicySet {
        if let set = sets[key] { return try set.get() }
        let result: Result<PolicySet, TestFault>
        do throws(TestFault) {
            var reduced = source.withoutTests(only: only)
            if let settings { try reduced.override(settings, policies: policies) }
            let loaded = PolicySet.load(reduced)
            guard let set = loaded.set else {
                let first = loaded.diagnostics.first { $0.severity == .error }
                throw TestFault("the policies do not load: \(first?.description ?? "no reason given")")
            }
            result = .success(set)
        } catch {
            result = .failure(error)
        }
        sets[key] = result
        return try result.get()
    }
}

extension Decision {
    /// Whether two decisions are the same in everything but what was read for them.
    fileprivate func says(the other: Decision) -> Bool {
        isPermitted == other.isPermitted && code == other.code && policyCode == other.policyCode
            && reasons == other.reasons && advice == other.advice && obligations == other.obligations
            && failures == other.failures
    }
}
