import Model
import Policies
import PolicyTesting
import TestSupport
import Testing

/// Coverage of policies by their tests.
@Suite struct CoverageTests {
    private static let policy = """
        local policy = { on = "access", grants = { "*" } }
        local function far(request) return request.resource.amount > 100 end
        function policy.decide(request)
          if request.token.kind == "mobile" and request.action ~= "orders.read" then
            deny("mobile tokens read")
            return
          end
          if request.resource:has("amount") and far(request) then
            deny("far")
          else
            permit("near")
          end
        end
        return policy
        """

    private func run(_ tests: [String], policy: String = Self.policy) throws -> PolicyTests.Run {
        let cases = tests.enumerated().map { number, test in
            "test('t \(number)', { \(test), token = { department = 'Sales', user_type = 'Integrator' } })"
        }
        let source = try Fixtures.planted("a", source: policy, test: cases.joined(separator: "\n"))
        var selection = PolicyTests.Selection()
        selection.measuresCoverage = true
        return try PolicyTests(source, organisations: ["demo": try Organisation.demo()]).measured(selection)
    }

    private func coverage(_ tests: [String], policy: String = Self.policy) throws -> PolicyCoverage {
        let run = try run(tests, policy: policy)
        for result in run.results { #expect(result.failure == nil) }
        return try #require(run.coverage?.policies.first)
    }

    private static func reading(_ amount: String, _ expect: String, _ action: String = "orders.read") -> String {
        "action = '\(action)', resource = { type = 'order', \(amount) }, expect = { \(expect) }"
    }

    private func words(_ coverage: PolicyCoverage) -> [String] {
        coverage.gaps.map { "\($0.line):\($0.columns.lowerBound) \($0.kind) \($0.message)" }
    }

    @Test func `uncovered statements, conditions and boundaries are reported with their places`() throws {
        let found = try coverage([Self.reading("", "permit = true")])
        #expect(found.lines == CoverageCount(tried: 3, all: 7))
        #expect(
            words(found) == [
                "2:29 statement never reached", "4:6 branch never true", "5:5 statement never reached",
                "6:5 statement never reached", "8:6 branch never true", "9:5 statement never reached",
            ])
        #expect(found.hits == [2: 0, 4: 1, 5: 0, 6: 0, 8: 1, 9: 0, 11: 1])
        #expect(found.branches == CoverageCount(tried: 4, all: 8))
        #expect(found.facts.all == 2 * 2 + 2 + 2 + 2 + 3 + 3)
    }

    @Test func `a boundary is covered just below, at and just above`() throws {
        let far = try coverage([
            Self.reading("amount = 90", "permit = true"), Self.reading("amount = 100", "permit = true"),
            Self.reading("amount = 101.5", "deny = 'a'"),
        ])
        #expect(
            words(far).filter { $0.contains("boundary") } == [
                "2:36 boundary not covered just below or just above: the nearest was 100 against 100"
            ])
        let near = try coverage(
            [99, 100, 101].map { Self.reading("amount = \($0)", $0 > 100 ? "deny = 'a'" : "permit = true") })
        #expect(!words(near).contains { $0.contains("boundary") })
    }

    @Test func `a fully covered policy has no gap`() throws {
        let mobile = "token = { like = 'mobile' }"
        let tests =
            [99, 100, 101].map { Self.reading("amount = \($0)", $0 > 100 ? "deny = 'a'" : "permit = true") }
            + [Self.reading("", "permit = true"), Self.reading("", "permit = true", "orders.create")]
        let source = """
            fixture 'mobile' { department = 'Sales', user_type = 'Integrator', kind = 'mobile' }
            test('m', { \(Self.reading("", "permit = true")), \(mobile) })
            test('n', { \(Self.reading("", "deny = 'a'", "orders.create")), \(mobile) })

            """
            + tests.enumerated().map { number, test in
                "test('t \(number)', { \(test), token = { department = 'Sales', user_type = 'Integrator' } })"
            }
            .joined(separator: "\n")
        var selection = PolicyTests.Selection()
        selection.measuresCoverage = true
        let run = try PolicyTests(
            try Fixtures.planted("a", source: Self.policy, test: source),
            organisations: ["demo": try Organisation.demo()]
        ).measured(selection)
        #expect(run.results.map(\.failure?.message) == run.results.map { _ in nil })
        let found = try #require(run.coverage)
        #expect(found.policies[0].gaps.map(\.message) == [])
        #expect(found.lines.percent == 100 && found.branches.percent == 100 && found.facts.percent == 100)
    }

    @Test func `a statement that others make, too, or without effect is not decisive`() throws {
        let both = """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              permit("yes")
              if request.action == "orders.delete" then deny("no") end
              advise("mind")
            end
            return policy
            """
        let found = try coverage([Self.reading("", "permit = false", "orders.delete")], policy: both)
        #expect(words(found).filter { $0.contains("outcome") }.count == 1)
        #expect(words(found).contains { $0.hasPrefix("3:3 outcome never decisive") })
    }

    @Test func `decisions are the same with and without coverage, and a spent budget covers nothing`() throws {
        let spent = """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              if request.action == "orders.read" then while true do end end
              permit("yes")
            end
            return policy
            """
        let tests = [
            Self.reading("", "code = 'budget_exhausted'"), Self.reading("", "permit = true", "orders.create"),
        ]
        let found = try coverage(tests, policy: spent)
        #expect(found.problem == nil)
        #expect(words(found) == ["3:6 branch never true", "3:43 statement never reached"])
        let without = try PolicyTests(
            try Fixtures.shipped(), organisations: ["demo": try Organisation.demo()])
        var selection = PolicyTests.Selection()
        func untimed(_ selection: PolicyTests.Selection) -> [TestResult] {
            without.run(selection).map { result in
                var result = result
                result.nanoseconds = 0
                return result
            }
        }
        let plain = untimed(selection)
        selection.measuresCoverage = true
        #expect(untimed(selection) == plain)
    }

    @Test func `the result does not depend on the number of threads`() throws {
        let tests = (0..<260).map { Self.reading("amount = \($0)", $0 > 100 ? "deny = 'a'" : "permit = true") }
        let many = try coverage(tests)
        let few = try coverage(Array(tests[40..<130]))
        #expect(words(many) == words(few))
        #expect(many.hits[4] == 260 && few.hits[4] == 90)
    }
}
