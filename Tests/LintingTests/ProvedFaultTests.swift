import Model
import Syntax
import TestSupport
import Testing

@testable import Linting
@testable import Policies
@testable import PolicyTesting

/// Faults that the source proves: the loader refuses them, and a policy that reached them would fail.
@Suite struct ProvedFaultTests {
    private static let schema = """
        return {
          actions = { ["orders.read"] = "read", ["orders.approve"] = "write" },
          resources = { order = { department = "department", total = "number", note = "string", tags = list "string",
                                pair = list("number", 2), stage = one_of { "dev", "prod" },
                                labels = map("string", one_of { "env", "team" }), place = { country = "string" },
                                parts = list({ name = "string" }, 2) } },
          context = { ip = "ip" },
        }
        """

    private static func source(_ body: String, head: String = "", on: String = "on = \"access\"") -> PolicySource {
        let text = "\(head) local policy = { \(on) }\nfunction policy.decide(request)\n\(body)\nend\nreturn policy"
        return PolicySource(
            path: "p",
            files: [
                .init(name: "schema.lua", bytes: Array(schema.utf8)), .init(name: "a.lua", bytes: Array(text.utf8)),
            ])
    }

    /// The failures of a policy on made-up requests, whatever the loader says of it.
    private static func failure(_ source: PolicySource) throws -> SmokeRun.Failure? {
        let head = source.files.first { $0.name == "a.lua" }!.bytes
        let plain = try #require(PolicySet.load(Self.source("deny(\"a\")")).set)
        let declaration = try #require(PolicySet.read(Self.source("deny(\"a\")")).1.first?.declaration)
        let chunk = try Chunk.parse(head)
        let policy = Policy(
            id: "a", path: "p/a.lua", declaration, program: chunk.rewritten(), keepsState: true,
            texts: Set(chunk.strings.map(\.bytes)), memberNames: [], templates: [])
        let set = PolicySet(
            schema: plain.schema, policies: [policy], version: plain.version, settings: [:], plugins: .none)
        return SmokeRun(set).failures["a"]
    }

