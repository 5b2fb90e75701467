import Foundation
import ProgramSupport
import Testing

@Suite struct PluginVerbTests {
    private let session = Session()

    /// A folder of policies that use a plugin, with the plugin's folder beside it.
    private func project(_ plugin: String) throws -> String {
        let policy = """
            local mine = use "mine"
            return { on = "access", grants = { "*" }, decide = function(request)
              if mine.is_good(request.token.name) then permit("good") end
            end }
            """
        let folder = try session.policies(["a": policy], in: "project/policies")
        _ = try session.file("project/plugins/mine/plugin.lua", plugin)
        return folder
    }

    private static let plugin = """
        return {
          name = "mine", version = "1", about = "What is good",
          provides = {
            functions = {
              is_good = { takes = { { name = "string" } }, returns = "boolean", run = function(name) return #name > 3 end },
            },
            checks = {
              owned = { run = function(policy)
                if not policy:has("owner") then return { { message = "it names no owner" } } end
              end },
            },
          },
        }
        """

    @Test func `plugins are listed, shown and explained`() {
        let list = session.run("plugins")
        #expect(list.status == 0, "\(list.errors)")
        for name in ["audit", "business_hours", "cidr", "org", "relations", "separation_of_duties"] {
            #expect(list.output.contains(name))
        }
        let show = session.run("plugins", "show", "org")
        #expect(show.output.contains("org.siblings(one: department; other: department): boolean"))
        #expect(show.output.contains("Whether two departments lie directly under the same one"))
        #expect(session.run("plugins", "show", "orgs").errors.contains("did you mean `org`?"))
        #expect(session.run("vocabulary").output.contains("The department at the top of its tree. (plugin org)"))
    }

    @Test func `a decision uses the plugins beside the policies, or those of the option`() throws {
        #expect(session.run("init", "--demo").status == 0)
        let policies = try project(Self.plugin)
        let words = ["decide", "--tenant", "3", "Warehouse sync", "orders.read", "order:1", "department=Sales"]
        let beside = session.run(words + ["--policies", policies, "--explain"])
        #expect(beside.status == 0, "\(beside.errors)")
        #expect(beside.output.contains("mine.is_good(token.name) = true"))
        _ = try session.file("else/mine/plugin.lua", Self.plugin.replacing("#name > 3", with: "#name > 300"))
        let stated = session.run(words + ["--policies", policies, "--plugins", "\(session.folder)/else"])
        #expect(stated.status == 2, "\(stated.errors)")
        let none = session.run(words + ["--policies", policies, "--plugins", "\(session.folder)/nowhere"])
        #expect(none.status == 3 && none.errors.contains("cannot read the plugins"))
    }

    @Test func `a plugin that does not load ends with 3, at its file and line`() throws {
        #expect(session.run("init", "--demo").status == 0)
        let policies = try project(Self.plugin.replacing("returns = \"boolean\"", with: "returns = \"bool\""))
        let place =
            "\(session.folder)/project/plugins/mine/plugin.lua:5: error: `functions.is_good`: unknown type `bool`"
        for words in [["check", policies], ["batch", "--policies", policies], ["plugins", "--policies", policies]] {
            let result = session.run(words)
            #expect(result.status == 3 && (result.errors + result.output).contains(place), "\(result)")
        }
    }

    @Test func `check runs the rules of plugins, and comments can allow them`() throws {
        let policies = try project(Self.plugin)
        let found = session.run("check", policies)
        #expect(found.output.contains("policies/a.lua:1:1: warning: it names no owner [mine.owned]"), "\(found.output)")
        #expect(session.run("check", "--rules", "--policies", policies).output.contains("mine.owned"))
        let text = try session.text(of: "project/policies/a.lua")
        _ = try session.file("project/policies/a.lua", "-- check: allow mine.owned: an example\n" + text)
        #expect(!session.run("check", policies).output.contains("mine.owned"))
    }

    /// The rule with examples, the bad one of which is found.
    private static let shown = plugin.replacing(
        "owned = { run",
        with: """
            -- Every policy names an owner.
            owned = {
                  good = [[
                    local mine = use "mine"
                    return { on = "access", owner = "us", decide = function(request)
                      if mine.is_good(request.action) then deny("no") end
                    end }
                  ]],
                  bad = [[
                    return { on = "access", decide = function() end }
                  ]],
                  run
            """)

