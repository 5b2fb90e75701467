internal import ProgramSupport
internal import Testing

/// Wrong policies and requests, as users of the program meet them.
@Suite struct PolicyFaultTests {
    private let session = Session()
    private static let token = "6532ebee17e04c929e56e7977af956ae"

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    private static let open =
        "return { on = \"access\", grants = { \"*\" }, decide = function() permit(\"all may\") end }"

    /// A policy whose `decide` has this body, on line 2. It assigns to the request, so that the loader cannot see
    /// mistakes before the policy is run.
    private static func policy(_ body: String, grants: String = "{ \"*\" }") -> String {
        "return { on = \"access\", grants = \(grants), decide = function(request) request = request\n\(body)\nend }"
    }

    private static func line(_ id: String, _ properties: String = "{}", type: String = "order") -> String {
        """
        {"subject":{"type":"token","id":"\(token)"},"action":{"name":"orders.read"},\
        "resource":{"type":"\(type)","id":"\(id)","properties":\(properties)}}\n
        """
    }

    private func decide(_ words: String..., policies: String) -> Session.Result {
        session.run(["decide", Self.token, "orders.read"] + words + ["--policies", policies])
    }

    // MARK: Sets that do not load

    @Test(arguments: [
        ("broken", "return {\n  on = = \"access\"\n}", "broken.lua:2:8: error: "),
        ("broken", "return { on = \"access\"", "broken.lua:1:"),
        ("broken", "return 7", "broken.lua:1"),
        ("broken", "", "broken.lua:1"),
        ("broken", "return { on = \"acess\", decide = function() end }", "broken.lua:1"),
        ("broken", "return { on = \"access\" }", "broken.lua:1"),
        ("broken", "return { on = \"access\", grants = { \"orders.raed\" }, decide = function() end }", "broken.lua:1"),
        ("broken", "error(\"at once\")", "broken.lua:1"),
        ("broken", "while true do end", "broken.lua"),
        ("broken", "\u{1B}Lua", "broken.lua:1"),
        ("broken", "return { on = \"access\", decide = function() return os.time() end }", "broken.lua:1"),
        ("schema", "return {", "schema.lua:1:"),
        ("schema", "return 7", "schema.lua:1"),
        ("orphan_test", "test(\"x\", {})", "orphan_test.lua"),
    ])
    func `a policy set with a broken file decides nothing`(name: String, text: String, place: String) throws {
        let policies = try session.policies(["open": Self.open, name: text])
        let lines = [
            ["decide", Self.token, "orders.read", "--expect", "deny"], ["batch"], ["requests"], ["bench"],
        ]
        for line in lines {
            let result = session.run(line + ["--policies", policies], input: Array(Self.line("1").utf8))
            #expect(result.status == 3, "\(line): \(result.errors)")
            #expect(result.output.isEmpty, "\(line)")
            #expect(result.errors.contains("\(policies)/\(place)"), "\(result.errors)")
            #expect(result.errors.hasSuffix("error: the policies in `\(policies)` do not load\n"))
        }
    }

    private static let blocking =
        "return { on = \"access\", decide = function() deny(\"nobody may\") end }"

    @Test(arguments: [
        ("old/block.lua", blocking), ("block.LUA", blocking), ("old/older/Block.Lua", blocking),
        ("block.lua", "local one, two = \(open.dropFirst(7)), { on = \"access\" }\nreturn one, two"),
        ("block.lua", "local p = \(blocking.dropFirst(7))\nfunction p.decide() end\nreturn p"),
        ("block.lua", "return { on = \"access\", enabled = true, enabled = false, decide = function() end }"),
        ("block.lua", "return { on = \"access\", decide = function() return false end }"),
        ("block.lua", "return { on = \"access\", decide = function() return { deny = \"no\" } end }"),
    ])
    func `a written deny that would not be in force stops every verb`(name: String, text: String) throws {
        let policies = try session.policies(["open": Self.open])
        _ = try session.file("own/\(name)", text)
        let lines = [
            ["decide", Self.token, "orders.read", "order:1"], ["batch"], ["check"], ["test"], ["requests"],
            ["repl"], ["bench"],
        ]
        for line in lines {
            let result = session.run(line + ["--policies", policies], input: Array(Self.line("1").utf8))
            #expect(result.status == 3, "\(line): \(result.output) \(result.errors)")
            #expect("\(result.output)\(result.errors)".contains("\(policies)/\(name)"), "\(line): \(result.errors)")
            #expect(!result.lines.contains { $0.hasPrefix("permit") }, "\(line): \(result.output)")
        }
    }