    static let faults: [(body: String, rule: String, message: String)] = [
        ("local x = math.random(5)", "unknown-attribute", "the same request must always get the same decision"),
        ("local x = table.contains({ 1 }, 1)", "unknown-attribute", "`known[x]`"),
        ("local x = (\"abc\"):startswith(\"a\")", "unknown-attribute", "a string has no `startswith`: write `x:sub"),
        ("local x = request.action:startswith(\"a\")", "unknown-attribute", "an action has no `startswith`"),
        ("local x = request.action:lower():contains(\"a\")", "unknown-attribute", "`x:find(\"text\", 1, true) ~= nil`"),
        ("local x = tostring(request.resource.total):split()", "unknown-attribute", "gmatch"),
        ("local x = request.date:format(\"d\")", "unknown-attribute", "a date has no `format`"),
        ("local x = request.resource.tags:includes(\"a\")", "unknown-attribute", "`list:contains(x)`"),
        ("local t = { \"a\" } local x = t:contains(\"a\")", "unknown-attribute", "`t` has no `contains`"),
        ("local t = { a = type } local x = t.b(1)", "unknown-attribute", "`t` has no `b`"),
        ("local x = request.token:department()", "unknown-attribute", "write it without `:` and `()`"),
        ("local x = request.token.department()", "not-a-function", "write it without `()`"),
        ("local s = string local x = s.trim(\"a\")", "unknown-attribute", "`string` has no `trim`"),
        ("local n local x = n.y", "unknown-attribute", "always `nil`"),
        ("local x = request.token.user.name[1]", "unknown-attribute", "`x:sub(1, 1)`"),
        ("local x = (1)()", "not-a-function", "a number cannot be called"),
        ("local x = string(\"a\")", "not-a-function", "`string` is a library"),
        ("for _, x in { 1 } do local y = x end", "not-a-function", "`in ipairs(…)`"),
        ("for _, x in request.resource.tags do local y = x end", "not-a-function", "`for _, x in ipairs(list) do`"),
        ("for i = 1, true do local y = i end", "type-mismatch", "a boolean is not a number"),
        ("for i = 1, 3, 0 do local y = i end", "type-mismatch", "step"),
        ("local x = request.token:has(\"name\") + 1", "type-mismatch", "a boolean is not a number"),
        ("local x = request.action + 1", "type-mismatch", "a string is not a number"),
        ("local x = \"1\" + 1", "type-mismatch", "`tonumber(…)`"),
        ("local x = request.resource.total | 1", "type-mismatch", "bitwise"),
        ("local x = \"a\" .. true", "type-mismatch", "`tostring(…)`"),
        ("local x = \"a\" .. request.token.department", "type-mismatch", "`.id` or `.name`"),
        ("local x = #5", "type-mismatch", "a number has no length"),
        ("local x = #\"abc\" == \"3\"", "type-mismatch", "cannot compare a number with a string"),
        ("local x = request.action:sub(1, 3) == 5", "type-mismatch", "cannot compare a string with a number"),
        ("local x = request.resource.total == \"5\"", "type-mismatch", "cannot compare a number with a string"),
        ("local x = {} < 1", "type-mismatch", "a table has no order"),
        ("local x = request.date.end_of_day == request.time", "type-mismatch", "a function"),
        ("string.trim = type", "assignment", "read-only"),
        ("function string.trim(x) return x end", "assignment", "read-only"),
        ("local n = 1 n.x = 2", "assignment", "has no fields"),
        ("local x = string.rep(\"a\")", "wrong-argument", "at least 2 arguments, got 1"),
        ("local x = (\"a\"):sub()", "wrong-argument", "at least one argument, got 0"),
        ("local x = math.floor(true)", "wrong-argument", "a boolean is not a number"),
        ("local x = math.max()", "wrong-argument", "at least one argument"),
        ("local x = table.concat(request.resource.tags)", "wrong-argument", "is not a table"),
        ("local x = ipairs(5)", "wrong-argument", "a number is not a table"),
        ("local x = string.lower(request.token.department)", "wrong-argument", "`.id` or `.name`"),
        ("local x = string.format(\"%d %s\", 5)", "wrong-argument", "the format takes 2 values, got 1"),
        ("local x = string.format(\"100% sure\")", "wrong-argument", "the format"),
        ("local x = request.token:can_any {}", "wrong-argument", "at least one permission"),
        ("local x = request.token:can_any { 5 }", "wrong-argument", "names of permissions"),
        ("local x = request.token.department:is_within_any { \"a\" }", "wrong-argument", "takes departments"),
        ("local x = request.date:plus { days = 1.5 }", "wrong-argument", "a whole number"),
        ("advise(\"a\", { b = {} })", "wrong-argument", "cannot be a table"),
        ("deny(request.token:has(\"name\"))", "wrong-argument", "takes a string first, got a boolean"),
        ("local p = \"orders.reed\" local x = request.token:can(p)", "unknown-permission", "did you mean"),
        ("local c = use \"cidr\"", "late-declaration", "`local name = use \"cidr\"` at the top"),
        (
            "local function f(name) return name:startswith(\"a\") end local x = f(request.action) local y = f(request.tenant)",
            "unknown-attribute", "`startswith`"
        ),
        (
            "if request.resource.pair[3] > 1 then deny(\"a\") end", "unknown-attribute",
            "has 2 elements: there is no `[3]`"
        ),
        (
            "if request.resource.stage == \"test\" then deny(\"a\") end", "type-mismatch",
            "`resource.stage` is never `test`"
        ),
        ("if request.resource.labels:has(\"app\") then deny(\"a\") end", "wrong-argument", "never has a key `app`"),
        ("local x = request.resource.labels:get(\"app\")", "wrong-argument", "its keys are `env`, `team`"),
        ("local x = request.resource.labels.env", "unknown-attribute", "are read by `:get(\"env\")`"),
        ("local x = request.resource.place.town", "unknown-attribute", "a record has no `town`"),
        (
            "if request.resource.place == \"x\" then deny(\"a\") end", "type-mismatch",
            "cannot compare a record with a string"
        ),
        (
            "local p = request.resource.place if p == request.resource.place then deny(\"a\") end", "type-mismatch",
            "a record has parts: compare those"
        ),
        ("local n = #request.resource.place", "type-mismatch", "a record has no length"),
        ("for k, v in pairs(request.resource.place) do local y = v end", "wrong-argument", "a record has no elements"),
        ("local x = request.resource.parts:contains(\"a\")", "wrong-argument", "is looked into by its parts"),
        ("local x = request.resource.parts:any(\"a\")", "wrong-argument", "takes a function of an element"),
        ("local x = request.resource.parts:all(function(p) deny(p.name) end)", "wrong-argument", "and returns nothing"),
        (
            "local x = request.resource.parts:any(function(p) return p.name end)", "wrong-argument",
            "must return true or false, and returns a string"
        ),
        (
            "local x = request.resource.parts:any(function(p) return p.nam == \"a\" end)", "unknown-attribute",
            "(did you mean `name`?)"
        ),
        (
            "local function f(p) return p.nam == \"a\" end local x = request.resource.parts:any(f)",
            "unknown-attribute",
            "(did you mean `name`?)"
        ),
    ]

