import Model
import TestSupport
import Testing

@testable import Decisions
@testable import Engine
@testable import Policies

/// Instrumented policies decide as the original ones do.
@Suite struct InstrumentedPoliciesTests {
    private func evaluators(_ files: [PolicyFile]) throws -> (plain: Evaluator, instrumented: Evaluator)? {
        let source = PolicySource(path: "p", files: files)
        guard let set = PolicySet.load(source).set else { return nil }
        let instrumented = try #require(PolicySet.load(source, isInstrumented: true).set)
        #expect(instrumented.version == set.version)
        // Little fuel, so that long evaluations end by fuel and not by a deadline, which depends on the machine.
        let little = Budget(fuel: PolicyGenerator.fuel, memory: 64 << 20, deadline: .seconds(60))
        return (
            try Evaluator(set, budget: little, treeOptions: .none),
            try Evaluator(instrumented, budget: PolicyInstrumentation.budget, treeOptions: .none)
        )
    }

    private func compare(_ policies: [[UInt8]], seed: UInt64, questions: Int) throws -> Int {
        var files = [PolicyFile(name: "schema.lua", bytes: Array(PolicyGenerator.schema.utf8))]
        for (number, policy) in policies.enumerated() { files.append(.init(name: "p\(number).lua", bytes: policy)) }
        guard let (plain, instrumented) = try evaluators(files) else { return 0 }
        var stores = StoreGenerator(seed: seed)
        let directory = try Directory(stores.organisation())
        var events = 0
        for _ in 0..<questions {
            var builder = RequestBuilder(schema: plain.set.schema, directory: directory)
            guard case .request(let request)? = try? builder.build(stores.question()) else { continue }
            _ = plain.evaluate(request, isInFull: true)
            let ended = plain.outcomes.filter { $0.termination != .fuel && $0.termination != .memory }
            let most = ended.map(\.fuel).max() ?? 0
            instrumented.run(ended.map(\.policy), fuel: most * 40 + 50_000, of: request)
            #expect(ended.count == instrumented.outcomes.count)
            for (one, other) in zip(ended, instrumented.outcomes) {
                let source = String(decoding: policies[one.policy], as: UTF8.self)
                #expect(one.isAlike(other), "seed \(seed): \(one.termination) \(other.termination)\n\(source)")
                #expect(plain.trace(one).facts == instrumented.trace(other).facts)
            }
            events += instrumented.coverageLog?.events.count ?? 0
        }
        return events
    }

    @Test(arguments: 0..<6)
    func `generated policies decide the same with instrumentation`(seed: UInt64) throws {
        var generator = PolicyGenerator(seed: seed)
        let policies = (0..<8).map { _ in Array(generator.policy().utf8) }
        #expect(try compare(policies, seed: seed, questions: 150) > 100)
    }

    @Test func `policies generated from the grammar decide the same with instrumentation`() throws {
        var events = 0
        for seed in 0..<150 {
            var grammar = PolicyGrammar(seed: UInt64(seed))
            events += try compare([grammar.policy()], seed: UInt64(seed), questions: 5)
        }
        #expect(events > 50)
    }

    @Test func `a policy that instrumentation would make too large decides the same, without coverage`() throws {
        let body = (0..<60).map { "local function f\($0)() return c[\($0)] == 1 end\n" }.joined()
        let names = (0..<139).map { "local l\($0)\n" }.joined()
        let policy = "local c = {}\n\(names)\(body)return { on = 'access', decide = function(r) f0() deny('x') end }"
        let source = PolicySource(
            path: "p",
            files: [
                .init(name: "schema.lua", bytes: Array(PolicyGenerator.schema.utf8)),
                .init(name: "a.lua", bytes: Array(policy.utf8)),
            ])
        let instrumentation = try #require(
            PolicySet.load(source, isInstrumented: true).set?.policies[0].instrumentation)
        #expect(!instrumentation.isTelling && !instrumentation.sites.isEmpty)
    }

    @Test func `values have neighbours`() throws {
        let noon = try #require(Instant("2026-11-22T12:00:00Z"))
        func after(_ microseconds: Int64) -> OrderedValue {
            .instant(Instant(microseconds: noon.microseconds + microseconds))
        }
        #expect(after(-1_000_000).place(besides: .instant(noon)) == .below)
        #expect(after(1_000_001).place(besides: .instant(noon)) == nil)
        #expect(OrderedValue.date(Date(daysSinceEpoch: 5)).place(besides: .date(Date(daysSinceEpoch: 4))) == .above)
        #expect(OrderedValue.integer(4).place(besides: .number(4)) == .at)
        #expect(OrderedValue.integer(.min).place(besides: .integer(.max)) == nil)
        #expect(OrderedValue.number(.nan).place(besides: .integer(1)) == nil)
        #expect(OrderedValue.number(.infinity).place(besides: .number(.infinity)) == .at)
        #expect(OrderedValue.date(Date(daysSinceEpoch: 5)).place(besides: .integer(5)) == nil)
    }
}