    @Test func `hidden files and copies of editors are ignored`() throws {
        let policies = try session.policies(["open": Self.open])
        for name in [".#open.lua", "open.lua~", "#open.lua#", ".git/x.lua", "docs/notes.md"] {
            _ = try session.file("own/\(name)", Self.blocking)
        }
        let result = decide("order:1", policies: policies)
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test func `plugins may be in the folder of the policies, if an option says so`() throws {
        let policies = try session.policies(["open": Self.open])
        _ = try session.file("own/plugins/x/plugin.lua", "return {}")
        #expect(decide("order:1", policies: policies).status == 3)
        #expect(decide("order:1", "--plugins", "\(policies)/plugins", policies: policies).status == 0)
    }

    @Test(arguments: [
        ("x/plugin.LUA", "x"), ("x/lib/more.lua", "x"), ("x/more.lua", "x"), ("more.lua", "more.lua"),
    ])
    func `a file that seems to belong to a plugin but is not read is reported`(name: String, plugin: String) throws {
        _ = try session.policies(["open": Self.open])
        let good =
            "return { name = \"x\", version = \"1\", about = \"A test.\", provides = { functions = { f = { returns = "
            + "\"boolean\", run = function() return true end } } } }"
        _ = try session.file("plugins/x/plugin.lua", good)
        #expect(session.run("plugins", "--plugins", "\(session.folder)/plugins").status == 0)
        _ = try session.file("plugins/\(name)", good)
        let result = session.run("plugins", "--plugins", "\(session.folder)/plugins")
        #expect(
            result.status == 3 && result.errors.contains("/\(name)` is not read: "), "\(result.output)\(result.errors)")
        #expect("\(result.output)\(result.errors)".contains("\(session.folder)/plugins/\(name)"), "\(result.errors)")
    }