    @Test(arguments: faults.indices)
    func `what the source proves wrong does not load, and fails where it is reached`(index: Int) throws {
        let (body, rule, message) = Self.faults[index]
        let source = Self.source(body)
        let errors = PolicySet.load(source).diagnostics
        #expect(errors.contains { $0.rule == rule && $0.message.contains(message) && $0.column != nil }, "\(errors)")
        #expect(errors.allSatisfy { $0.line == 3 }, "\(errors)")
        let failure = try #require(try Self.failure(source), "\(body) does not fail")
        #expect(failure.count == failure.evaluations && failure.line == 3, "\(failure)")
    }

    @Test(arguments: [
        ("for _, x in ipairs(request.resource.labels) do local y = x end", "in pairs(map) do`"),
        ("for k in pairs(request.resource.labels) do if k == \"app\" then deny(k) end end", "is never `app`"),
    ])
    func `a fault about the entries of a map fails where there are any`(body: String, message: String) throws {
        let source = Self.source(body)
        let errors = PolicySet.load(source).diagnostics
        #expect(errors.contains { $0.message.contains(message) && $0.line == 3 }, "\(errors)")
        #expect(try #require(try Self.failure(source)).line == 3)
    }

    @Test(arguments: [
        "local t = { \"a\" } table.insert(t, \"b\") deny(table.concat(t, \", \"))",
        "local t = {} t.contains = type deny(t.contains(1))",
        "local t = { f = type } local u = t u.g = type deny(t.g(1))",
        "local name = request.action if name:sub(1, 7) == \"orders.\" then deny(\"a\") end",
        "for i, tag in ipairs(request.resource.tags) do if tag == \"x\" and i > 1 then deny(\"a\") end end",
        "local x if request.token.kind == \"api\" then x = \"a\" else x = \"b\" end deny(x:upper())",
        "local function either(x) return x end deny(tostring(either(1)) .. tostring(either(\"a\")))",
        "deny((\"%d %%\"):format(5))", "local n = tonumber(\"5\") if n ~= nil and n > 3 then deny(\"a\") end",
        "if string.find(request.action, \"x\", 1, true) then deny(\"a\") end",
        "local pack = table.pack(1, 2) if pack.n == 2 then deny(\"a\") end", "deny(string.rep(\"a\", 3, \",\"))",
        "local s = (\"a,b\"):gsub(\",\", { [\",\"] = \";\" }) deny(s)", "deny(tostring(math.pi + math.huge))",
        "table.sort({ 2, 1 }, nil) deny(\"a\")", "deny(select(\"#\", 1, 2) .. \"\")",
        "local total = request.resource.total + 1 if total > 3 then deny(\"a\") end",
        "if request.token:can_any { \"orders.read\" } then deny(\"a\") end",
        "local d = { code = \"a\" } deny(\"a\", d)",
        "local p = { \"orders.read\" } if request.token:can_any(p) then deny(\"a\") end",
        "local p = { days = 1 } if request.date:plus(p) > request.date then deny(\"a\") end",
        "local n = { \"10.0.0.0/8\" } if request.context.ip:is_within_any(n) then deny(\"a\") end",
        "local d = {} d.a = 1 advise(\"a\", d) deny(\"b\")",
    ])
    func `what may be right loads`(body: String) {
        let errors = PolicySet.load(Self.source(body)).diagnostics
        #expect(errors.isEmpty, "\(errors)")
    }

