import Model
import Policies
import PolicyTesting
import TestSupport
import Testing

@Suite
struct `The tests beside policies` {
    @Test
    func `every test of the shipped policies passes`() throws {
        let tests = try PolicyTests(try Fixtures.shipped(), organisations: ["demo": try Organisation.demo()])
        let results = tests.run()
        for result in results {
            #expect(result.failure == nil, "\(result.file):\(result.line ?? 0): \(result.name)")
        }
        #expect(results.count > 40)
    }

    @Test
    func `every shipped policy has tests`() throws {
        let names = Set(try Fixtures.shipped().files.map(\.name))
        let policies = names.filter {
            $0.isPolicyFile
        }
        #expect(policies.count == 16)
        for name in policies { #expect(names.contains("\(name.withoutExtension)_test.lua")) }
    }

    @Test
    func `every test of the Todo scenario passes`() throws {
        let tests = try PolicyTests(try Fixtures.todo(), organisations: ["demo": try Organisation.demo()])
        let results = tests.run()
        for result in results { #expect(result.failure == nil, "\(result.name)") }
        #expect(results.count == 13)
    }

    @Test
    func `many tests run in parallel and are reported in order`() throws {
        let cases = (0..<450).map { number in
            """
            test("case \(number)", { token = { department = "Sales", user_type = "Integrator" }, action = "orders.read",
              resource = { type = "order" }, expect = { permit = \(number % 7 != 3) } })
            """
        }
        let source = try Fixtures.planted("a", source: Self.policy, test: cases.joined(separator: "\n"))
        let tests = try PolicyTests(source, organisations: ["demo": try Organisation.demo()])
        let results = tests.run()
        #expect(results.map(\.name) == (0..<450).map { "case \($0)" })
        for (number, result) in results.enumerated() { #expect((result.failure == nil) == (number % 7 != 3)) }
        var selection = PolicyTests.Selection()
        selection.stopsAtFailure = true
        #expect(tests.run(selection).count == 4)
    }

    static let policy = """
        local policy = { on = "access", grants = { "*" } }
        function policy.decide(request)
          if request.action == "orders.read" then permit("reading") end
          if request.action == "orders.delete" then deny("never", { code = "never" }) end
        end
        return policy
        """

    private func result(of body: String) throws -> TestResult {
        let source = try Fixtures.planted("planted", source: Self.policy, test: "\ntest(\"planted\", {\(body)})")
        let tests = try PolicyTests(source, organisations: ["demo": try Organisation.demo()])
        let results = tests.run()
        #expect(results.count == 1)
        return try #require(results.first)
    }

    private static func request(_ action: ExactName) -> String {
        #"token = { department = "Sales", user_type = "Integrator" }, action = "\#(action)", "#
            + #"resource = { type = "order" }, "#
    }

    @Test(arguments: [
        ("orders.read", "permit = true"), ("orders.read", #"reason = "reading", permit = true"#),
        ("orders.delete", #"deny = "planted""#), ("orders.delete", #"deny = "planted", code = "never""#),
        ("orders.create", "silent = true"), ("orders.create", "permit = false"),
        ("orders.creat", #"code = "action_unknown""#),
    ])
    func `an expectation that holds passes`(action: ExactName, expect: String) throws {
        let result = try result(of: Self.request(action) + "expect = { \(expect) }")
        #expect(result.failure == nil)
        #expect(result.line == 2)
        #expect(result.name == "planted")
    }

    @Test(arguments: [
        ("orders.read", "permit = false", "expected no permit, got a permit"),
        ("orders.delete", "permit = true", "expected a permit, got the deny `never`"),
        ("orders.create", #"deny = "planted""#, "expected a deny by `planted`"),
        ("orders.delete", #"deny = "planted", code = "other""#, "expected the code `other`"),
        ("orders.read", "silent = true", "to stay silent"),
        ("orders.read", #"permit = true, reason = "writing""#, "expected a reason with `writing`"),
        ("orders.read", #"advice = "planted""#, "expected advice by `planted`, got nothing"),
        ("orders.read", #"obligation = "log""#, "expected the obligation `log`, got nothing"),
        ("orders.read", #"obligations = { "log" }"#, "expected the obligations `log`, got nothing"),
        (
            "orders.read", #"obligations = { { type = "log", properties = { n = 1 } } }"#,
            "`log` with {\"n\":1}, got nothing"
        ),
        ("orders.read", #"permit = false, obligations = {}"#, "expected no permit"),
    ])
    func `an expectation that does not hold fails with the actual result`(
        action: ExactName, expect: String, message: String
    ) throws {
        let failure = try #require(try result(of: Self.request(action) + "expect = { \(expect) }").failure?.message)
        #expect(failure.contains(message), "\(failure)")
    }

    @Test(arguments: [
        (#"action = "orders.read""#, "has no `expect`"),
        ("expect = {}", "expects nothing"),
        (#"expect = { obligations = "log" }"#, "`expect.obligations` must be a list of names"),
        ("expect = { obligations = { 5 } }", "`expect.obligations` must be a list of names"),
        ("expect = { obligations = { {} } }", "needs a `type`"),
        (#"expect = { obligations = { { name = "log" } } }"#, "has no key `name`"),
        ("expext = {}", "no key `expext` (did you mean `expect`?)"),
        (#"expect = { denny = "planted" }"#, "no key `denny` (did you mean `deny`?)"),
        (#"expect = { deny = "plantd" }"#, "no policy `plantd` (did you mean `planted`?)"),
        (#"directory = "dmo", expect = { permit = true }"#, "no directory `dmo` (did you mean `demo`?)"),
        (#"action = "orders.raed", expect = { permit = true }"#, "no action `orders.raed`"),
        (#"action = "orders.read", expect = { permit = true }"#, "has no `resource`"),
        (
            #"action = "orders.read", resource = { type = "order" }, expect = { permit = true }, "#
                + #"token = { department = "Salse", user_type = "Integrator" }"#,
            "no department `Salse` (did you mean `Sales`?)"
        ),
        (
            #"action = "orders.read", resource = { type = "order", departmnet = "Sales" }, expect = { permit = true }, "#
                + #"token = { department = "Sales", user_type = "Integrator" }"#,
            "no property `departmnet` (did you mean `department`?)"
        ),
        (#"point = "token.issue", expect = { permit = true }"#, "needs an `actor`"),
        (#"settings = { plantd = {} }, expect = { permit = true }"#, "no policy `plantd`"),
    ])
    func `a mistake in a test fails it and is named`(body: String, message: String) throws {
        let failure = try #require(try result(of: body).failure?.message)
        #expect(failure.contains(message), "\(failure)")
    }

    @Test(arguments: [("local x = ", "near"), ("", "no test"), ("test(1, {})", "name"), ("os.exit(1)", "os")])
    func `an unreadable test file fails as a whole`(text: String, message: String) throws {
        let source = try Fixtures.planted("planted", source: Self.policy, test: text)
        let tests = try PolicyTests(source, organisations: ["demo": try Organisation.demo()])
        let results = tests.run()
        #expect(results.count == 1)
        let failure = try #require(results.first?.failure?.message)
        #expect(failure.contains(message), "\(failure)")
    }

    // MARK: Policies that fail

    /// The first test of a folder with these policies; the first of them is the tested one.
    private func result(of policies: [(ExactName, String)], expecting expect: String) throws -> TestResult {
        let schema = try Fixtures.shipped().files.filter { $0.name == "schema.lua" }
        let test = "test(\"it\", { \(Self.request("orders.create"))expect = { \(expect) } })"
        let files =
            policies.map { PolicyFile(name: "\($0.0).lua", bytes: Array($0.1.utf8)) }
            + [PolicyFile(name: "\(policies[0].0)_test.lua", bytes: Array(test.utf8))]
        let source = PolicySource(path: "planted", files: schema + files)
        let tests = try PolicyTests(source, organisations: ["demo": try Organisation.demo()])
        return try #require(tests.run().first)
    }

    private static func failing(_ body: String, _ head: String = "") -> String {
        """
        local policy = { on = "access"\(head) }
        function policy.decide(request)
          request = request
          \(body)
        end
        return policy
        """
    }
    private static let crash = failing("local t = select(2, 1, nil); if t.x then deny('no') end")
    private static let endless = failing("while true do end")

    @Test(arguments: [
        ("permit = false", true), ("code = \"not_permitted\"", true), ("code = \"policy_failed\"", false),
        ("code = \"budget_exhausted\"", true), ("silent = true", true),
        ("permit = false, code = \"policy_failed\"", false),
    ])
    func `a policy that fails fails every test, unless the test expects that code`(expect: String, fails: Bool) throws {
        let result = try result(of: [("planted", Self.policy), ("other", Self.crash)], expecting: expect)
        #expect((result.failure != nil) == fails, "\(result.failure?.message ?? "")")
        if fails {
            #expect(result.failure?.expected == "no policy to fail")
            #expect(result.failure?.happened?.hasPrefix("`other:4` failed: ") == true)
        }
    }

    @Test(arguments: [
        ("permit = false", true), ("code = \"budget_exhausted\"", false), ("code = \"policy_failed\"", true),
    ])
    func `a policy that spends its budget fails a test, too`(expect: String, fails: Bool) throws {
        let result = try result(of: [("planted", Self.policy), ("other", Self.endless)], expecting: expect)
        #expect((result.failure != nil) == fails, "\(result.failure?.message ?? "")")
    }

    @Test func `a deny by one policy does not hide the failure of another`() throws {
        let deny = "return { on = \"access\", decide = function(request) deny(\"no\") end }"
        let result = try result(of: [("planted", deny), ("other", Self.crash)], expecting: "deny = \"planted\"")
        #expect(result.failure?.expected == "no policy to fail")
    }

    @Test func `a policy that observes fails its own tests only`() throws {
        let observing = Self.failing("local t = select(2, 1, nil); if t.x then deny('no') end", ", mode = \"observe\"")
        let own = try result(of: [("other", observing), ("planted", Self.policy)], expecting: "silent = true")
        #expect(own.failure?.expected == "no policy to fail")
        let others = try result(of: [("planted", Self.policy), ("other", observing)], expecting: "permit = false")
        #expect(others.failure == nil)
    }

    @Test func `policies that do not load are a fault of the run, not of each test`() throws {
        let source = try Fixtures.planted(
            "planted", source: Self.policy + " oops",
            test: (0..<9).map { "test(\"\($0)\", { \(Self.request("orders.read"))expect = { permit = true } })\n" }
                .joined())
        let run = try PolicyTests(source, organisations: ["demo": try Organisation.demo()]).measured(.init())
        #expect(run.results.isEmpty && run.faults.map(\.place.description) == ["planted/planted.lua:6:15"])
    }

    @Test func `a failed test has the facts of the deciding and the tested policy`() throws {
        let deny = """
            return { on = "access", decide = function(request) if request.action == "orders.create" then deny("no") end end }
            """
        let idle = deny.replacing("orders.create", with: "orders.delete")
        let result = try result(
            of: [("planted", Self.policy), ("other", deny), ("idle", idle)], expecting: "permit = true")
        let failure = try #require(result.failure)
        #expect(Set(failure.trace.map(\.file)) == ["planted/planted.lua", "planted/other.lua"])
        #expect(failure.otherFacts == 1)
    }
}
