import Model
import Policies
import Testing

/// Parts of a policy set that would have no effect do not load.
@Suite struct IneffectiveTests {
    private static let good = "return { on = \"access\", decide = function() end }"

    private func diagnostics(_ files: [String: String]) -> [Diagnostic] {
        var all = ["schema.lua": LoadingTests.schema, "good.lua": Self.good]
        all.merge(files) { $1 }
        let source = PolicySource(
            path: "p", files: all.map { .init(name: ExactName($0.key), bytes: Array($0.value.utf8)) })
        let result = PolicySet.load(source)
        #expect((result.set == nil) == !result.diagnostics.isEmpty)
        return result.diagnostics
    }

    private static func body(_ text: String) -> String {
        "local p = { on = \"access\", grants = { \"*\" } }\nfunction p.decide(request)\n\(text)\nend\nreturn p"
    }

    @Test(arguments: [
        ("return { on = \"access\", on = \"token.list\", decide = function() end }", 1),
        ("return { on = \"access\", [\"on\"] = \"access\", decide = function() end }", 1),
        ("local k <const> = \"on\"\nreturn { on = \"access\", [k] = \"access\", decide = function() end }", 2),
        ("return { on = { \"access\", [1] = \"token.list\" }, decide = function() end }", 1),
        ("return { on = \"access\", decide = function() local t = { [1.0] = 1, [1] = 2 } end }", 1),
        (
            "return { on = \"access\", decide = function() local t = { [true] = 1, [not false] = 2, [true] = 3 } end }",
            1
        ),
        ("return { on = \"access\", decide = function() deny(\"a\", { code = \"b\", code = \"c\" }) end }", 1),
        ("local p = { on = \"access\" }\np.enabled = true\np.enabled = false\nfunction p.decide() end\nreturn p", 3),
        ("local p = { on = \"access\", enabled = true }\np.enabled = false\nfunction p.decide() end\nreturn p", 2),
        ("local p = { on = \"access\" }\nlocal q = p\nq.on = \"token.list\"\nfunction p.decide() end\nreturn p", 3),
        ("local p = { on = \"access\" }\nfunction p.decide() end\nfunction p.decide() end\nreturn p", 3),
        ("local p = { on = \"access\" }\nfunction p.decide() end\np[\"decide\"] = function() end\nreturn p", 3),
        ("local p = { on = \"access\", decide = function() end }\nfunction p.decide() end\nreturn p", 2),
        (
            "local p = { on = \"access\" }\nfunction p.help() end\nfunction p.help() end\nfunction p.decide() end\nreturn p",
            3
        ),
        (
            "local p = { on = \"access\" }\nfunction p.decide() end\nlocal q = { on = \"access\" }\n"
                + "function q.decide() end\nreturn p", 4
        ),
    ])
    func `a field that is given twice does not load`(text: String, line: Int) {
        let found = diagnostics(["a.lua": text])
        #expect(found.count == 1 && found.first?.rule == "duplicate-key" && found.first?.line == line, "\(found)")
    }

