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

    /// Every suggested test passes where it belongs, and is not suggested again.
    private func hold(_ source: PolicySource, in file: String) throws {
        var files = source.files
        var seen: Set<String> = []
        for _ in 0..<4 {
            let now = PolicySource(path: source.path, files: files, plugins: source.plugins)
            let found = try run(now)
            #expect(found.results.compactMap(\.failure?.message) == [])
            let tests = try #require(found.coverage).policies.flatMap(\.gaps).flatMap(\.tests)
            for test in tests { #expect(seen.insert(test).inserted, "suggested again: \(test)") }
            if tests.isEmpty { return }
            let index = try #require(files.firstIndex { $0.name == ExactName(file) })
            files[index] = PolicyFile(
                name: files[index].name, bytes: files[index].bytes + Array(("\n" + tests.joined()).utf8))
        }
        Issue.record("there are new suggestions each time")
    }

    @Test(arguments: [
        // A token that a fixture is called like, and a file's own directory.
        """
        directory { zone = "Asia/Tokyo", departments = { "A", "B" }, user_types = { M = { "orders.*" }, N = {} } }
        fixture "x" { department = "A", user_type = "M" }
        fixture "demo order" { type = "order" }
        test("one", { token = "x", action = "orders.read", resource = "demo order", expect = { permit = true } })
        """,
        // Cases that override a setting, and one that is skipped.
        """
        test("one", { token = { department = "Sales", user_type = "Integrator" }, action = "orders.read",
          resource = { type = "order" }, cases = {
            { name = "soft", settings = { a = { hard = false } }, expect = { permit = true } },
            { name = "later", skip = "not yet", settings = { a = { hard = true } }, expect = { deny = "a" } },
          } })
        """,
    ])
    func `a suggested test passes where it belongs, and is not suggested again`(test: String) throws {
        let policy = """
            local policy = { on = "access", grants = { "*" } }
            local config = settings { hard = false, most = 5 }
            function policy.decide(request)
              if config.hard then deny("hard") return end
              if request.resource:has("amount") and request.resource.amount > config.most then deny("much") end
              if request.token:has("name") and request.token.name == "x" then advise('a "quoted" name') end
              if request.token:can("orders.delete") then permit("all") elseif request.token:can("orders.read") then permit("r") end
            end
            return policy
            """
        let other = """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request) if request.action == "orders.read" then permit("too") end end
            return policy
            """
        let planted = try Fixtures.planted("a", source: policy, test: test)
        let files = planted.files + [PolicyFile(name: "b.lua", bytes: Array(other.utf8))]
        try hold(PolicySource(path: planted.path, files: files), in: "a_test.lua")
    }

    @Test func `a test that is there but not selected is not suggested`() throws {
        let policy = """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              if request.context:has("mfa") and request.context.mfa then permit("m") end
            end
            return policy
            """
        let start = try Fixtures.planted("a", source: policy, test: Self.test)
        let tests = try #require(try run(start).coverage).policies.flatMap(\.gaps).flatMap(\.tests)
        #expect(!tests.isEmpty)
        let whole = try Fixtures.planted("a", source: policy, test: Self.test + "\n" + tests.joined())
        var selection = PolicyTests.Selection()
        selection.measuresCoverage = true
        selection.suggestsTests = true
        selection.filter = "one"
        let again = try PolicyTests(whole, organisations: ["demo": try Organisation.demo()]).measured(selection)
        #expect(again.results.count == 1)
        let suggested = try #require(again.coverage).policies.flatMap(\.gaps).flatMap(\.tests)
        #expect(suggested.filter(tests.contains) == [])
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
