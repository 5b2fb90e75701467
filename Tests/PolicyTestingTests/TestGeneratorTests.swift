import Model
import Policies
import PolicyTesting
import TestSupport
import Testing

/// Generated tests for gaps in coverage.
@Suite struct TestGeneratorTests {
    private func run(_ source: PolicySource) throws -> PolicyTests.Run {
        var selection = PolicyTests.Selection()
        selection.measuresCoverage = true
        selection.suggestsTests = true
        return try PolicyTests(source, organisations: ["demo": try Organisation.demo()]).measured(selection)
    }

    /// The gaps that remain after appending the generated tests.
    private func rest(_ policy: String, _ test: String) throws -> (found: Int, rest: [String]) {
        let before = try run(try Fixtures.planted("a", source: policy, test: test))
        #expect(before.results.map(\.failure?.message) == before.results.map { _ in nil })
        let tests = try #require(before.coverage).policies.flatMap(\.gaps).flatMap(\.tests)
        let source = try Fixtures.planted("a", source: policy, test: test + "\n" + tests.joined(separator: "\n"))
        let after = try run(source)
        for result in after.results { #expect(result.failure == nil, "\(result.failure!.message)\n\(tests)") }
        return (tests.count, try #require(after.coverage).policies.flatMap(\.gaps).map { "\($0.line): \($0.message)" })
    }

    private static let test = """
        test("one", {
          token = { department = "Sales", user_type = "Integrator" }, action = "orders.read",
          resource = { type = "order" }, only_policy = true, expect = { permit = false },
        })
        """

    @Test(arguments: [
        "if request.token.kind == 'mobile' then deny('m') end",
        "if request.resource:has('amount') and request.resource.amount >= 250 then deny('a') end",
        "if request.action == 'orders.delete' then deny('a') elseif request.action_kind == 'admin' then deny('b') end",
        """
        if request.token.department.name == 'Finance' then
            if request.token.user_type.name == 'Customer' then
              if request.resource:has('department') then deny('x') end
            end
          end
        """,
        "if request.token.last_day < request.date:plus { days = 30 } then advise('soon') end",
        "if request.token.expires <= request.time:plus { hours = 2 } then advise('soon') end",
        "if request.time.hour >= 18 then deny('late') end if request.date.weekday > 5 then deny('weekend') end",
        "if config.hard and request.token.kind == 'api' then deny('hard') end",
        "if request.context:has('mfa') and request.context.mfa then permit('m') end",
        "if request.token:can('orders.delete') or request.token:has('last_active') then permit('m') end",
    ])
    func `the generated tests fill all gaps`(body: String) throws {
        let policy = """
            local policy = { on = "access", grants = { "*" } }
            local config = settings { hard = false }
            function policy.decide(request)
              \(body)
            end
            return policy
            """
        let (found, rest) = try rest(policy, Self.test)
        #expect(found > 0)
        #expect(rest == [], "\(body)")
    }

    @Test func `a test with an actor who acts on their own token is found, too`() throws {
        let policy = """
            local policy = { on = { "token.revoke", "token.issue" }, grants = { "token.*" } }
            function policy.decide(request)
              if request.actor.is_operator then return end
              if request.point == "token.issue" then
                if request.proposed.last_day > request.proposed.created.date:plus { months = 3 } then advise("long") end
              elseif request.token.user == request.actor.user then permit("own") end
            end
            return policy
            """
        let test = """
            test("revoke", { point = "token.revoke", actor = { department = "Sales", user_type = "Customer" },
              token = { department = "Sales", user_type = "Customer" }, only_policy = true, expect = { silent = true } })
            test("issue", { point = "token.issue", actor = "operator", only_policy = true, expect = { silent = true },
              proposed = { department = "Sales", user_type = "Customer" } })
            """
        #expect(try rest(policy, test).rest == [])
    }

    @Test func `the same files give the same tests`() throws {
        let source = try Fixtures.shipped()
        let one = try run(source)
        let other = try run(source)
        let tests = { (run: PolicyTests.Run) in run.coverage?.policies.flatMap(\.gaps).flatMap(\.tests) }
        #expect(tests(one) == tests(other))
    }

    @Test func `an unreachable statement stays a gap without a test`() throws {
        let policy = """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.action == "orders.read" and request.action == "orders.create" then deny("never") end
              while request.action == "orders.delete" do end
            end
            return policy
            """
        let gaps = try #require(try run(try Fixtures.planted("a", source: policy, test: Self.test)).coverage)
            .policies.flatMap(\.gaps)
        #expect(gaps.contains { $0.message == "never reached" && $0.tests == [] })
    }
}