    @Test func `a fault that keeps a policy from loading is told once, with its place`() {
        let source = Self.source("deny(\"a\")", head: "local x = math.random(5)")
        let errors = PolicySet.load(source).diagnostics
        #expect(errors.map(\.rule) == ["unknown-attribute"] && errors.first?.column == 16, "\(errors)")
    }

    // MARK: Comparisons

    /// The findings of one rule in a body of `decide`.
    private static func found(_ rule: Rule, _ body: String) -> [String] {
        Linter(source(body), rules: [rule]).run().filter { $0.rule == rule.name }.map(\.message)
    }

    @Test(arguments: [
        ("request.time.weekday == 0", "1 to 7: 1 is Monday, 7 is Sunday; `== 0` is never true"),
        ("request.time.hour > 24", "0 to 23; `> 24` is never true"),
        ("24 <= request.time.hour", "`>= 24` is never true"),
        ("request.time.hour >= 0", "`>= 0` is always true"), ("request.date.month ~= 13", "`~= 13` is always true"),
        ("request.time.minute == 2.5", "never true"), ("request.token.created.day < 1", "never true"),
        ("#request.resource.tags < 0", "never below 0"), ("request.action:len() == -1", "never below 0"),
        ("request.token.department.depth < 0", "never below 0"),
        ("request.time.hour < 8 and request.time.hour > 18", "never `< 8` and also `> 18`: write `or`"),
        ("request.token.kind ~= \"api\" or request.token.kind ~= \"mobile\"", "write `and`"),
        ("request.token.kind ~= \"api\" and request.token.kind ~= \"mobile\"", "never"),
        ("request.resource.id == \"1\" and request.resource.id == \"2\"", "never"),
        ("request.resource.total > 5 and (request.resource.total < 5)", "never"),
        ("type(request.action) == \"strng\"", "never `strng` (did you mean `string`?)"), ("5 > 3", "constants"),
        ("#\"abc\" == nil", "a number is never nil"),
    ])
    func `a comparison that always has the same result is found`(condition: String, message: String) {
        let found = Self.found(.constantComparison, "if \(condition) then deny(\"a\") end")
        #expect(found.count == 1 && found[0].contains(message), "\(found)")
    }

    @Test(arguments: [
        "request.time.weekday == 7", "request.time.hour >= 1 and request.time.hour <= 5",
        "request.time.hour < 8 or request.time.hour > 18", "request.date.month ~= 12", "#request.resource.tags == 0",
        "request.token.kind ~= \"api\" and request.token.kind == \"mobile\"", "request.resource.total > -5",
        "request.resource.total > 5 and request.resource.total < 6", "type(request.action) == \"string\"",
        "request.time.hour > 5 and request.token.created.hour < 3", "request.date.year >= 2026",
    ])
    func `a comparison that may go either way is not found`(condition: String) {
        #expect(Self.found(.constantComparison, "if \(condition) then deny(\"a\") end") == [])
    }

    @Test(arguments: ["#request.resource.tags", "request.token.can", "request.action:sub(1, 2)", "math.pi"])
    func `a condition that is no boolean is found`(condition: String) {
        #expect(Self.found(.constantCondition, "if \(condition) then deny(\"a\") end").count == 1)
    }

