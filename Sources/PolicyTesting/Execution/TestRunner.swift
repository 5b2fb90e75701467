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
            let decision = try decide(prepared, number: plan.number)
            result.failure = prepared.test.expectation.difference(from: decision)
            if result.failure != nil { result.failure?.trace = steps(prepared) }
        } catch { result.failure = TestFailure(error.message) }
        return result
    }

    /// The facts that were read, with their lines from instrumentation.
    private mutating func steps(_ prepared: TestSets.Prepared) -> [TestFailure.Step] {
        let test = prepared.test
        // The request was decided before, so that it is valid.
        guard let authorizer = authorizers[prepared.key]?.running,
            let traced = try? authorizer.examine(test.question, on: test.directory)
        else { return [] }
        var run: InstrumentedRun?
        if let instrumented = sets.instrumented(prepared.key),
            let request = try? authorizer.prepared(test.question, on: test.directory)
        {
            instrumented.evaluate(request, beside: traced.outcomes)
            run = instrumented
        }
        return traced.decision.traces.flatMap { trace in
            let lines = run?.lines(of: trace.policy) ?? []
            return trace.facts.enumerated().map { index, fact in
                TestFailure.Step(
                    file: "\(sets.source.path)/\(trace.policy).lua", line: index < lines.count ? lines[index] : nil,
                    text: fact.text, value: fact.value)
            }
        }
    }

    /// Decides by running the policies, and by their trees once these have learned the request, from this test and
    /// those before. Both must decide the same.
    private mutating func decide(_ prepared: TestSets.Prepared, number: Int) throws(TestFault) -> Decision {
        let test = prepared.test
        do {
            let authorizers = try self.authorizers[prepared.key] ?? TestAuthorizers(prepared.set)
            self.authorizers[prepared.key] = authorizers
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
            && failures == other.failures
    }
}
