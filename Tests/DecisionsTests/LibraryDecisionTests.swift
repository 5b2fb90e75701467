import Decisions
import Model
import Policies
import TestSupport
import Testing

/// Decisions of policies that share code.
@Suite struct LibraryDecisionTests {
    private static func policy(_ body: String, before: String = "") -> String {
        "local a = use 'lib.a' \(before)\n"
            + "return { on = 'access', grants = { '*' }, decide = function(request)\n  \(body)\nend }"
    }

    private static func amount(_ amount: Int64) -> [JSON.Member] { [.init("amount", .integer(amount))] }

    @Test func `facts that a library reads are those of the policy that calls it`() throws {
        let library = "return { large = function(r, most) return r:has('amount') and r.amount > most end }"
        let decider = try Fixture.authorizer([
            "lib/a": library, "p": Self.policy("if a.large(request.resource, 5) then permit('large') end"),
        ])
        for _ in 0..<3 {
            let decision = try decider.decide(Fixture.question(Self.amount(6)))
            #expect(decision.isPermitted)
            let trace = try #require(decision.traces.first { $0.policy == "p" })
            #expect(trace.facts.map(\.text) == ["resource has amount", "5 < resource.amount"])
        }
        #expect(try !decider.decide(Fixture.question(Self.amount(5))).isPermitted)
        // The tree answers what it has seen: twice by Lua, then never again.
        let before = decider.runCount
        for amount in [5, 6, 5, 6] as [Int64] { _ = try decider.decide(Fixture.question(Self.amount(amount))) }
        #expect(decider.runCount == before)
    }

    @Test(arguments: [
        // State of the library, in a variable and in tables of several kinds.
        ("local n = 0 return { n = function() n = n + 1 return n end }", "local n = a.n() if n > 1 then permit() end"),
        ("local t = {} return { n = function() t[#t + 1] = 1 return #t end }", "if a.n() > 1 then permit() end"),
        ("return { t = {} }", "if a.t[1] then permit() end a.t[1] = true"),
        ("return { x = 1 }", "if a.x ~= 1 then permit() end a.x = 2"),
        ("return { t = {} }", "if a.t[1] then permit() end table.insert(a.t, 1)"),
        ("local w = ('x y'):gmatch('%a') return { w = w }", "if a.w() == 'y' then permit() end"),
        ("local s = {} return { put = function(t) t.x = true end, s = s }", "if a.s.x then permit() end a.put(a.s)"),
        // Of a library of the library.
        ("local b = use 'lib.b' return { b = b }", "if a.b.t[1] then permit() end a.b.t[1] = true"),
    ])
    func `nothing that a library keeps outlives an evaluation, or reaches another policy`(library: String, body: String)
        throws
    {
        let decider = try Fixture.authorizer([
            "lib/a": library, "lib/b": "return { t = {} }", "p": Self.policy(body), "q": Self.policy(body),
            "quiet": Self.policy("if request.action == 'x' then deny(tostring(a)) end"),
        ])
        let first = try decider.decide(Fixture.question())
        #expect(first.code == "not_permitted", "\(first.failures)")
        for _ in 0..<3 { #expect(try decider.decide(Fixture.question()).code == "not_permitted") }
    }

    @Test func `a policy has one table of a library, by whatever way it comes to it`() throws {
        let decider = try Fixture.authorizer([
            "lib/a": "local b, c = use 'lib.b', use 'lib.c' return { set = function() b.t.x = 1 end, get = c.get }",
            "lib/b": "return { t = {} }",
            "lib/c": "local b = use 'lib.b' return { get = function() return b.t.x end }",
            "p": Self.policy(
                "a.set() if a.get() == 1 and b.t.x == 1 then permit() end", before: "local b = use 'lib.b'"),
        ])
        for _ in 0..<3 { #expect(try decider.decide(Fixture.question()).isPermitted) }
    }

    @Test(arguments: [
        ("return { f = function(r)\n  error('boom')\nend }", "lib/a.lua:2: boom"),
        ("return { f = function(r)\n  return r.amount\nend }", "lib/a.lua:2: `resource.amount` is absent"),
        ("return { f = function(r)\n\n  return tonumber('x') + 1\nend }", "lib/a.lua:3: attempt to perform arithmetic"),
    ])
    func `a failure in a library is a deny that names its file and line`(library: String, message: String) throws {
        let decider = try Fixture.authorizer([
            "lib/a": library, "p": Self.policy("request = request if a.f(request.resource) then permit() end"),
        ])
        for _ in 0..<2 {
            let decision = try decider.decide(Fixture.question())
            #expect(decision.code == "policy_failed")
            #expect(decision.failures.first?.message.hasPrefix(message) == true, "\(decision.failures)")
        }
    }

    @Test func `an effect that a library is given is called on the policy's line`() throws {
        let decider = try Fixture.authorizer([
            "lib/a": "return { each = function(list, f)\n\n\n\n  for _, x in ipairs(list) do f(x) end\nend }",
            "p": Self.policy("a.each({ 'one' }, deny)"),
        ])
        let decision = try decider.decide(Fixture.question())
        #expect(decision.reasons.map(\.text) == ["one"] && decision.reasons.map(\.line) == [3])
    }

    @Test func `a library that never ends costs its callers their budget, and nobody else`() throws {
        let decider = try Fixture.authorizer([
            "lib/a": "return { f = function() while true do end end }", "p": Self.policy("a.f()"),
            "q": "return { on = 'access', grants = { '*' }, decide = function() permit('q') end }",
        ])
        let decision = try decider.decide(Fixture.question())
        #expect(decision.code == "budget_exhausted" && decision.failures.map(\.policy) == ["p"])
    }

    @Test func `a library that a policy does not use is out of its reach`() throws {
        let decider = try Fixture.authorizer([
            "lib/a": "return { f = 1 }", "lib/b": "return { g = 1 }",
            "o": "local b = use 'lib.b' "
                + "return { on = 'access', decide = function() if b.g == 2 then deny('b') end end }",
            "p": Self.policy("local b = u('lib.' .. 'b') permit(b.g .. '')", before: "local u = use"),
        ])
        let decision = try decider.decide(Fixture.question())
        #expect(decision.code == "policy_failed", "\(decision)")
    }
}
