import Model
import Policies
import Testing

/// The effects that `required.json` demands, and the code that makes them.
@Suite struct RequiredTests {
    private static let schema = """
        return { actions = { ["orders.read"] = "read" }, resources = { order = { amount = optional "number" } } }
        """

    private func diagnostics(_ policy: String, _ required: String = #"{ "a": ["deny"] }"#) -> [String] {
        let files = [("schema.lua", Self.schema), ("a.lua", policy), ("required.json", required)]
        let source = PolicySource(
            path: "p", files: files.map { PolicyFile(name: ExactName($0.0), bytes: Array($0.1.utf8)) })
        let loaded = PolicySet.load(source)
        #expect((loaded.set == nil) == loaded.diagnostics.contains { $0.severity == .error })
        #expect(PolicySet.missingOfRequired(source).map(\.description) == loaded.diagnostics.map(\.description))
        return loaded.diagnostics.map(\.message)
    }

    /// A policy with this body, and with this code before it.
    private func policy(_ body: String, _ before: String = "") -> String {
        """
        local policy = { on = "access" }
        \(before)
        function policy.decide(request)
          \(body)
        end
        return policy
        """
    }

    @Test(arguments: [
        ("deny('no')", ""),
        ("if request.action == 'orders.read' then deny('no') end", ""),
        ("refuse()", "local function refuse() deny('no') end"),
        ("policy.refuse()", "function policy.refuse() deny('no') end"),
        ("helpers.refuse()", "local helpers = { refuse = function() deny('no') end }"),
        ("helpers['refuse']()", "local helpers = { ['refuse'] = function() deny('no') end }"),
        ("each(refuse)", "local function each(f) f() end local function refuse() deny('no') end"),
        ("maker()()", "local function maker() return function() deny('no') end end"),
        ("say('no')", "local say = deny"),
        ("first()", "local second local function first() second() end second = function() deny('no') end"),
        ("for _, f in ipairs(all) do f() end", "local all = { function() deny('no') end }"),
        ("while true do if request.action then break end end deny('no')", ""),
        ("for i = 1, 2 do if i == 2 then goto done end end deny('late') ::done::", ""),
        ("do goto on end ::on:: deny('no')", ""),
        ("if false then return else deny('no') end", ""),
        ("local x = request.action == 'a' and deny('no')", ""),
    ])
    func `an effect counts that decide may call`(body: String, before: String) {
        #expect(diagnostics(policy(body, before)) == [])
    }

    @Test(arguments: [
        ("return", "local function refuse() deny('no') end"),
        ("policy.other()", "function policy.other() end function policy.refuse() deny('no') end"),
        ("do return end deny('no')", ""),
        ("if true then return end deny('no')", ""),
        ("if request.action then return else return end deny('no')", ""),
        ("error('x') deny('no')", ""),
        ("if false then deny('no') end", ""),
        ("if not true then deny('no') elseif nil then deny('no') end", ""),
        ("if request.action == 'a' and false then deny('no') end", ""),
        ("if off then deny('no') end", "local off = false"),
        ("if 1 == 2 then deny('no') end", ""),
        ("while false do deny('no') end", ""),
        ("while true do end deny('no')", ""),
        ("for i = 2, 1 do deny('no') end", ""),
        ("local say = function() deny('no') end", ""),
        ("local function refuse() deny('no') end", ""),
        ("local known = deny ~= nil", ""),
        ("if deny then return end", ""),
        ("local say = deny", ""),
        ("one()", "local function one() end local function two() deny('no') two() end"),
        ("local x = false and deny('no')", ""),
    ])
    func `an effect does not count that no path from decide reaches`(body: String, before: String) {
        let found = diagnostics(policy(body, before)).filter { $0.contains("the required policy") }
        #expect(found.count == 1 && found[0].contains("no path from `decide` reaches the one on line "), "\(found)")
    }

    @Test func `a long chain of operators is read without deep recursion`() {
        let chain = Array(repeating: "1", count: 10_000).joined(separator: "+")
        #expect(diagnostics(policy("if \(chain) == 2 then deny('no') end")).allSatisfy { !$0.contains("required") })
    }

    @Test func `an effect that is nowhere is never called`() {
        #expect(diagnostics(policy("advise('x')")) == ["the required policy `a` must call `deny`, and never does"])
    }
}
