import Model
import Policies
import PolicyTesting
import TestSupport
import Testing

/// The language of test files: cases, fixtures, directories of their own, and facts.
@Suite struct TestLanguageTests {
    private static let policy = """
        local policy = { on = "access", grants = { "*" } }
        function policy.decide(request)
          if request.resource:has("department")
            and not request.resource.department:is_within(request.token.department) then
            deny("outside")
          elseif request.token.kind == "api" then
            permit("reading")
          end
        end
        return policy
        """

    private static let fixtures = """
        fixture "sales" { department = "Sales", user_type = "Integrator" }
        fixture "reads" { token = "sales", action = "orders.read", resource = { type = "order" } }
        """

    private func results(_ test: String, shared: String? = nil, store: Organisation? = nil) throws -> [TestResult] {
        var source = try Fixtures.planted("a", source: Self.policy, test: test)
        if let shared { source.files.append(.init(name: "fixtures_test.lua", bytes: Array(shared.utf8))) }
        var organisations: [ExactName: Organisation] = ["demo": try Organisation.demo()]
        organisations["store"] = store
        return try PolicyTests(source, organisations: organisations).run()
    }

    private func failures(_ test: String, shared: String? = nil) throws -> [String] {
        try results(test, shared: shared).compactMap { $0.failure?.message }
    }

    @Test(arguments: [
        ("test(\"a\", {\n  expect = { permit = true, }\n", 3, "`}` expected (to close `{` at line 1) near `<eof>`"),
        ("\n\nif a != b then end", 3, "`!=` is not Lua: write `~=`"),
        ("local x = 1\nlocal now = os.time()", 2, "`os` is not available in tests"),
        ("local t\nlocal x = t.y", 2, "attempt to index a nil value (local 't')"),
        ("fixture \"a\" { x = 1 }\nfixture \"a\" { x = 2 }", 2, "the fixture `a` is defined twice"),
        ("\nlocal x = date \"31.12.2026\"", 2, "`31.12.2026` is no date such as `2026-12-31`"),
        (
            "\nlocal x = duration { months = 1 }", 2,
            "`duration`: years and months have no fixed length: write days, or "
                + "move an instant by `:plus { months = 1 }`"
        ),
        ("\nfixture \"a\" (1)", 2, "the fixture `a` is a table, got a number"),
        ("test(\"a\", {\n  at = \"x\",\n  at = \"y\" })", 3, "`at` is given twice, first on line 2"),
    ])
    func `a fault of a file of tests has its line`(text: String, line: Int, message: String) throws {
        let results = try results(text)
        #expect(results.map(\.line) == [line])
        #expect(results.first?.failure?.message.hasPrefix(message) == true, "\(results)")
    }

    @Test func `the cases of a test share its fields, and have lines of their own`() throws {
        let found = try results(
            Self.fixtures + """

                test("reach", {
                  like = "reads", expect = { permit = true },
                  cases = {
                    { name = "own", resource = { department = "Sales" } },
                    { resource = { department = "Finance" }, expect = { deny = "a" } },
                    ["mobile"] = { token = { kind = "mobile" }, expect = { silent = true, code = "not_permitted" } },
                    ["wrong"] = { token = { kind = "mobile" } },
                  },
                })
                """)
        #expect(found.map(\.name) == ["reach: own", "reach: case 2", "reach: mobile", "reach: wrong"])
        #expect(found.map(\.line) == [6, 7, 8, 9])
        #expect(found.map(\.isPassed) == [true, true, true, false])
    }

