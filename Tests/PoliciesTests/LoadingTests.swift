import Model
import Policies
import Testing

@Suite struct LoadingTests {
    static let schema =
        "return { actions = { [\"orders.read\"] = \"read\" }, resources = { order = { note = optional \"string\" } } }"

    private func diagnostics(_ files: [String: String]) -> [Diagnostic] {
        var all = ["schema.lua": Self.schema]
        all.merge(files) { $1 }
        let source = PolicySource(
            path: "p", files: all.map { .init(name: ExactName($0.key), bytes: Array($0.value.utf8)) })
        let result = PolicySet.load(source)
        #expect((result.set == nil) == !result.diagnostics.isEmpty)
        return result.diagnostics
    }

    @Test(arguments: [
        ("return {", "unexpected symbol near `<eof>`"), ("return 1", "must return a table"), ("error(\"x\")", "x"),
        ("while true do end", "does not finish loading: it exhausts its budget of instructions"),
        ("return { on = \"acess\", decide = function() end }", "did you mean `access`"),
        ("return { on = \"access\" }", "needs a function `decide`"),
        ("return { decide = function() end }", "`on` must be a decision kind or a list of them"),
        ("x = 1 return {}", "assignment to the global `x`"), ("return foo", "`foo` is not available in policies"),
        ("local _ENV = {} return {}", "the name `_ENV` is reserved"),
        ("return { on = \"access\", decide = function() __eq(1) end }", "not for policies"),
        (
            "return { on = \"access\", decide = function(r) return r.token:can(\"orders.raed\") end }",
            "not a declared permission (did you mean `orders.read`?)"
        ),
        (
            "return { on = \"access\", grants = { \"order.*\" }, decide = function() end }",
            "no action is called `order.*`"
        ),
        ("return { on = \"access\", mode = \"watch\", decide = function() end }", "`mode` must be \"observe\""),
        ("return { on = \"access\", subject = \"robot\", decide = function() end }", "not a subject type"),
        (
            "return { on = \"access\", decide = function() deny(\"{token.departmnet}\") end }",
            "did you mean `department`?"
        ),
        ("return { on = \"access\", grant = {}, decide = function() end }", "did you mean `grants`?"),
        ("permit() return {}", "effects are called inside `decide`"),
        ("return { on = \"access\", enabled = 1, decide = function() end }", "`enabled` must be true or false"),
    ])
    func `a wrong declaration does not load, with a reason`(text: String, message: String) throws {
        let found = diagnostics(["a.lua": text])
        #expect(found.contains { $0.message.contains(message) && $0.path == "p/a.lua" && $0.line != nil }, "\(found)")
    }

    @Test func `every broken file is reported, not only the first`() {
        let good = "return { on = \"access\", decide = function() end }"
        let found = diagnostics([
            "a.lua": "return {", "b.lua": good, "c.lua": "return 1", "d_test.lua": "", "settings.lua": good,
            "E.lua": good,
            "settings.json": "{\"b\":{\"all\":{\"months\":1}},\"z\":{}}",
        ])
        #expect(
            Set(found.map(\.path)) == [
                "p/a.lua", "p/c.lua", "p/d_test.lua", "p/settings.lua", "p/E.lua", "p/settings.json",
            ])
        #expect(found.count { $0.path == "p/settings.json" } == 2)
    }

    @Test(arguments: [
        ("return 1", "must return a table"), ("return { actions = { a = \"rite\" } }", "needs a kind"),
        ("return { resources = { o = { x = \"strng\" } } }", "did you mean `string`?"),
        ("return { action = {} }", "did you mean `actions`?"),
        ("return { resources = { o = { x = \"string\" }, p = { x = \"number\" } } }", "one name has one type"),
        ("return {", "expected"),
    ])
    func `a wrong schema does not load`(text: String, message: String) {
        #expect(
            diagnostics(["schema.lua": text]).contains { $0.message.contains(message) && $0.path == "p/schema.lua" })
    }

    @Test func `without a schema or a policy nothing loads`() {
        #expect(PolicySet.load(PolicySource(path: "p", files: [])).set == nil)
        #expect(!diagnostics([:]).isEmpty)
    }

    @Test func `the version changes with every file that decides, and with no other`() throws {
        func version(_ files: [String: String]) throws -> String {
            var all = ["schema.lua": Self.schema, "a.lua": "return { on = \"access\", decide = function() end }"]
            all.merge(files) { $1 }
            let source = PolicySource(
                path: "p", files: all.map { .init(name: ExactName($0.key), bytes: Array($0.value.utf8)) })
            return try #require(PolicySet.load(source).set).version
        }
        let plain = try version([:])
        #expect(try version(["a_test.lua": "x"]) == plain)
        #expect(try version(["settings.json": "{}"]) != plain)
        #expect(try version(["a.lua": "return { on = \"access\", decide = function() return end }"]) != plain)
    }

    @Test(arguments: [
        "return { on = (\"a\"):rep(900000), decide = function() end }", "error((\"é\"):rep(400000))",
        "return { on = \"access\", grants = { (\"a.\"):rep(300000) }, decide = function() end }",
        "return { on = \"access\", decide = function() \(String(repeating: "x", count: 60_000))() end }",
    ])
    func `a finding is capped, however long the text it quotes is`(source: String) {
        let messages = diagnostics(["a.lua": source]).map(\.message)
        #expect(!messages.isEmpty && messages.allSatisfy { $0.utf8.count < 610 })
    }

    @Test(arguments: ["a.lua", "schema.lua"])
    func `a file has at most 64 KiB`(name: String) {
        let policy = "return { on = \"access\", decide = function() end }"
        let text = (name == "a.lua" ? policy : Self.schema) + "\n--"
        let full = text + String(repeating: "x", count: 65_536 - text.utf8.count)
        #expect(diagnostics(["a.lua": policy].merging([name: full]) { $1 }).isEmpty)
        let found = diagnostics(["a.lua": policy].merging([name: full + "x"]) { $1 }).map(\.message)
        #expect(found.count == 1 && (found[0].contains("64 KiB") || found[0].contains("65536 bytes")), "\(found)")
    }
}
