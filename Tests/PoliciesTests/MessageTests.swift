import Model
import Policies
import Testing

/// The whole messages about files that do not load, each with its place.
@Suite struct MessageTests {
    private static let schema = """
        return {
          actions = { ["orders.read"] = "read" },
          resources = { order = { note = optional "string", name = "string", tags = list "string" } },
        }
        """

    private func found(_ files: [(String, String)]) -> [String] {
        let all = files.contains { $0.0 == "schema.lua" } ? files : files + [("schema.lua", Self.schema)]
        let source = PolicySource(
            path: "p", files: all.map { .init(name: ExactName($0.0), bytes: Array($0.1.utf8)) })
        return PolicySet.load(source).diagnostics.map(\.description)
    }

    private func policy(_ body: String, settings: String = "") -> [(String, String)] {
        [("a.lua", "\(settings)\nreturn { on = \"access\", decide = function(request)\n\(body)\nend }")]
    }

    @Test(arguments: [
        (
            "if request.token:department() then deny(\"x\") end",
            "p/a.lua:3:18: error: `department` is an attribute: write it without `:` and `()` [unknown-attribute]"
        ),
        (
            "if request.token.department() then deny(\"x\") end",
            "p/a.lua:3:4: error: `department` is an attribute: write it without `()` [not-a-function]"
        ),
        (
            "if request.resource.tags.length == 1 then deny(\"x\") end",
            "p/a.lua:3:26: error: a list of string has no `length`: write `list[1]`, `#list`, `list:contains(x)`, or "
                + "`for _, x in ipairs(list) do` [unknown-attribute]"
        ),
        (
            "local _ = table.concat(request.resource.tags)",
            "p/a.lua:3:24: error: `table.concat`: a list of string of the request is not a table: read it with "
                + "`for _, x in ipairs(list) do` [wrong-argument]"
        ),
        (
            "for _, x in request.resource.tags do deny(x) end",
            "p/a.lua:3:13: error: a list of string is read with `for _, x in ipairs(list) do` [not-a-function]"
        ),
        (
            "deny(\"no \" + request.action)",
            "p/a.lua:3:6: error: `+` adds numbers: join strings with `..` [type-mismatch]"
        ),
        (
            "deny(\"no %s\", request.action)",
            "p/a.lua:3:15: error: `deny` takes a table second, got a string of the request; a reason shows it as "
                + "`{action}` [wrong-argument]"
        ),
        (
            "switch(request.action)",
            "p/a.lua:3:1: error: `switch` is not available in policies: write `if … then … elseif … then … else … end` "
                + "[undeclared-global]"
        ),
    ])
    func `a mistake in a policy is said once, with what to write`(body: String, message: String) {
        #expect(found(policy(body)) == [message])
    }

    @Test(arguments: [
        ("{limit}", "11: error: in `{limit}`: a setting is named `{settings.limit}`"),
        ("{config.limit}", "11: error: in `{config.limit}`: a setting is named `{settings.limit}`"),
        (
            "{settings.limt}",
            "11: error: in `{settings.limt}`: this policy has no setting `limt` (did you mean `limit`?)"
        ),
        ("{settings}", "11: error: in `{settings}`: a setting is named: `{settings.limit}`"),
        ("{}", "11: error: in `{}`: nothing is named: write `{{` and `}}` for braces"),
        ("{{{token", "12: error: `{` is never closed"),
        ("a {token.id", "12: error: `{` is never closed: write `}` after the name, or `{{` for a brace"),
        (
            "{amount}",
            "11: error: in `{amount}`: a request has no `amount`; a reason shows values of the request and `settings`, and "
                + "no variables"
        ),
        (
            "{token.departmet}",
            "11: error: in `{token.departmet}`: a token has no `departmet` (did you mean `department`?)"
        ),
    ])
    func `a name in a reason without a meaning is an error at its place`(reason: String, message: String) {
        let files = policy(
            "local amount = 3\nif amount then\n deny(  \"\(reason)\") end",
            settings: "local config = settings { limit = 5 }")
        let all = found(files)
        #expect(all.count == 1 && all.allSatisfy { $0.contains("[unknown-in-reason]") }, "\(all)")
        // The reason begins at column 10 of line 5.
        #expect(all.first?.hasPrefix("p/a.lua:5:\(message)") == true, "\(all)")
    }

    @Test(arguments: [
        ("{settings.limit}"), ("{{limit}}"), ("}"), ("{"), ("a { b"), ("{{{token.department}}}"),
        ("{request.action} {resource.name}"),
    ])
    func `settings and braces in reasons load`(reason: String) {
        #expect(found(policy("deny(\"\(reason)\")", settings: "settings { limit = 5 }")).isEmpty)
    }

