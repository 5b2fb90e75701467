import Model
import Plugins
import Policies
import Testing

/// Checks, commands, attributes, the reference, the lock and the template.
@Suite struct PluginExtrasTests {
    private static let checks = PluginFixture.manifest(
        "x",
        """
        checks = {
          -- Every policy names an owner.
          owned = { severity = "error", run = function(policy)
            if policy:has("owner") then return {} end
            return { { message = "`" .. policy.id .. "` names no owner", line = 2 } }
          end },
          broken = { run = function(policy) return policy.nothing end },
          odd = { run = function(policy) return { "a" } end },
        }
        """)

    @Test func `a rule has findings, and a failed rule is an error`() throws {
        let checks = PluginChecks(
            PluginFixture.load(["x": ["plugin.lua": Self.checks]]), schema: try PluginFixture.readSchema())
        let found = checks.findings(in: .object([.init("id", .string("a"))]))
        #expect(found.map(\.rule) == ["x.broken", "x.odd", "x.owned"])
        #expect(found.map(\.severity) == [.error, .error, .error])
        #expect(found[0].message.contains("`nothing` is absent: ask `:has` first"), "\(found[0])")
        #expect(found[1].message.contains("must return a list of findings"))
        #expect(found[2].message == "`a` names no owner" && found[2].line == 2)
        // Handles of one policy are never confused with those of the next.
        let owned = checks.findings(in: .object([.init("id", .string("b")), .init("owner", .string("me"))]))
        #expect(!owned.contains { $0.rule == "x.owned" })
        #expect(checks.findings(in: .object([.init("id", .string("c"))]))[2].message == "`c` names no owner")
    }

    private static func example(_ fields: String) -> String {
        PluginFixture.manifest("x", "checks = {\n-- A rule.\na = { \(fields) run = function() end } }")
    }

