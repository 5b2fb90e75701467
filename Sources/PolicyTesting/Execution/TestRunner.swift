internal import Decisions
internal import Engine
internal import Lua
internal import Model
internal import Policies

/// Runs tests, one after the other, on one thread.
struct TestRunner {
    private var sets: TestSets
    private var authorizers: [ExactName: TestAuthorizers] = [:]
    private let measuresCoverage: Bool

    init(_ sets: TestSets, measuresCoverage: Bool) {
        self.sets = sets
        self.measuresCoverage = measuresCoverage
    }

    /// The authorizers and the oracle of one set of policies.
    private struct TestAuthorizers {
        let running: Authorizer
        let trees: Authorizer
        /// The reference that both are compared with.
        let oracle: Oracle
        /// One test in this many is compared with the oracle, which loads every policy for each decision.
        let stride: Int

        init(_ set: PolicySet) throws(PolicyError) {
            running = try Authorizer(policies: set, treeOptions: .none)
            trees = try Authorizer(policies: set)
            oracle = Oracle(policies: set)
            stride = max(1, set.policies.count * set.policies.count / 400)
        }
    }

    /// The coverage of the tests so far.
    var coverage: CoverageTally { sets.coverage }

    mutating func run(_ plan: TestPlan) -> TestResult {
        var result = plan.result
        guard let table = plan.table, result.skipped == nil, result.failure == nil else { return result }
        do throws(TestFault) {
            let prepared = try sets.prepare(table, plan)
            try load(prepared)
            // The time is the test's own: the first of a set would have that of loading it.
            let start = SteadyClock.nanoseconds()
            defer { result.nanoseconds = SteadyClock.nanoseconds() - start }
            let decision = try decide(prepared, number: plan.number)
            result.failure = prepared.test.expectation.difference(from: decision)
        } catch { result.failure = TestFailure(error.message) }
        return result
    }

    /// The failure of a test with the facts that were read, with their lines from instrumentation.
    /// - Parameter isWhole: true for the facts of every policy, not only of the tested and the deciding ones.
    mutating func traced(_ failure: TestFailure, _ plan: TestPlan, isWhole: Bool) -> TestFailure {
        var failure = failure
        // The request was decided before, so that it is valid.
        guard failure.happened != nil, let table = plan.table, let prepared = try? sets.prepare(table, plan),
            let authorizer = try? authorizers(prepared).running,
            let traced = try? authorizer.examine(prepared.test.question, on: prepared.test.directory)
        else { return failure }
        let test = prepared.test
        var run: InstrumentedRun?
        if let instrumented = sets.instrumented(prepared.key),
            let request = try? authorizer.prepared(test.question, on: test.directory)
        {
            instrumented.evaluate(request, beside: traced.outcomes)
            run = instrumented
        }
        let shown = Set(failure.deciding.prefix(Self.mostDeciding) + [plan.policy])
        let (kept, others) = traced.decision.traces.reduce(into: ([PolicyTrace](), 0)) { sum, trace in
            if isWhole || shown.contains(trace.policy) { sum.0.append(trace) } else { sum.1 += trace.facts.count }
        }
        failure.otherFacts = others
        failure.trace = kept.flatMap { trace in
            let lines = run?.lines(of: trace.policy) ?? []
            return trace.facts.enumerated().map { index, fact in
                TestFailure.Step(
                    file: "\(sets.source.path)/\(trace.policy).lua", line: index < lines.count ? lines[index] : nil,
                    text: fact.text, value: fact.value)
            }
        }
        return failure
    }

    /// The greatest number of deciding policies whose facts are shown: a permit may be made by hundreds.
    private static let mostDeciding = 3

    private mutating func load(_ prepared: TestSets.Prepared) throws(TestFault) {
        do throws(PolicyError) { _ = try authorizers(prepared) } catch {
            throw TestFault("the policies cannot run: \(error.message)")
        }
        if measuresCoverage { _ = sets.instrumented(prepared.key) }
    }

    private mutating func authorizers(_ prepared: TestSets.Prepared) throws(PolicyError) -> TestAuthorizers {
        if let known = authorizers[prepared.key] { return known }
        let made = try TestAuthorizers(prepared.set)
        authorizers[prepared.key] = made
        return made
    }

    /// Decides by running the policies, and by their trees once these have learned the request, from this test and
    /// those before. Both must decide the same.
    private mutating func decide(_ prepared: TestSets.Prepared, number: Int) throws(TestFault) -> Decision {
        let test = prepared.test
        do {
            let authorizers = try authorizers(prepared)
            let decision: Decision
            if measuresCoverage, let run = sets.instrumented(prepared.key),
                let request = try authorizers.running.prepared(test.question, on: test.directory)
            {
                let traced = try authorizers.running.examine(test.question, on: test.directory)
                decision = traced.decision
                run.evaluate(request, beside: traced.outcomes)
                run.note(test: number, plain: traced.outcomes, decision: decision)
            } else {
                decision = try authorizers.running.decide(
                    test.question, on: test.directory, detail: test.expectation.asksForFacts ? .trace : .statements)
            }
            // A second time when the trees had to learn: then they decide alone.
            for isAgain in [false, true] {
                let before = authorizers.trees.runCount
                guard try authorizers.trees.decide(test.question, on: test.directory).says(the: decision) else {
                    throw TestFault("the tree decides differently from the policy; please report this")
                }
                if isAgain || authorizers.trees.runCount == before { break }
            }
            if number % authorizers.stride == 0 { try hold(decision, of: test, to: authorizers) }
            return decision
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
}

extension TestRunner {
    /// Compares a decision with one by the oracle, which shares nothing with it but the loaded policies and the
    /// snapshot.
    private func hold(_ decision: Decision, of test: TestCase, to authorizers: TestAuthorizers) throws {
        let reference = try authorizers.oracle.decide(test.question, on: test.directory)
        guard let difference = decision.difference(from: reference) else { return }
        throw TestFault(
            "an evaluation without caches decides differently; please report this: \(difference.text)")
    }
}

extension Decision {
    /// True when two decisions are the same in everything but the facts that were read.
    fileprivate func says(the other: Decision) -> Bool {
        isPermitted == other.isPermitted && code == other.code && policyCode == other.policyCode
            && reasons == other.reasons && advice == other.advice && obligations == other.obligations
            && unsupported == other.unsupported
            && failures == other.failures
    }
}