    @Test(arguments: [
        (
            "helpers.lua", "local helpers = {}\nfunction helpers.f() return 1 end\nreturn helpers",
            "p/helpers.lua:3:1: error: every `.lua` file here is a policy, and this one has neither `on` nor `decide`: code "
                + "that policies share is in `lib/` (`use \"lib.helpers\"`) or a plugin, tests are in `NAME_test.lua` [declaration]"
        ),
        (
            "test_a.lua", "test(\"x\", {})",
            "p/test_a.lua:1:1: error: the tests of a policy `NAME.lua` are in `NAME_test.lua` beside it: rename this file to "
                + "`a_test.lua` [file-name]"
        ),
        (
            "a.test.lua", "test(\"x\", {})",
            "p/a.test.lua:1:1: error: the tests of a policy `NAME.lua` are in `NAME_test.lua` beside it: rename this file to "
                + "`a_test.lua` [file-name]"
        ),
        (
            "b.lua", "function decide(request)\n  deny(\"x\")\nend",
            "p/b.lua:1:10: error: assignment to the global `decide`: write `function policy.decide(request)`, and `return "
                + "policy` at the end [assignment]"
        ),
        (
            "b.lua",
            "local policy = { on = \"access\" }\nfunction policy:decide(request)\n  deny(\"x\")\nend\nreturn policy",
            "p/b.lua:2:1: error: `decide` gets one argument, the request: write `function policy.decide(request)` "
                + "[declaration]"
        ),
        (
            "b.lua", "return { on = \"access\",\n  decid = function(request) deny(\"x\") end }",
            "p/b.lua:2:3: error: a policy needs a function `decide`, got nothing: `decid` is another name [declaration]"
        ),
        (
            "b.lua", "local c = settings {\n  a = 1,\n  b = optional \"string\",\n}\nreturn {}",
            "p/b.lua:3:3: error: setting `b`: `optional` has no default to fall back on; use a list, or `required` "
                + "[failing-load]"
        ),
    ])
    func `a file that is no policy, or half of one, is one fault`(name: String, text: String, message: String) {
        #expect(found(policy("deny(\"x\")") + [(name, text)]) == [message])
    }