    @Test func `rules of plugins are listed and explained like others`() throws {
        let policies = try project(Self.shown)
        let rules = session.run("check", "--rules", "--json", "--policies", policies)
        #expect(rules.output.contains(#""purpose": "Every policy names an owner.""#), "\(rules.output)")
        #expect(rules.output.contains(#""plugin": "mine""#) && rules.output.contains(#""plugin": null"#))
        let explained = session.run("check", "--explain", "mine.owned", "--policies", policies)
        #expect(explained.status == 0, "\(explained.errors)")
        #expect(explained.output.hasPrefix("mine.owned (warning, by the plugin mine): Every policy names an owner."))
        #expect(explained.output.contains("\n    return { on = \"access\", decide = function() end }\n"))
        #expect(explained.lines.last == "policies/a.lua:1:1: warning: it names no owner [mine.owned]")
        let show = session.run("plugins", "show", "mine", "--policies", policies)
        #expect(show.output.contains("      it finds nothing in:\n          local mine = use \"mine\"\n"), "\(show)")
        #expect(
            session.run("plugins", "show", "mine", "--json", "--policies", policies).output.contains(#""bad": "return"#)
        )
        let unknown = session.run("check", "--explain", "mine.owner", "--policies", policies)
        #expect(unknown.status == 64 && unknown.errors.contains("did you mean `mine.owned`?"), "\(unknown.errors)")
        _ = try project(Self.plugin)
        let plain = session.run("check", "--explain", "mine.owned", "--policies", policies)
        #expect(plain.status == 0 && plain.output.hasSuffix("Its plugin gives no examples.\n"), "\(plain)")
        _ = try project(Self.plugin.replacing("\"boolean\"", with: "\"bool\""))
        let broken = session.run("check", "--rules", "--policies", policies)
        #expect(broken.status == 0 && broken.errors.contains("unknown type `bool`"), "\(broken)")
    }

    @Test(arguments: [
        ("owner = \"us\", ", "", "the good example of owned", "it names no owner"),
        (
            "on = \"access\", decide = function() end", "on = \"access\", owner = \"a\", decide = function() end",
            "the bad example of owned", "expected  a finding\n    happened  none"
        ),
        (
            "on = \"access\", decide = function() end", "on = \"acces\", decide = function() end",
            "the bad example of owned", "the example does not load: line 1: "
        ),
        ("policy:has(\"owner\")", "policy.owner", "the bad example of owned", "the rule failed"),
        ("request.action", "request.acton", "the good example of owned", "the example does not load: line 3: "),
    ])
    func `a wrong example is a failed test`(
        old: String, new: String, test: String, message: String
    ) throws {
        _ = try project(Self.shown)
        let plugins = session.folder + "/project/plugins"
        let passed = session.run("test", plugins)
        #expect(passed.status == 0 && passed.output == "2 passed\n", "\(passed)")
        _ = try project(Self.shown.replacing(old, with: new))
        let failed = session.run("test", plugins)
        #expect(failed.status == 4 && failed.output.contains("mine/plugin.lua:9: \(test)"), "\(failed)")
        #expect(failed.output.contains(message), "\(failed.output)")
        #expect(session.run("test", plugins, "--filter", "no such").status == 4)
    }

