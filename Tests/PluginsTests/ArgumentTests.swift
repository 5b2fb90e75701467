import Decisions
import Engine
import Model
import Plugins
import Policies
import TestSupport
import Testing

/// Surplus arguments, and arguments of a wrong type, in every call of the host by a policy.
@Suite struct ArgumentTests {
    private static let plugin = PluginFixture.function(
        "x", takes: "{ a = 'string' }, { b = optional 'number' }", run: "return true")

    private func load(_ body: String) -> [Diagnostic] {
        let head = "local config = settings { notes = list \"string\" }\n"
        let source = PluginFixture.policySource(
            ["a": head + PluginFixture.policy(body)],
            plugins: PluginFixture.load(["x": ["plugin.lua": Self.plugin]]).set)
        return PolicySet.load(source).diagnostics
    }

    @Test(arguments: [
        "request.token:can(\"orders.read\", \"orders.approve\")", "request.token:can_all({ \"orders.read\" }, {})",
        "request.resource:has(\"note\", \"amount\")", "request.context:has(\"ip\", request.action)",
        "config.notes:contains(\"a\", \"b\")", "request.date:plus({ days = 1 }, { days = 2 })",
        "request.date:end_of_day(1)", "request.token.department:is_within(request.token.department, true)",
        "request.token.department:is_within_any({}, {})", "request.token:meets(request.token.department, 1)",
        "request.token:can(\"orders.read\", request.context.site:gsub(\"a\", \"b\"))", "permit(\"a\", \"b\")",
        "deny(\"a\", { code = \"b\" }, \"c\")", "advise(\"a\", {}, {})", "oblige(\"a\", {}, true)",
        "permit(\"a\", nil, false)",
        "x.f(\"a\", 1, 2)", "local f = x.f f(\"a\", 1, true)", "x.f()", "x.f(1)", "x.f(\"a\", \"b\")", "x.f(nil)",
        "x.f(request.token.department)", "x.f(\"a\", request.date)", "x.f({})", "x.f(\"a\", function() end)",
        "tostring(1, 2)", "type(request, 1)", "string.lower(\"a\", \"b\")", "local t = table.concat({}, \"\", 1, 2, 3)",
    ])
    func `a call with a wrong number or type of arguments does not load`(call: String) {
        let text = call.hasPrefix("local") ? call : "local v = \(call)"
        let found = load(text)
        #expect(found.count == 1 && found.first?.rule == "wrong-argument" && found.first?.line == 4, "\(found)")
    }

    @Test(arguments: [
        "request.token:can(\"orders.read\", nil)", "request.resource:has(\"note\", nil, nil)", "permit(nil, nil)",
        "deny(\"a\", nil, nil)", "x.f(\"a\", nil, nil)", "x.f(\"a\")", "x.f(\"a\", 2)",
        "x.f(request.action, #config.notes)",
        "x.f(tostring(1))", "config.notes:contains((\"a b\"):gsub(\" \", \"\"))", "string.format(\"a\", 1, 2)",
        "math.max(1, 2, 3)",
        "select(1, 2, 3)",
    ])
    func `a surplus nil and values that a call adds do not count`(call: String) {
        #expect(load("local v = \(call)") == [])
    }

    private func authorizer(_ body: String) throws -> Decider {
        let head = "local config = settings { notes = list \"string\" }\n"
        return try PluginFixture.authorizer(
            ["x": ["plugin.lua": Self.plugin]], ["a": head + PluginFixture.policy(body)],
            settings: "{ \"a\": { \"all\": { \"notes\": [\"ab\"] } } }")
    }

    @Test(arguments: [
        (
            "local can = request.token.can can(request.token, \"orders.read\", \"orders.approve\")",
            "`can` takes one argument, got 2"
        ),
        (
            "local has, r = request.resource.has, request.resource has(r, \"note\", \"x\")",
            "`has` takes one argument, got 2"
        ),
        ("local d = deny d(\"a\", {}, 1)", "`deny` takes at most 2 arguments, got 3"),
        ("local p = { permit } p[1](\"a\", \"b\")", "`permit` takes one argument, got 2"),
        ("local day, d = request.date.end_of_day, request.date day(d, 1)", "`end_of_day` takes nothing, got 1"),
        ("local f = { x.f } f[1](\"a\", 1, 2)", "`x.f` takes (a: string, b: number, optional), got 3 arguments"),
        (
            "local t = { \"orders.read\", \"orders.approve\" } local c = request.token.can c(request.token, t[1], t[2])",
            "got 2"
        ),
    ])
    func `the call fails when only the run shows the mistake`(body: String, message: String) throws {
        let decision = try authorizer("request = request \(body)").decide(PluginFixture.question())
        #expect(decision.failures.count == 1, "\(decision.failures)")
        #expect(decision.failures.first?.message.contains(message) == true, "\(decision.failures)")
        #expect(decision.failures.first?.line == 4)
    }

