internal import Decisions
internal import Glibc
internal import Lua
package import Model
package import Policies

/// Runs the tests that lie beside policies: `X_test.lua` tests `X.lua`.
///
/// Every test asks about a directory of its own, with every policy of the folder, or with the one it is about.
package struct PolicyTests {
    private let source: PolicySource
    private let organisations: [String: Organisation]
    private let policies: [String]
    /// By the policies and the settings that a test asks for.
    private var sets: [String: Result<PolicySet, TestFault>] = [:]
    private var points: [String: Points] = [:]

    /// - Parameter organisations: what a test's `directory` may name.
    package init(_ source: PolicySource, organisations: [String: Organisation]) {
        self.source = source
        self.organisations = organisations
        policies = source.policyIDs
    }

    /// Which tests are run, and when the run ends.
    package struct Selection: Sendable {
        /// Test files to read, by name; `nil` for all.
        package var files: Set<String>?
        /// What the file or the name of a test has in it.
        package var filter: String?
        package var stopsAtFailure = false
        /// Whether a test that wants to be the only one is a failure: somebody forgot to take that out.
        package var refusesOnly = false

        package init() {}
    }

    /// The tests of the test files, in the order of the files' names; empty when there is none.
    package mutating func run(_ selection: Selection = Selection()) -> [TestResult] {
        var plans: [Plan] = []
        for file in source.files.sorted(by: { $0.name < $1.name })
        where file.name.hasSuffix(TestFile.suffix) && selection.files?.contains(file.name) ?? true {
            plans += plan(file)
        }
        if let filter = selection.filter {
            plans.removeAll { !$0.result.name.contains(filter) && !$0.result.file.contains(filter) }
        }
        let hasOnly = plans.contains(where: \.isOnly)
        if hasOnly, !selection.refusesOnly { plans.removeAll { !$0.isOnly } }
        let jobs = min(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), plans.count / Self.fewest)
        return jobs < 2 || selection.stopsAtFailure ? run(plans, selection) : run(plans, selection, jobs: jobs)
    }

    /// Fewer tests than these are not worth a thread.
    private static let fewest = 100

    /// Runs tests side by side, each thread a part of them in their order.
    private mutating func run(_ plans: [Plan], _ selection: Selection, jobs: Int) -> [TestResult] {
        let size = (plans.count + jobs - 1) / jobs
        let parts = stride(from: 0, to: plans.count, by: size).map { start in
            Part(plans: Array(plans[start..<min(start + size, plans.count)]))
        }
        let threads = parts.map { part in
            InterpreterThread { [source, organisations] in
                var own = PolicyTests(source, organisations: organisations)
                part.results = own.run(part.plans, selection)
            }
        }
        for (part, thread) in zip(parts, threads) {
            // Without a thread it is run here.
            if let thread { thread.join() } else { part.results = run(part.plans, selection) }
        }
        return parts.flatMap(\.results)
    }

    /// The tests of one thread. `@unchecked Sendable`: its thread alone writes, and it is read when that has ended.
    private final class Part: @unchecked Sendable {
        let plans: [Plan]
        var results: [TestResult] = []

        init(plans: [Plan]) { self.plans = plans }
    }

    private mutating func run(_ plans: [Plan], _ selection: Selection) -> [TestResult] {
        var results: [TestResult] = []
        for plan in plans {
            var result = plan.result
            if plan.isOnly, selection.refusesOnly {
                result.failure = "`only` keeps every other test from being run; take it out"
            } else if let test = plan.test, result.skipped == nil, result.failure == nil {
                (result.failure, result.facts) = outcome(of: test, policy: plan.policy)
            }
            results.append(result)
            if selection.stopsAtFailure, result.failure != nil { break }
        }
        return results
    }

    /// A test that is to be run, or the reason why it cannot be.
    private struct Plan: Sendable {
        var result: TestResult
        var policy = ""
        var test: TestFile.Test?
        var isOnly = false
    }

    private func plan(_ file: PolicySource.File) -> [Plan] {
        let path = source.path.isEmpty ? file.name : "\(source.path)/\(file.name)"
        do throws(TestFault) {
            let policy = String(file.name.dropLast(TestFile.suffix.count))
            guard policies.contains(policy) else {
                throw TestFault(
                    "there is no policy `\(policy)` beside this test" + Suggestion.hint(for: policy, among: policies))
            }
            let tests = try TestFile.read(file.bytes, name: file.name)
            if tests.isEmpty { throw TestFault("the file has no test") }
            return tests.map { test in
                var plan = Plan(
                    result: TestResult(file: path, line: test.line, name: test.name), policy: policy, test: test)
                do throws(TestFault) {
                    let table = try TestTable(test.table, at: "test")
                    plan.result.skipped = try table.string("skip")
                    plan.isOnly = try table.boolean("only") ?? false
                } catch { plan.result.failure = error.message }
                return plan
            }
        } catch {
            return [Plan(result: TestResult(file: path, line: nil, name: file.name, failure: error.message))]
        }
    }

    /// Why one test fails, `nil` when it passes, and what the policies read then.
    private mutating func outcome(of test: TestFile.Test, policy: String) -> (failure: String?, facts: [String]) {
        do throws(TestFault) {
            let table = try TestTable(test.table, at: "test")
            try table.refuseOthers(than: TestCase.keys)
            let name = try table.string("directory") ?? "demo"
            guard let organisation = organisations[name] else {
                throw TestFault(
                    "there is no directory `\(name)`" + Suggestion.hint(for: name, among: organisations.keys))
            }
            let isAlone = try table.boolean("only_policy") ?? false
            let settings = try table.table("settings")
            let overrides = JSON.object(try settings?.members() ?? [])
            let key = "\(isAlone ? policy : "*") \(overrides.compact)"
            let set = try policySet(isAlone ? policy : nil, settings: settings, key: key)
            let test = try TestCase(
                table, policy: policy, policies: policies, schema: set.schema, organisation: organisation)
            let decision = try decide(test, set, key: key)
            guard let difference = test.expectation.difference(from: decision) else { return (nil, []) }
            let facts = decision.traces.flatMap { trace in
                trace.facts.map { "\(trace.policy): \($0.text) = \($0.value)" }
            }
            return (difference, facts)
        } catch {
            return (error.message, [])
        }
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

    /// Decides by running the policies, and by their trees once these have learned it, from this test and those before:
    /// both say the same.
    private mutating func decide(_ test: TestCase, _ set: PolicySet, key: String) throws(TestFault) -> Decision {
        do {
            let points = try self.points[key] ?? Points(set)
            self.points[key] = points
            points.running.explains = false
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