    @Test func `only locked files load`() throws {
        #expect(session.run("init", "--demo").status == 0)
        let policies = try project(Self.plugin)
        let decide = [
            "decide", "--tenant", "3", "Warehouse sync", "orders.read", "order:1", "department=Sales", "--locked",
            "--policies", policies,
        ]
        #expect(session.run(decide).errors.contains("`demilune plugins lock` writes it"))
        let lock = session.run("plugins", "lock", "--policies", policies)
        #expect(lock.status == 0 && lock.output.contains("plugins.lock lists 3 files"), "\(lock)")
        #expect(session.run(decide).status == 0)
        _ = try session.file("project/plugins/mine/extra.lua", "")
        let extra = session.run(decide)
        #expect(
            extra.status == 3 && extra.errors.contains("`plugins/mine/extra.lua` is not in the lock"), "\(extra.errors)"
        )
        try FileManager.default.removeItem(atPath: session.folder + "/project/plugins/mine/extra.lua")
        _ = try session.file("project/plugins/mine/plugin.lua", Self.plugin + "\n")
        let changed = session.run(decide)
        #expect(changed.status == 3 && changed.errors.contains("`plugins/mine/plugin.lua` differs from the lock"))
        for words in [["check", policies, "--locked"], ["test", policies, "--locked"]] {
            #expect(session.run(words).status == 3)
        }
    }

    @Test func `a new plugin is created, tested, and never overwritten`() throws {
        let plugins = session.folder + "/begun"
        let made = session.run("plugins", "new", "sites", "--plugins", plugins)
        #expect(made.status == 0, "\(made.errors)")
        let test = session.run("test", plugins + "/sites")
        #expect(test.status == 0 && test.output.contains("3 passed"), "\(test.output) \(test.errors)")
        #expect(session.run("plugins", "new", "sites", "--plugins", plugins).errors.contains("nothing was changed"))
        #expect(session.run("plugins", "new", "../x", "--plugins", plugins).status == 64)
        _ = try session.file(
            "begun/sites/sites_test.lua", #"test("wrong", { ask = 'sites.is_in("hq", "NO")', gives = false })"#)
        let failed = session.run("test", plugins)
        #expect(failed.status == 4 && failed.output.contains("expected  false"), "\(failed.output)")
    }

    @Test func `links out of a plugin are not followed`() throws {
        let policies = try project(Self.plugin)
        _ = try session.file("secret.csv", "a\nb\n")
        try FileManager.default.createSymbolicLink(
            atPath: session.folder + "/project/plugins/mine/secret.csv",
            withDestinationPath: session.folder + "/secret.csv")
        let result = session.run("plugins", "--policies", policies)
        #expect(result.status == 3 && result.errors.contains("secret.csv"), "\(result.errors)")
    }
}

/// Sinks of plugins, which process decisions after they are made.
@Suite struct PluginSinkTests {
    private let session = Session()

    private func batch(_ sink: String, _ more: String...) throws -> Session.Result {
        #expect(session.run("init", "--demo").status == 0 || !session.names.isEmpty)
        let requests = session.run("requests", "--count", "300").output
        return session.run(["batch", "--jobs", "2", "--sink", sink] + more, input: Array(requests.utf8))
    }