    @Test func `a check has two example policies, without the indentation of the manifest`() throws {
        let text = Self.example("good = [[\n    return {\n      on = 'access',\n\n    }\n  ]], bad = 'return 1',")
        let loaded = PluginFixture.load(["x": ["plugin.lua": text]])
        let examples = try #require(loaded.extras["x"]?.checks.first?.examples, "\(loaded.faults)")
        #expect(examples.good == "return {\n  on = 'access',\n\n}" && examples.bad == "return 1")
        let reference = PluginReference(try #require(loaded.set.provided.first), loaded.extras["x"]!)
        #expect(reference.parts.map(\.form) == ["x.a: warning"] && reference.parts[0].examples?.bad == "return 1")
    }

    @Test(arguments: [
        ("good = 'return 1',", "`checks.a`: `good` and `bad` must be given together, each the source of a policy"),
        ("bad = 'return 1',", "`checks.a`: `good` and `bad` must be given together"),
        ("good = 7, bad = 'return 1',", "`checks.a`: `good` and `bad` must be given together"),
        ("good = 'return 1', bad = 'return 1\\nif',", "`checks.a.bad` is not valid Lua: line 2 of it"),
        ("god = 'return 1',", "`checks.a` has no `god` (did you mean `good`?)"),
    ])
    func `an invalid example does not load`(fields: String, message: String) {
        let faults = PluginFixture.load(["x": ["plugin.lua": Self.example(fields)]]).faults
        #expect(faults.contains { $0.message.contains(message) && $0.line == 4 }, "\(faults)")
    }

    private static let commands = PluginFixture.manifest(
        "x",
        """
        commands = {
          -- Where a department lies.
          where = { takes = { { department = "department" }, { word = optional "string" } }, run = function(department, word)
            return { word or "in", department.parent.name .. "" }
          end },
          when = { takes = { { day = "date" } }, run = function(day) return day:plus{ days = 1 } end },
          bad = { run = function() error("no") end },
        }
        """)

    @Test(arguments: [
        ("where", ["north"], "in,Sales"), ("where", ["North", "under"], "under,Sales"),
        ("x.where", ["north"], "in,Sales"),
        ("when", ["2026-02-28"], "2026-03-01"),
        ("when", ["today"], "!`day` is a date, got `today`"),
        ("where", ["moon"], "!`department` is a department, got `moon`"),
        ("where", [], "!usage: `where DEPARTMENT [WORD]`"), ("wher", [], "!did you mean `when`?"),
        ("where", ["sales"], "!is absent: ask `:has(\"parent\")` first"), ("bad", [], "!plugins/x/plugin.lua:"),
    ])
    func `a command takes words and returns lines`(name: String, words: [String], expected: String) throws {
        let commands = PluginCommands(
            PluginFixture.load(["x": ["plugin.lua": Self.commands]]), schema: try PluginFixture.readSchema())
        #expect(commands.all.map(\.fullName) == ["x.bad", "x.when", "x.where"])
        do throws(PluginCommandError) {
            let directory = try! PluginFixture.directory()
            let lines = try commands.run(
                ExactName(name), words, on: directory, tenant: 0, now: Instant("2026-01-01T00:00:00Z")!)
            #expect(lines.joined(separator: ",") == expected)
        } catch {
            #expect(expected.hasPrefix("!") && error.message.contains(expected.dropFirst()), "\(error)")
        }
    }

    @Test func `two commands of one name are distinguished by their plugins`() throws {
        let one = PluginFixture.manifest("x", "commands = { go = { run = function() return 'x' end } }")
        let other = one.replacing("\"x\"", with: "\"y\"").replacing("'x'", with: "'y'")
        let commands = PluginCommands(
            PluginFixture.load(["x": ["plugin.lua": one], "y": ["plugin.lua": other]]),
            schema: try PluginFixture.readSchema())
        func run(_ name: String) throws -> [String] {
            try commands.run(ExactName(name), [], on: .empty, tenant: -1, now: Instant(microseconds: 0))
        }
        #expect(try run("y.go") == ["y"])
        let error = #expect(throws: PluginCommandError.self) { try run("go") }
        #expect(error?.message.contains("`x.go`") == true, "\(error?.message ?? "")")
    }

    @Test func `the reference has the plugin's own comments`() throws {
        let text = """
            return {
              name = "x", version = "1", about = "a", needs = { "network" },
              provides = {
                functions = {
                  -- Whether it is
                  -- inside.
                  inside = { host = "network.contains" },
                  -- The size.
                  size = { takes = { { a = optional "string" } }, returns = one_of { "s", "l" }, run = function() end },
                },
                attributes = { token = {
                  -- Its age.
                  age = { returns = "number", run = function() end },
                } },
                data = {
                  -- All of them.
                  all = { file = "a.csv", key = "k", columns = { k = "string", v = optional "date" } },
                },
              },
            }
            """
        let loaded = PluginFixture.load(["x": ["plugin.lua": text, "a.csv": "k,v\n1,\n"]])
        let plugin = try #require(loaded.set.provided.first, "\(loaded.faults)")
        let parts = PluginReference(plugin, loaded.extras["x"]!).parts
        #expect(
            parts.map { "\($0.form) -- \($0.about)" } == [
                "x.inside(network: string; address: ip): boolean, by the host -- Whether it is inside.",
                "x.size(a: string, optional): \"s\" or \"l\" -- The size.", "token.age: number -- Its age.",
                "x.all: 1 row of (k: string, v: date, optional), by k -- All of them.",
            ])
    }

    @Test func `the lock reports changed, added and missing files`() {
        func policies(_ text: String) -> PolicySource {
            PolicySource(path: "policies", files: [.init(name: "a.lua", bytes: Array(text.utf8))])
        }
        let plugins = PluginFixture.source(["x": ["plugin.lua": "1", "d.csv": "2"]])
        let lock = PluginLock.made(of: policies("a"), plugins)
        #expect(lock.count == 3)
        #expect(PluginLock.differences(lock.bytes, policies("a"), plugins).isEmpty)
        #expect(
            PluginLock.differences(lock.bytes, policies("b"), plugins) == ["`policies/a.lua` differs from the lock"])
        let more = PluginFixture.source(["x": ["plugin.lua": "1"], "y": ["plugin.lua": "3"]])
        #expect(
            PluginLock.differences(lock.bytes, policies("a"), more) == [
                "`plugins/y/plugin.lua` is not in the lock", "`plugins/x/d.csv` was locked and is missing",
            ])
        #expect(PluginLock.differences(Array("rubbish\n".utf8), policies("a"), plugins).count == 4)
    }

    @Test func `the template loads, and only under a valid name`() throws {
        let files = try #require(PluginTemplate.files("my_sites"))
        let loaded = PluginLoader.load(
            PluginSource(path: "plugins", folders: [.init(name: "my_sites", files: files)]))
        #expect(loaded.faults.isEmpty && loaded.set.provided.map(\.name) == ["my_sites"])
        for name in ["", "My", "1a", "a-b", "end", "network", "../x", String(repeating: "x", count: 61)] {
            #expect(PluginTemplate.files(ExactName(name)) == nil, "\(name)")
        }
    }
}