    @Test(arguments: [
        (
            "return {\n  actions = { [\"a.b\"] = \"read\" },\n  resource = {},\n}",
            "3:3: error: unknown section `resource` (did you mean `resources`?); a schema has actions, resources, context, "
                + "subjects [schema]"
        ),
        (
            "return {\n  actions = {\n    [\"a.b\"] = \"read\",\n    [\"a.c\"] = \"raed\",\n  },\n}",
            "4:6: error: action `a.c` needs a kind, one of `read`, `write`, `delete`, `admin`; got `raed` (did you mean "
                + "`read`?) [schema]"
        ),
        (
            "local order = {\n  amount = \"int\",\n}\nreturn {\n  actions = { [\"a.b\"] = \"read\" },\n  resources = { order = "
                + "order },\n}",
            "2:3: error: `resources.order.amount`: unknown type `int`; one of boolean, date, department, duration, instant, "
                + "ip, network, number, string, time, user [schema]"
        ),
        (
            "local s = { actions = {}, context = {} }\ns.actions[\"a.b\"] = \"read\"\ns.context.ip = optional \"ipp\"\nreturn s",
            "3:11: error: `context.ip`: unknown type `ipp` (did you mean `ip`?); one of boolean, date, department, "
                + "duration, instant, ip, network, number, string, time, user [schema]"
        ),
        (
            "return {\n  actions = { [\"a.b\"] = \"read\" },\n  context = {\n    ip = os.time(),\n  },\n}",
            "4:10: error: `os` is not available in the schema"
        ),
        (
            "local s = {}\nfor _, name in ipairs { \"a.b\" } do s[name] = \"x\" end\nreturn { actions = s }",
            "2:38: error: action `a.b` needs a kind"
        ),
        (
            "return {\n  actions = { a = {\n    kind = \"raed\",\n    knd = 1,\n  } },\n}",
            "3:5: error: action `a`: `kind` must be one of `read`, `write`, `delete`, `admin`; got `raed` (did you mean "
                + "`read`?) [schema]"
        ),
        (
            "return {\n  actions = { a = {\n    kind = \"read\",\n    propertys = {},\n  } },\n}",
            "4:5: error: action `a`: unknown key `propertys` (did you mean `properties`?); an action has kind, on, "
                + "properties [schema]"
        ),
        (
            "return {\n  actions = {\n    a = { on = { \"order\" } } },\n  resources = { order = {} } }",
            "3:5: error: action `a` needs a kind: `kind = \"read\"`, or one of"
        ),
        (
            "return {\n  actions = { a = { kind = \"read\",\n    on = { \"order\", \"ordr\" } } },\n"
                + "  resources = { order = {} } }",
            "3:21: error: action `a`: there is no resource type `ordr` (did you mean `order`?) [schema]"
        ),
        (
            "return {\n  actions = { a = { kind = \"read\",\n    on = { \"order\", \"order\" } } },\n"
                + "  resources = { order = {} } }",
            "3:21: error: action `a`: `on` names `order` twice [schema]"
        ),
        (
            "return {\n  actions = { a = { kind = \"read\",\n    on = \"order\" } },\n  resources = { order = {} } }",
            "3:5: error: action `a`: `on` must be a list of resource types such as `{ \"order\" }`, got `order` [schema]"
        ),
        (
            "return {\n  actions = { a = { kind = \"read\",\n    on = {} } },\n  resources = { order = {} } }",
            "3:5: error: action `a`: it applies to no type, so that every request for it is denied: name a type, or "
                + "leave `on` out for all types [schema]"
        ),
        (
            "return {\n  actions = { a = { kind = \"read\",\n    properties = { soft = \"bool\" } } } }",
            "3:20: error: `actions.a.soft`: unknown type `bool`"
        ),
        (
            "return {\n  actions = { a = { kind = \"read\",\n    properties = { name = \"string\" } } } }",
            "3:20: error: `actions.a.name`: every action has a `name`; do not declare it [schema]"
        ),
        (
            "return {\n  actions = { a = { kind = \"read\",\n    properties = { match = \"string\" } } } }",
            "3:20: error: `actions.a.match`: `request.action` has a method `match` already; choose another name [schema]"
        ),
        (
            "return {\n  actions = { a = { kind = \"read\", properties = { n = \"string\" } },\n"
                + "    b = { kind = \"read\", properties = { n = \"number\" } } } }",
            "3:41: error: `actions`: `n` is a string on `a` and a number on `b`; one name has one type [schema]"
        ),
        (
            "return {\n  actions = { a = \"read\",\n    [\"caf\u{E9}\"] = \"read\", [\"cafe\u{301}\"] = \"read\" } }",
            "3:6: error: `actions`: `cafe\\u{301}` and `caf\\u{E9}` differ only in their Unicode normal form"
        ),
        (
            "return { actions = {\n  [\"a*b\"] = \"read\" } }",
            "2:4: error: action `a*b`: `*` is only for grants and patterns, in last place [schema]"
        ),
        (
            "return { actions = {\n  [\"token.issue\"] = \"read\" } }",
            "2:4: error: action `token.issue`: this name is taken by a decision kind [schema]"
        ),
    ])
    func `a fault of the schema has its place`(schema: String, message: String) {
        let all = found(policy("deny(\"x\")") + [("schema.lua", schema)])
        #expect(all.contains { $0.hasPrefix("p/schema.lua:\(message)") }, "\(all)")
    }

    @Test(arguments: [
        ("{\n \"a\": { \"all\": {}, }\n}", "2:20: error: expected a name in quotes: remove the `,` before `}`"),
        ("{\n  // x\n}", "2:3: error: expected a name in quotes: JSON has no comments"),
        ("{ 'a': {} }", "1:3: error: expected a name in quotes: text is written in `\"`"),
        ("{ a = {} }", "1:3: error: expected a name in quotes, got `a`"),
        ("{ \"a\": None }", "1:8: error: expected a value: write `null`, or leave the name out"),
        ("{ \"a\": True }", "1:8: error: expected a value: write `true`"),
        (
            "{ \u{201C}a\": {} }",
            "1:3: error: expected a name in quotes: unexpected character `\u{201C}` (U+201C, left double quotation mark)"
                + ": write `\"`"
        ),
    ])
    func `JSON that is written as another language has its advice`(settings: String, message: String) {
        #expect(
            found(policy("deny(\"x\")") + [("settings.json", settings)]) == ["p/settings.json:\(message) [settings]"])
    }

    @Test func `a byte order mark at the start of a file is skipped`() {
        let files = policy("deny(\"{settings.limit}\")", settings: "settings { limit = 5 }")
        let mark = "\u{FEFF}"
        let all = files + [("schema.lua", Self.schema), ("settings.json", "{ \"a\": { \"all\": { \"limit\": 6 } } }")]
        #expect(found(all.map { ($0.0, mark + $0.1) }).isEmpty)
    }
}