    @Test(arguments: [
        "local p = { on = \"access\" }\np.enabled = true\nfunction p.decide() end\nfunction p.help() end\nreturn p",
        "local function d() end\nlocal p = { on = \"access\" }\np.decide = d\nreturn p",
        "local names = { a = 1, b = 1, [1] = 1, [2] = 1, [\"1\"] = 1, [1.5] = 1, [true] = 1, [false] = 1 }\n"
            + "return { on = \"access\", decide = function() local t = { 1, 2, n = names.a } t.n = 2 t.n = 3 end }",
        "local a, b = { on = 1 }, { on = 2 }\nreturn { on = \"access\", decide = function() end, owner = \"x\" }",
    ])
    func `a field that is given once loads`(text: String) { #expect(diagnostics(["a.lua": text]) == []) }

    @Test(arguments: [
        ("local a, b = { on = \"access\", decide = function() end }, {}\nreturn a, b", 2),
        ("do return { on = \"access\", decide = function() end } end\nreturn 1", 1),
        (
            "local a = { on = \"access\", decide = function() end }\nlocal function two() return a, 2 end\nreturn two()",
            3
        ),
        ("local a = { on = \"access\", decide = function() end }\nreturn a, ...", 2),
    ])
    func `a file that returns more than one value does not load`(text: String, line: Int) {
        let found = diagnostics(["a.lua": text])
        #expect(found.first?.rule == "ineffective-return" && found.first?.line == line, "\(found)")
    }

    @Test(arguments: [
        "return false", "return true", "return 1", "return \"deny\"", "return { deny = \"no\" }", "return {}",
        "return request.action == \"orders.read\"", "return not request.token.user.active",
        "return request.token.user.active", "return request.token:can(\"orders.read\")", "local ok = true return ok",
        "if request.token.user.active then return false end deny(\"no\")", "return nil, false", "return (false)",
        "return request.token.user.active and false", "return request.token.user.active or true",
        "for _ = 1, 2 do return 1 end", "return function() end", "return request.tenant .. \"x\"",
    ])
    func `a return value in decide does not load`(text: String) {
        let found = diagnostics(["a.lua": Self.body(text)])
        #expect(found.count == 1 && found.first?.rule == "ineffective-return" && found.first?.line == 3, "\(found)")
    }

    @Test(arguments: [
        "return", "return nil", "return (nil)", "return permit(\"all may\")",
        "return request.token.user.active and permit(\"active\")",
        "return request.token.user.active and permit(\"active\") or deny(\"not active\")",
        "return request.token.user.active and permit(\"active\") or nil", "local function f() return 1 end return f()",
        "local t = {} return t.x", "local function f() return false end if f() then deny(\"no\") end",
    ])
    func `a return with a call loads`(text: String) { #expect(diagnostics(["a.lua": Self.body(text)]) == []) }

    @Test(arguments: [
        ("return { actions = { [\"orders.read\"] = \"read\", [\"orders.read\"] = \"write\" } }", "duplicate-key"),
        ("return { resources = { order = { a = \"string\", a = \"string\" } } }", "duplicate-key"),
        ("local s = { resources = {} }\ns.resources = { order = {} }\nreturn s", "duplicate-key"),
        ("local s = { actions = {} }\ns.actions.a = \"read\"\ns.actions.a = \"admin\"\nreturn s", "duplicate-key"),
        ("return { actions = {} }, { resources = {} }", "ineffective-return"),
        ("local function two() return {}, {} end\nreturn two()", "ineffective-return"),
    ])
    func `a schema with a part without effect does not load`(text: String, rule: String) {
        let found = diagnostics(["schema.lua": text]).filter { $0.path == "p/schema.lua" }
        #expect(found.contains { $0.rule == rule }, "\(found)")
    }

    @Test(arguments: [
        "old/a.lua", "a.LUA", "a.Lua", "old/A.LUA", "a.lua.txt", "a.lua ", "a_test.LUA", "old/older/settings.json",
        "Settings.json", "required.JSON", "a.luac",
    ])
    func `a file that seems to be in force but is not read is an error`(name: String) {
        let found = diagnostics([name: Self.good])
        #expect(
            found.count == 1 && found.first?.rule == "misplaced-file" && found.first?.path == "p/\(name)", "\(found)")
    }

    @Test(arguments: [
        "a.lua~", ".#a.lua", "#a.lua#", ".a.lua.swp", ".git/a.lua", "a.lua.orig", "README.md", "notes/README.md",
        "data/people.json", "people.json", "settings_guard.lua", "schema_guard.lua", "routes_of_orders.lua",
    ])
    func `other files, and policies, load`(name: String) {
        #expect(diagnostics([name: Self.good]) == [])
    }

    @Test(arguments: ["settings.lua", "required.lua", "routes.lua"])
    func `a policy with a reserved name does not load`(name: String) {
        #expect(diagnostics([name: Self.good]).map(\.rule) == ["file-name"])
    }

    @Test func `a policy with the name of a test file does not load`() {
        #expect(diagnostics(["good_test.lua": Self.good]).map(\.rule) == ["ineffective-return"])
        #expect(diagnostics(["good_test.lua": "test(\"what decide does\", {})"]) == [])
    }
}