    @Test func `a sink keeps selected decisions, in order and in its own format`() throws {
        let path = session.folder + "/denials.log"
        let result = try batch("audit.denials=\(path)", "--summary")
        #expect(result.status == 0, "\(result.errors)")
        let lines = try session.text(of: "denials.log").split(separator: "\n")
        let denies = result.output.split(separator: "\n").count { $0.hasPrefix(#"{"decision":false"#) }
        #expect(lines.count == denies && denies > 10)
        #expect(lines.allSatisfy { $0.hasPrefix("2026-11-22T12:00:00Z ") && $0.contains(" by ") }, "\(lines.prefix(3))")
        let one = session.run(
            "decide", "--tenant", "3", "Warehouse sync", "orders.read", "order:1", "department=Finance", "--sink",
            "audit.denials=\(path)")
        #expect(one.status == 2)
        let last = try session.text(of: "denials.log").split(separator: "\n").last
        #expect(last == "2026-11-22T12:00:00Z denied orders.read by department_gate,department_scope")
    }

    @Test(arguments: [
        (#"says = 'deny("no")', sink = "denials", keeps = false"#, "expected  false"),
        (#"says = "permit()", sink = "denials", keeps = "x""#, "happened  false"),
        (#"says = "permit()", sink = "denails", keeps = false"#, "did you mean `audit.denials`?"),
        (#"says = "permit()", keeps = false"#, "needs a `sink`, and what it `keeps`"),
        (#"says = "permit()", ask = "1", sink = "denials", keeps = false"#, "but no `ask`"),
        (#"ask = "1", gives = 1, keeps = false"#, "`keeps` belongs to a test of a sink"),
        (#"says = "permt()", sink = "denials", keeps = false"#, "`says`: "),
        (#"says = "error('no')", sink = "denials", keeps = false"#, "`says`: "),
    ])
    func `a test of a sink states what the sink keeps of a decision`(test: String, message: String) throws {
        let audit = Session.root + "/plugins/audit/"
        _ = try session.file("plugins/audit/plugin.lua", session.contents(of: audit + "plugin.lua"))
        _ = try session.file("plugins/audit/audit_test.lua", session.contents(of: audit + "audit_test.lua"))
        let plugins = session.folder + "/plugins"
        let passed = session.run("test", plugins)
        #expect(passed.status == 0 && passed.output == "5 passed\n", "\(passed)")
        _ = try session.file("plugins/audit/audit_test.lua", "test(\"a\", { \(test) })")
        let failed = session.run("test", plugins)
        #expect(failed.status == 4 && failed.output.contains(message), "\(failed.output)")
    }

    @Test func `a decision in a test of a sink has every member of a decision log`() throws {
        _ = try session.file(
            "plugins/s/plugin.lua",
            """
            local function first(list) for _, entry in ipairs(list) do return entry end end
            return { name = "s", version = "1", about = "a", needs = { "log" }, provides = { sinks = {
              f = { to = "file", line = function(entry)
                return first(entry.said).text .. "|" .. first(entry.facts) .. "|" .. entry.request.resource.type
              end },
            } } }
            """)
        _ = try session.file(
            "plugins/s/s_test.lua",
            """
            test("a line", { says = 'if request.action == "orders.read" then deny("no") end', action = "orders.read", resource = { type = "order" }, sink = "f",
              keeps = "no|action == orders.read = true|order" })
            """)
        let result = session.run("test", session.folder + "/plugins")
        #expect(result.status == 0 && result.output == "1 passed\n", "\(result)")
    }

    @Test(arguments: [
        ("audit.denial=x", "no plugin has a sink `audit.denial` (did you mean `audit.denials`?)"),
        ("audit.denials", "missing file for the sink `audit.denials`: write `audit.denials=FILE`"),
        ("audit.denials_to_syslog=x", "writes to the system's log, not to a file"),
        ("audit.denials=/nowhere/x", "cannot write `/nowhere/x`"),
    ])
    func `nothing is decided with a wrong sink`(sink: String, message: String) throws {
        let result = try batch(sink)
        #expect(result.status == 1 && result.output.isEmpty && result.errors.contains(message), "\(result.errors)")
    }

    @Test func `a failed sink ends the run with a message`() throws {
        let policies = try session.policies(
            ["a": "return { on = \"access\", decide = function() end }"], in: "p/policies")
        _ = try session.file(
            "p/plugins/s/plugin.lua",
            """
            return { name = "s", version = "1", about = "a", needs = { "log" }, provides = { sinks = {
              f = { to = "file", line = function(entry) error("no") end },
            } } }
            """)
        let result = try batch("s.f=\(session.folder)/out", "--policies", policies)
        #expect(result.status == 1 && result.errors.contains("plugins/s/plugin.lua:2: no"), "\(result.errors)")
    }

    @Test func `a number that no value can represent is passed to a sink as it was written`() throws {
        let policies = try session.policies(
            ["a": "return { on = \"access\", decide = function() end }"], in: "p/policies")
        _ = try session.file(
            "p/plugins/s/plugin.lua",
            """
            return { name = "s", version = "1", about = "a", needs = { "log" }, provides = { sinks = {
              f = { to = "file", keep = function(entry) return entry.request.context:has("serial") end,
                    line = function(entry) return entry.request.context.serial end },
            } } }
            """)
        #expect(session.run("init", "--demo").status == 0)
        let line = """
            {"subject":{"type":"token","id":"6532ebee17e04c929e56e7977af956ae"},"action":{"name":"orders.read"},\
            "resource":{"type":"order","id":"1"},"context":{"serial":18446744073709551614}}
            """
        let sink = "s.f=\(session.folder)/out"
        let result = session.run(["batch", "--sink", sink, "--policies", policies], input: Array(line.utf8))
        #expect(result.status == 0, "\(result.errors)")
        #expect(try session.text(of: "out") == "18446744073709551614\n")
    }

    @Test func `a full file is rotated, and a limited number is kept`() throws {
        let policies = try session.policies(
            ["a": "return { on = \"access\", decide = function() end }"], in: "p/policies")
        _ = try session.file(
            "p/plugins/s/plugin.lua",
            """
            return { name = "s", version = "1", about = "a", needs = { "log" }, provides = { sinks = {
              f = { to = "file", rotate = { mebibytes = 1, files = 2 }, line = function(entry) return ("x"):rep(60000) end },
            } } }
            """)
        let result = try batch("s.f=\(session.folder)/out.log", "--policies", policies)
        #expect(result.status == 0, "\(result.errors)")
        #expect(session.names.filter { $0.hasPrefix("out.log") } == ["out.log", "out.log.1", "out.log.2"])
        for name in ["out.log.1", "out.log.2"] { #expect(try session.text(of: name).utf8.count <= 1 << 20) }
    }
}