    @Test func `constraints can hold together exactly when some number satisfies them`() throws {
        let inference = try #require(
            PolicySet.read(Self.source("local h = request.time.hour deny(\"a\")")).1[0].inference)
        let subject = try #require(
            inference.chunk.expressions.indices.compactMap { inference.subject(inference.chunk.id($0)) }.last)
        let operations: [BinaryOperator] = [.equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual]
        func holds(_ operation: BinaryOperator, _ value: Double, _ bound: Double) -> Bool {
            switch operation {
            case .equal: value == bound
            case .notEqual: value != bound
            case .less: value < bound
            case .lessEqual: value <= bound
            case .greater: value > bound
            default: value >= bound
            }
        }
        var random = SeededGenerator(seed: 7)
        for _ in 0..<5_000 {
            let parts = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (operations.randomElement(using: &random)!, Double(Int.random(in: -2...8, using: &random)) / 2)
            }
            for isWhole in [true, false] {
                let values = stride(from: isWhole ? 0 : -3, through: isWhole ? 3 : 6, by: isWhole ? 1 : 0.25)
                let expected = values.contains { value in parts.allSatisfy { holds($0.0, value, $0.1) } }
                let constraints = parts.map {
                    Constraint(
                        subject: subject, operation: $0.0, bound: .number($0.1), domain: isWhole ? .whole(0...3) : .any)
                }
                #expect(Constraint.canHold(constraints) == expected, "\(parts) \(isWhole)")
            }
        }
    }

    // MARK: Requests and tests

    @Test func `a failure shows its request, and is an error only where it is certain`() throws {
        let some = Linter(
            Self.source("local t = { [\"orders.read\"] = 1 } if t[request.action] + 1 > 5 then deny(\"a\") end")
        ).run()
        let warning = try #require(some.first { $0.rule == "failing" })
        #expect(warning.severity == .warning && warning.message.contains("made-up requests"))
        #expect(warning.message.contains("{\"subject\":") && !warning.message.contains("all"))
        let all = Linter(Self.source("local t, key = {}, \"a\" .. \"b\" if #t[key] > 2 then deny(\"a\") end")).run()
        #expect(all.first { $0.rule == "failing" }?.message.contains("it fails on all") == true)
        #expect(all.first { $0.rule == "failing" }?.severity == .warning)
        let certain = Linter(Self.source("error(\"closed\")")).run()
        #expect(certain.first { $0.rule == "failing" }?.severity == .error)
    }

    private static func foundInTest(_ test: String) -> [String] {
        var files = source("if request.token:can(request.action) then deny(\"a\") end").files
        files.append(.init(name: "a_test.lua", bytes: Array(test.utf8)))
        return Linter(PolicySource(path: "p", files: files)).run().filter { $0.path.hasSuffix("a_test.lua") }.map {
            "\($0.line ?? 0):\($0.column ?? 0) \($0.severity) \($0.message) [\($0.rule ?? "")]"
        }
    }

    private static func test(
        _ department: String = "Sales", _ type: String = "Clerk", action: String = "orders.read", more: String = ""
    ) -> String {
        """
        directory { departments = { "Sales" }, user_types = { Clerk = { "orders.*" } } }
        test("one", {
          token = { department = "\(department)", user_type = "\(type)" }, \(more)
          action = "\(action)", resource = { type = "order", department = "Sales", total = 1, note = "", tags = {} },
          context = { ip = "10.0.0.1" }, expect = { silent = true } })
        """
    }

    @Test func `names in tests are checked as those in policies are`() {
        #expect(Self.foundInTest(Self.test()) == [])
        func found(_ test: String, _ expected: String) {
            let found = Self.foundInTest(test)
            #expect(found.count == 1 && found[0].contains(expected), "\(found)")
        }
        found(Self.test("Slaes"), "3:26 error there is no department `Slaes` (did you mean `Sales`?) [unknown-in-test]")
        found(Self.test("Sales", "Clrk"), "there is no user type `Clrk`")
        found(Self.test(action: "orders.reed"), "4:12 error the schema has no action `orders.reed`")
        found(
            Self.test().replacing("\"orders.*\"", with: "\"orders.reed\""), "`orders.reed` is not a declared permission"
        )
        found(Self.test(more: "contxt = {},"), "`test` has no key `contxt`")
        found(Self.test() + "\nlocal x = os.time()", "`os` is not available in tests")
        found(Self.test() + "\nlocal x = (\"a\"):startswith(\"b\")", "a string has no `startswith`")
        let demo = Self.test("Salse").split(separator: "\n").dropFirst().joined(separator: "\n")
        found(demo, "warning there is no department `Salse`")
    }
}