    @Test func `every broken file is reported, not only the first`() throws {
        let policies = try session.policies(["a": "return {", "b": "return 7", "c": Self.open, "d": "x ="])
        let result = decide(policies: policies)
        #expect(result.status == 3)
        for name in ["a", "b", "d"] { #expect(result.errors.contains("\(policies)/\(name).lua:1"), "\(result.errors)") }
        #expect(!result.errors.contains("c.lua"))
    }

    @Test func `wrong settings do not load`() throws {
        let policies = try session.policies(["open": Self.open])
        _ = try session.file("own/settings.json", "{\n  \"open\": {,}\n}")
        let result = decide(policies: policies)
        #expect(result.status == 3 && result.errors.contains("\(policies)/settings.json:2:"), "\(result.errors)")
    }

    @Test func `nothing is decided with a missing folder, or one without policies`() throws {
        let missing = decide(policies: session.folder + "/nowhere")
        #expect(missing.status == 3 && missing.output.isEmpty)
        #expect(missing.errors.contains("\(session.folder)/nowhere"), "\(missing.errors)")
        let empty = try session.policies([:])
        #expect(decide(policies: empty).status == 3)
        #expect(decide(policies: empty).errors.contains("no policies found"))
        let file = try session.file("file", "")
        #expect(decide(policies: file).status == 3)
    }

    // MARK: Policies that fail when they run

    @Test(arguments: [
        ("error(\"not like this\")", "policy_failed", "not like this"),
        ("local x = select(2, 1); return x.y", "policy_failed", "nil value"),
        ("while true do end", "budget_exhausted", "exceeds its budget of instructions"),
        ("local t = {} while true do t[#t + 1] = (\"x\"):rep(1e6) end", "budget_exhausted", ""),
        ("if request.token.department == \"Sales\" then permit() end", "policy_failed", "write `.id` or `.name`"),
        ("if request.resource.departmnet then permit() end", "policy_failed", "departmnet"),
        ("if request.resource.department then permit() end", "policy_failed", "ask `:has(\"department\")` first"),
    ])
    func `a failed policy is a deny with a message, and does not affect others`(
        body: String, code: String, message: String
    ) throws {
        let policies = try session.policies([
            "bad": Self.policy("if request.resource.id ~= \"2\" then return end\n\(body)"), "open": Self.open,
        ])
        let denied = decide("order:2", policies: policies)
        #expect(denied.status == 2, "\(denied.errors)")
        #expect(denied.lines.first == "deny  (\(code))")
        let told = denied.lines.first { $0.hasPrefix("  failed: ") } ?? ""
        #expect(told.contains(message) && told.contains("\(policies)/bad.lua"), "\(denied.output)")
        if code == "policy_failed" { #expect(told.hasSuffix("bad.lua:3]"), "\(told)") }
        #expect(decide("order:1", policies: policies).status == 0)

        let input = ["1", "2", "3", "2", "1"].map { Self.line($0) }.joined()
        let batch = session.run(["batch", "--policies", policies, "--jobs", "1"], input: Array(input.utf8))
        #expect(batch.status == 0, "\(batch.errors)")
        #expect(batch.lines.map { $0 == #"{"decision":true}"# } == [true, false, true, false, true])
    }

    @Test func `a policy that permits an action without declaring it denies`() throws {
        let narrow = Self.policy("permit(\"all may\")", grants: "{ \"orders.create\" }")
        let policies = try session.policies(["narrow": narrow, "open": Self.open])
        let result = decide("order:1", policies: policies)
        #expect(result.status == 2 && result.lines.first == "deny  (policy_failed)", "\(result.errors)")
        #expect(result.output.contains("narrow.lua:2]"), "\(result.output)")
    }

    // MARK: Wrong requests

    private func strict() throws -> String {
        try session.policies([
            "open": Self.open,
            "schema": """
            return { actions = { ["orders.read"] = "read" }, context = {},
                     resources = { invoice = { amount = "number", due = optional "date" } } }
            """,
        ])
    }

    @Test(arguments: [
        ([String](), Int32(1), "`resource.properties.amount` is missing: it must be a number"),
        (["amuont=7"], 64, "(did you mean `amount`?)"),
        (["amount=seven"], 64, "`amount` must be a number as in JSON, an integer within 64 bits, got `seven`"),
        (["amount=18446744073709551614"], 64, "an integer within 64 bits"), (["amount=0x1F"], 64, "got `0x1F`"),
        (["amount=7", "due=tomorrow"], 1, "`resource.properties.due`: `tomorrow` is no date such as `2026-12-31`"),
        (["amount=7", "amount=8"], 64, "twice"),
        (["amount"], 64, "expected name=value"),
    ])
    func `a missing, misspelt or mistyped property gives no decision`(
        words: [String], status: Int32, message: String
    ) throws {
        let result = session.run(
            ["decide", Self.token, "orders.read", "invoice:1"] + words + [
                "--policies", try strict(), "--expect", "deny",
            ])
        #expect(result.status == status && result.output.isEmpty, "\(result.errors)")
        #expect(result.errors.contains(message), "\(result.errors)")
    }

    @Test func `in a batch such a line is answered as invalid, and the others are decided`() throws {
        let input = [
            Self.line("1", #"{"amount":7}"#, type: "invoice"), Self.line("2", type: "invoice"),
            Self.line("3", #"{"amuont":7}"#, type: "invoice"), Self.line("4", #"{"amount":8}"#, type: "invoice"),
        ]
        let result = session.run(["batch", "--policies", try strict()], input: Array(input.joined().utf8))
        #expect(result.status == 1)
        #expect(result.lines.map { $0 == #"{"decision":true}"# } == [true, false, false, true])
        #expect(result.lines[1].contains(#""status":400,"message":"`resource.properties.amount` is missing"#))
        #expect(result.lines[2].contains("; `amuont` is not one of its properties"), "\(result.lines[2])")
    }

    @Test func `an unknown token is a deny by its id, and a failure by its name`() {
        let id = session.run("decide", "00000000000000000000000000000000", "orders.read", "order:1")
        #expect(id.status == 2 && id.lines.first == "deny  (token_unknown)", "\(id.errors)")
        let name = session.run("decide", "No such token", "orders.read", "order:1")
        #expect(name.status == 1 && name.errors.hasPrefix("error: there is no token `No such token`; try "))
    }
}