    @Test func `an action has properties, and is asked on the types that it applies to`() throws {
        let policy = """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              if request.action:has("soft") and request.action.soft then permit("{action}") end
            end
            return policy
            """
        let schema = """
            return {
              actions = { erase = { kind = "delete", on = { "order" }, properties = { soft = optional "boolean" } } },
              resources = { order = {}, folder = {} },
            }
            """
        func failures(_ test: String) throws -> [String] {
            let text =
                "fixture \"sales\" { department = \"Sales\", user_type = \"Integrator\" }\n"
                + "test(\"t\", { token = \"sales\", \(test) })"
            let files = [("a.lua", policy), ("schema.lua", schema), ("a_test.lua", text)]
            let source = PolicySource(
                path: "p", files: files.map { .init(name: ExactName($0.0), bytes: Array($0.1.utf8)) })
            return try PolicyTests(source, organisations: ["demo": try Organisation.demo()]).run().compactMap {
                $0.failure?.message
            }
        }
        let order = "resource = { type = \"order\" }, expect = { permit = true }"
        #expect(try failures("action = { name = \"erase\", soft = true }, \(order)") == [])
        #expect(try failures("action = \"erase\", \(order)").count == 1)
        #expect(
            try failures("action = { name = \"erase\", sofd = true }, \(order)")
                == ["`action` has no property `sofd` (did you mean `soft`?)"])
        #expect(
            try failures("action = { soft = true }, \(order)")
                == ["`action` needs a `name`: `{ name = \"delete\", … }`"])
        #expect(
            try failures("action = \"erase\", resource = { type = \"folder\" }, expect = { permit = false }")
                == ["the action `erase` does not apply to `folder`, only to `order`"])
        #expect(
            try failures("action = \"erase\", resource = false, expect = { permit = false }")
                == ["the action `erase` needs a resource, one of `order`"])
        #expect(
            try failures(
                "action = \"erase\", resource = { type = \"folder\" }, expect = { code = \"action_not_applicable\" }")
                == [])
    }

    @Test func `tests of a folder share a fixture file, and a file's own fixtures take precedence`() throws {
        let test = #"test("t", { like = "reads", expect = { permit = true } })"#
        #expect(try failures(test, shared: Self.fixtures) == [])
        let own = #"fixture "sales" { department = "Sales", user_type = "Integrator", kind = "mobile" }"# + "\n" + test
        #expect(try failures(own, shared: Self.fixtures).count == 1)
        #expect(try failures(test, shared: Self.fixtures + "\n" + test).contains { $0.contains("for shared fixtures") })
        #expect(try failures(test, shared: "nonsense(") == [], "it is a fault of the whole run")
    }

    @Test(arguments: [
        (#"test("t", { like = "raeds", expect = {} })"#, "no fixture `raeds` (did you mean `reads`?)"),
        (#"test("t", { like = "reads", resource = "ordr" })"#, "no fixture `ordr`"),
        (#"test("t", { like = 1 })"#, "`test.like` must be the name of a fixture"),
        (#"fixture "x" { like = "x" } test("t", { like = "x" })"#, "`test.like` is circular"),
        (#"fixture "x" { } fixture "x" { } test("t", {})"#, "the fixture `x` is defined twice"),
        (#"test("t", { action = "a", action = "b" })"#, "`action` is given twice, first on line 3"),
        (#"test("t", {}, {})"#, "`test` takes a name and a table, got 3 arguments"),
        (#"fixture "x" "y" test("t", {})"#, "the fixture `x` is a table, got a string"),
        (#"fixture "operator" { } test("t", {})"#, "is a reserved name"),
        (#"directory { } directory { } test("t", {})"#, "directory of the file is defined twice"),
        (#"test("t", { like = "reads", cases = {} })"#, "`cases` must be a list"),
        (#"test("t", { like = "reads", cases = { 1 } })"#, "`cases` must be a table"),
        (#"test("t", { like = "reads", skip = "", expect = { permit = true } })"#, "`skip` must give a reason"),
        (#"test("t", { like = "reads", directory = "store", expect = { permit = true } })"#, "--store FILE"),
        (
            #"test("t", { like = "reads", directory = { departmnts = {} }, expect = { permit = true } })"#,
            "`departmnts`"
        ),
        (
            #"directory { departments = { Sales = { parent = "All" } } } test("t", { like = "reads", expect = { permit = true } })"#,
            "`directory` has no department `All`"
        ),
        (
            #"directory { zone = "Mars/Base" } test("t", { like = "reads", expect = { permit = true } })"#,
            "unknown time zone `Mars/Base`"
        ),
        (
            #"directory { users = { "anna" } } test("t", { like = "reads", expect = { permit = true } })"#,
            "the user `anna` needs a `department`"
        ),
    ])
    func `a mistake is named`(test: String, message: String) throws {
        let found = try failures(Self.fixtures + "\n" + test)
        #expect(found.contains { $0.contains(message) }, "\(found)")
    }

    @Test func `a file and a test may have directories of their own, and names resolve in them`() throws {
        let found = try failures(
            Self.fixtures + """

                directory {
                  zone = "Europe/Berlin",
                  departments = { "Sales", "Care", ["North"] = { parent = "Sales", requires = { "north.enter" } } },
                  user_types = { Integrator = { "orders.*" }, Idle = { active = false, permissions = {} } },
                  users = {
                    anna = { department = "Sales", user_type = "Integrator", permissions = { "north.enter" } },
                    both = { assignments = {
                      { department = "Sales", user_type = "Integrator" }, { department = "North", user_type = "Idle" },
                    } },
                  },
                }
                directory "other" { departments = { "Sales" }, user_types = { "Integrator" } }
                test("own", { like = "reads", resource = { department = "North" }, expect = { permit = true } })
                test("user", { like = "reads", token = { user = "anna" }, resource = { department = "Care" },
                  expect = { deny = "a" } })
                test("second", { like = "reads", token = { user = "both", department = "North", user_type = "Idle" },
                  resource = { department = "Sales" }, expect = { permit = false } })
                test("named", { like = "reads", directory = "other", resource = { department = "Sales" },
                  expect = { permit = true } })
                test("demo", { like = "reads", directory = "demo", resource = { department = "Warehouse" },
                  expect = { deny = "a" } })
                test("inline", { like = "reads", resource = { department = "Sales" }, expect = { permit = true },
                  directory = { departments = { Sales = { id = "s" } }, user_types = { Integrator = {} } } })
                test("whole", { like = "reads", expect = { permit = true }, directory = { tenants = { {
                  id = "1", name = "T", zone = "UTC", departments = { { id = "s", name = "Sales" } },
                  user_types = { { id = "i", name = "Integrator" } } } } } })
                """)
        #expect(found == [])
    }

    @Test func `tests without a directory run on the store, if there is one`() throws {
        var tenant = TenantRecord(id: "t", name: "T", zone: "UTC")
        tenant.departments = [DepartmentRecord(id: "d", name: "Only here")]
        tenant.userTypes = [UserTypeRecord(id: "u", name: "Anybody")]
        let test = """
            test("t", { token = { department = "Only here", user_type = "Anybody" }, action = "orders.read",
              resource = { type = "order" }, expect = { permit = true } })
            """
        #expect(try results(test, store: Organisation(tenants: [tenant])).map(\.isPassed) == [true])
        #expect(try results(test).map(\.isPassed) == [false])
    }

    @Test(arguments: [
        (#"reads = { "resource has department" }"#, nil),
        (#"reads = { ["resource has department"] = true, "token.kind" }"#, nil),
        (#"reads = { "resource.department" }, unread = { "token.user", "token.kin" }"#, nil),
        (#"reads = { ["resource has department"] = false }"#, "expected `a` to read `resource has department` = false"),
        (#"reads = { "token.user" }"#, "expected `a` to read `token.user`, got `resource has department` = true, "),
        (#"unread = { "token.kind" }"#, "expected `a` not to read `token.kind`, got `token.kind == api` = true"),
        (#"reads = {}"#, "`expect.reads` must be a list of facts"),
        (#"unread = { ["token.kind"] = true }"#, "without values"),
    ])
    func `a test can expect the facts that its policy reads`(expect: String, message: String?) throws {
        let test = #"test("t", { like = "reads", resource = { department = "Sales" }, expect = { \#(expect) } })"#
        let found = try failures(Self.fixtures + "\n" + test)
        if let message { #expect(found.first?.contains(message) == true, "\(found)") } else { #expect(found == []) }
    }
}