    @Test(arguments: [
        "if config.notes:contains((\"a b\"):gsub(\" \", \"\")) then permit() end",
        "if config.notes:contains(request.resource.note:gsub(\" \", \"\")) then permit() end",
        "local c = config.notes.contains if c(config.notes, (\"a b\"):gsub(\" \", \"\")) then permit() end",
        "local two = function() return \"ab\", 2 end if config.notes:contains(two()) then permit() end",
        "local function two(...) if config.notes:contains(...) then permit(...) end end two(\"ab\", 2)",
        "local t = { contains = function(self, a, b) return b end } if t:contains((\"a b\"):gsub(\" \", \"\")) == 1 then permit() end",
        "local t = { f = function(a, b) return b end } if t.f((\"a b\"):gsub(\" \", \"\")) == 1 then permit() end",
        "local function f(a, b) return b end if f((\"a b\"):gsub(\" \", \"\")) == 1 then permit() end",
        "if x.f((\"a b\"):gsub(\" \", \"\")) then permit((\"a b\"):gsub(\" \", \"\")) end",
        "local none = function() end if request.token:can(\"orders.read\", none()) then permit(none()) end",
    ])
    func `values that a call adds are dropped, for functions of the host only`(body: String) throws {
        let body = body.replacing(
            "request.token:can(\"orders.read\", none())", with: "request.token:can(\"orders.read\")")
        for treeOptions in [TreeOptions.none, TreeOptions()] {
            let head = "local config = settings { notes = list \"string\" }\n"
            let authorizer = try PluginFixture.authorizer(
                ["x": ["plugin.lua": Self.plugin]], ["a": head + PluginFixture.policy(body)],
                settings: "{ \"a\": { \"all\": { \"notes\": [\"ab\"] } } }", treeOptions: treeOptions)
            for _ in 0..<3 {
                let decision = try authorizer.decide(PluginFixture.question([.init("note", .string("a b"))]))
                #expect(decision.isPermitted, "\(decision.failures)")
            }
        }
    }

    @Test(arguments: [
        ("local t = select(1, {})\nlocal v = t:missing(select(1, 2))", "missing"),
        ("local t = select(2, 1)\nlocal v = t:missing(select(1, 2))", "missing"),
        ("local r = request.resource\nlocal v = r:missing(select(1, 2))", "missing"),
        ("local r = request.resource\nlocal v = r:has(select(1, 2))", "takes the name of a property"),
    ])
    func `a failure of such a call has its line`(body: String, message: String) throws {
        let decision = try authorizer("request = request \(body)").decide(PluginFixture.question())
        #expect(decision.failures.first?.message.contains(message) == true, "\(decision.failures)")
        #expect(decision.failures.first?.line == 5, "\(decision.failures)")
    }

    @Test(arguments: [
        ("local config = settings({ a = 1 }, { b = 2 })", 1), ("local s = settings\nlocal config = s({ a = 1 }, 2)", 2),
        ("local y = use(\"x\", \"y\")", 1), ("local u = use\nlocal y = u(\"x\", \"y\")", 2),
        ("local config = settings { a = list(\"string\", \"number\") }", 1),
    ])
    func `a declaration with a surplus argument does not load`(head: String, line: Int) {
        let source = PluginFixture.policySource(
            ["a": "\(head)\nreturn { on = \"access\", decide = function() end }"],
            plugins: PluginFixture.load(["x": ["plugin.lua": Self.plugin]]).set)
        let found = PolicySet.load(source).diagnostics
        #expect(!found.isEmpty && found.allSatisfy { $0.line == line }, "\(found)")
    }

    @Test func `functions of plugins are checked, too`() throws {
        let plugin = PluginFixture.function(
            "x", takes: "{ r = 'resource' }", run: "local r = ... return r:has('note', 'amount')")
        let authorizer = try PluginFixture.authorizer(
            ["x": ["plugin.lua": plugin]], ["a": PluginFixture.policy("if x.f(request.resource) then permit() end")])
        let decision = try authorizer.decide(PluginFixture.question([.init("note", .string("n"))]))
        #expect(!decision.isPermitted)
        #expect(
            decision.failures.first?.message.contains("`has` takes one argument, got 2") == true, "\(decision.failures)"
        )
        #expect(
            PluginFixture.load(["x": ["plugin.lua": "local y = use('y', 'z') return { name = 'x' }"]]).set.broken["x"]
                != nil)
    }
}
