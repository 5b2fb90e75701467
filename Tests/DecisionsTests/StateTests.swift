import Decisions
import Model
import Policies
import TestSupport
import Testing

/// Nothing outlives an evaluation, whether a policy's program is run once or anew.
@Suite struct StateTests {
    @Test(arguments: [
        "local n = 0 return { on = 'access', grants = { '*' }, decide = function() n = n + 1 if n > 1 then permit() end end }",
        "local seen = {} return { on = 'access', grants = { '*' }, decide = function() if seen[1] then permit() end seen[1] = true end }",
        "local seen = {} local function note(t) t.x = true end return { on = 'access', grants = { '*' }, decide = function() if #seen > 0 then permit() end note(seen) table.insert(seen, 1) end }",
        "local words = ('a b'):gmatch('%a') return { on = 'access', grants = { '*' }, decide = function() if words() == 'b' then permit() end end }",
        "local step = pairs { a = 1, b = 2 } return { on = 'access', grants = { '*' }, decide = function() if step() == 'b' then permit() end end }",
        "local p = { on = 'access', grants = { '*' } } function p.decide() if p.mark then permit() end p.mark = true end return p",
        "local made = function() local n = 0 return function() n = n + 1 return n end end local count = made() return { on = 'access', grants = { '*' }, decide = function() if count() > 1 then permit() end end }",
    ])
    func `a policy that keeps state never sees it again`(source: String) throws {
        let authorizer = try Fixture.authorizer(["a": source])
        let first = try authorizer.decide(Fixture.question())
        #expect(first.code == "not_permitted")
        for _ in 0..<3 {
            let next = try authorizer.decide(Fixture.question())
            #expect(next.code == first.code && next.traces == first.traces)
        }
    }

    @Test(arguments: [
        "local t = { 1, 2, 3 } for i = 1, 500 do t[i] = i end", "local s = ('x'):rep(1000)",
        "for k, v in pairs { a = 1 } do local x = k end", "local hard = config.hard", "local x = #('abc')",
    ])
    func `a program costs every evaluation the same, and reads the settings each time`(top: String) throws {
        let policy = """
            local config = settings { hard = false }
            \(top)
            return { on = "access", grants = { "*" }, decide = function(request)
              if config.hard then deny("hard") else permit() end
            end }
            """
        let authorizer = try Fixture.authorizer(
            ["a": policy], settings: #"{ "a": { "tenants": { "t": { "hard": true } } } }"#)
        let first = try authorizer.decide(Fixture.question())
        #expect(first.code == "denied")
        for _ in 0..<3 { #expect(try authorizer.decide(Fixture.question()).traces == first.traces) }
    }

    @Test func `a program with an effect outside of its functions does not load`() throws {
        let policy = "permit() return { on = 'access', grants = { '*' }, decide = function() end }"
        #expect(PolicySet.load(Fixture.source(["a": policy])).set == nil)
    }
}
