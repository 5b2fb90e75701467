import Decisions
import Engine
import Model
import Plugins
import Policies
import TestSupport
import Testing

/// Hostile plugins: their effects on the loader, on the policies that use them, and on all others.
@Suite struct HostilePluginTests {
    /// The plugins that must not load: each is named, and the others load as without it.
    private static let unloadable: [(name: String, files: [String: String])] = [
        ("runs on while loading", ["plugin.lua": "while true do end"]),
        (
            "takes all memory while loading",
            ["plugin.lua": "local t = {} while true do t[#t + 1] = ('x'):rep(100000) end"]
        ),
        ("fails while loading", ["plugin.lua": "error({})"]),
        ("fails with forged lines", ["plugin.lua": "error('\\nplugins/y/plugin.lua:1: error: it is y\\27[31m')"]),
        ("returns itself", ["plugin.lua": "local t = { name = 'x' } t.provides = t return t"]),
        ("is bytecode", ["plugin.lua": "\u{1B}Lua"]),
        ("reads files", ["plugin.lua": PluginFixture.function("x", run: "return io.open('/etc/passwd') ~= nil")]),
        ("loads code", ["plugin.lua": PluginFixture.function("x", run: "return load('return true')()")]),
        ("catches its failures", ["plugin.lua": PluginFixture.function("x", run: "return pcall(error)")]),
        ("has metatables", ["plugin.lua": PluginFixture.function("x", run: "setmetatable({}, {}) return true")]),
        ("names what is underneath", ["plugin.lua": PluginFixture.function("x", run: "return __eq(1, 1)")]),
        ("replaces its environment", ["plugin.lua": "local _ENV = {} return {}"]),
        ("assigns a global", ["plugin.lua": PluginFixture.function("x", run: "type = nil return true")]),
        ("writes to a library", ["plugin.lua": "string.rep = nil " + PluginFixture.function("x", run: "return true")]),
        ("has a host's name", ["plugin.lua": PluginFixture.function("network", run: "return true")]),
        (
            "needs what is not said",
            ["plugin.lua": PluginFixture.function("x", run: "return true", before: "local z = use 'zone'")]
        ),
        (
            "requires itself",
            ["plugin.lua": PluginFixture.function("x", run: "return true", head: "requires = { 'x' },")]
        ),
        (
            "names a file elsewhere",
            [
                "plugin.lua": PluginFixture.manifest(
                    "x", "data = { d = { file = '../y/plugin.lua', columns = { a = 'string' } } }")
            ]
        ),
        (
            "takes its code for data",
            [
                "plugin.lua": PluginFixture.manifest(
                    "x", "data = { d = { file = 'plugin.lua', columns = { a = 'string' } } }")
            ]
        ),
        (
            "has very many functions",
            [
                "plugin.lua":
                    "local f = {} for i = 1, 5000 do f['f' .. i] = { returns = 'boolean', run = type } end return { name = 'x', version = '1', about = 'a', provides = { functions = f } }"
            ]
        ),
        (
            "has a gigantic name",
            ["plugin.lua": "return { name = ('x'):rep(900000), version = '1', about = 'a', provides = {} }"]
        ),
        ("has a gigantic key", ["plugin.lua": "return { [('x'):rep(900000)] = 1 }"]),
        ("is nested without end", ["plugin.lua": "local t = {} for i = 1, 1000 do t = { t } end return { name = t }"]),
        (
            "is no text",
            [
                "plugin.lua": PluginFixture.manifest(
                    "x", "data = { d = { file = 'd.csv', columns = { a = 'string' } } }"),
                "d.csv": "a\n\0\u{FFFD}",
            ]
        ),
        (
            "has data that is deep",
            [
                "plugin.lua": PluginFixture.manifest(
                    "x", "data = { d = { file = 'd.json', columns = { a = 'string' } } }"),
                "d.json": String(repeating: "[", count: 100_000),
            ]
        ),
        (
            "has a keyword for a name",
            ["plugin.lua": PluginFixture.manifest("x", "functions = { ['end'] = { returns = 'boolean', run = type } }")]
        ),
    ]

    @Test(arguments: unloadable.map(\.name))
    func `a plugin that does not load affects only itself`(name: String) throws {
        let files = Self.unloadable.first { $0.name == name }!.files
        let folder = name == "has a host's name" ? "network" : "x"
        let loaded = PluginFixture.load([
            folder: files, "y": ["plugin.lua": PluginFixture.function("y", run: "return true")],
        ])
        // A string that contains a NUL is valid; everything else is refused.
        if name == "is no text", loaded.set.broken.isEmpty { return }
        let faults = try #require(loaded.set.broken[ExactName(folder)])
        #expect(loaded.set.provided.map(\.name) == ["y"])
        for fault in faults {
            #expect(fault.path.hasPrefix("plugins/\(folder)/"), "\(fault)")
            #expect(
                fault.message.utf8.count < 610 && !fault.message.contains("\n"))
            // Text from the source is escaped when it is printed, as everywhere.
            #expect(name == "is bytecode" || !fault.message.contains("\u{1B}"))
        }
        let result = PolicySet.load(
            PluginFixture.policySource(
                ["a": PluginFixture.policy("if y.f() then permit() end", uses: "y")], plugins: loaded.set))
        let authorizer = try Decider(policies: try #require(result.set), directory: PluginFixture.directory())
        #expect(try authorizer.decide(PluginFixture.question()).isPermitted)
    }

    /// Functions that must fail, or at worst return a value.
    private static let functions: [(name: String, run: String, before: String, ending: String)] = [
        ("runs on", "while true do end", "", "exceeds its budget"),
        ("takes all memory", "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(99999) end return true", "", "`x.f`"),
        ("recurses without end", "local function g() return 1 + g() end return g() > 1", "", "`x.f`"),
        ("matches without end", "return ('a'):rep(9999):find(('a-'):rep(30) .. 'b') ~= nil", "", "`x.f`"),
        ("returns nothing", "", "", "returned nothing"),
        ("returns a function", "return type", "", "returned a function"),
        ("returns a table", "return {}", "", "returned a table"),
        ("returns what is true", "return 'true'", "", "returned `true`"),
        ("changes what it was given", "(...).name = 'Finance' return true", "", "cannot assign to a field"),
        (
            "writes to what it uses", "n.contains = nil return true", "local n = select(1, use 'network')",
            "cannot assign to a field"
        ),
        ("replaces the library's functions", "select(1, string).find = nil return true", "", "read-only"),
        ("reaches for a metatable", "return select(1, '').__index == nil", "", ""),
        ("keeps count", "count = count + 1 return count < 2", "local count = 0", ""),
        ("keeps what it was given", "kept[1] = ... return #kept == 1", "local kept = {}", ""),
        ("asks for what it has not said", "return select(1, use)('zone') ~= nil", "", "must be at the top of the file"),
        ("asks for another's data", "return data('secrets') ~= nil", "", "has no data `secrets`"),
        (
            "asks without end", "local d = ... for i = 1, 1e6 do local _ = d.name == ('n' .. i) end return true", "",
            "`x.f`"
        ),
        (
            "makes a value of too many",
            "local d = (...).date for i = 1, 100 do d = d:plus{ days = 1 } end return d:end_of_day() > d:end_of_day()",
            "", "`x.f`"
        ),
        ("forges a line", "error('\\nplugins/y/plugin.lua:1: \\27[31mit is y')", "", "`x.f` failed"),
        ("raises a table", "error({})", "", "`x.f` failed"),
    ]

    @Test(arguments: functions.map(\.name))
    func `a hostile function affects only the policies that call it`(name: String) throws {
        let (_, run, before, ending) = Self.functions.first { $0.name == name }!
        let takes = run.contains(".date") ? "{ a = 'instant' }" : "{ a = 'department' }"
        let argument = run.contains(".date") ? "request.time" : "request.token.department"
        let plugin = PluginFixture.function(
            "x", takes: takes, run: run, before: before,
            head: before.contains("network") ? "needs = { 'network' }," : "")
        let policies = [
            "bad":
                "local x = use 'x'\nreturn { on = \"access\", mode = \"observe\", decide = function(request) if x.f(\(argument)) then deny(\"no\") end end }",
            "good":
                "return { on = \"access\", grants = { \"*\" }, decide = function(request) permit(\"{token.department}\") end }",
        ]
        var seen: Set<String> = []
        for treeOptions in [TreeOptions.none, TreeOptions(), TreeOptions.reference] {
            let authorizer = try PluginFixture.authorizer(
                ["x": ["plugin.lua": plugin]], policies, treeOptions: treeOptions)
            for _ in 0..<3 {
                let decision = try authorizer.decide(PluginFixture.question())
                #expect(decision.isPermitted && decision.reasons.map(\.text) == ["North"])
                let failure = decision.observedFailures.first?.message ?? "says \(decision.observed.count)"
                #expect(failure.utf8.count < 700 && !failure.contains("\n") && !failure.contains("\u{1B}"))
                seen.insert(failure)
            }
        }
        // The result is the same by run or by tree, the first time or the third.
        #expect(seen.count == 1, "\(seen)")
        #expect(seen.first?.contains(ending) == true, "\(seen)")
    }

    @Test func `calls of a slow function are limited by the budget of the evaluation`() throws {
        let plugin = PluginFixture.function(
            "x", takes: "{ a = 'number' }", run: "local a = ... for i = 1, 400000 do end return true",
            more: "fuel = 500000,")
        let policy = PluginFixture.policy("for i = 1, 100 do if not x.f(i) then return end end permit()")
        let authorizer = try PluginFixture.authorizer(["x": ["plugin.lua": plugin]], ["a": policy])
        let decision = try authorizer.decide(PluginFixture.question())
        #expect(decision.failures.first?.message.contains("this policy asks too much in one evaluation") == true)
        #expect(decision.traces[0].facts.count <= 5)
    }

    @Test func `two plugins cannot see each other`() throws {
        let one = PluginFixture.function(
            "x", run: "shared[1] = 'mine' return true", before: "local shared = select(1, string)")
        let other = PluginFixture.function("y", run: "return #string == 0")
        let policy = PluginFixture.policy("if y.f() then permit() end if x.f() then deny(\"reached\") end", uses: "x y")
        let authorizer = try PluginFixture.authorizer(
            ["x": ["plugin.lua": one], "y": ["plugin.lua": other]], ["a": policy])
        let decision = try authorizer.decide(PluginFixture.question())
        #expect(
            decision.failures.count == 1 && decision.failures[0].message.contains("read-only"), "\(decision.failures)")
    }

    @Test func `a result that ran out of time is not cached`() throws {
        let plugin = PluginFixture.function(
            "x", run: "for i = 1, 100000 do local s = ('x'):rep(1000) end return true", more: "fuel = 500000,")
        let loaded = PluginFixture.load(["x": ["plugin.lua": plugin]])
        let result = PolicySet.load(
            PluginFixture.policySource(["a": PluginFixture.policy("if x.f() then permit() end")], plugins: loaded.set))
        let set = try #require(result.set)
        let authorizer = try Decider(
            policies: set, directory: PluginFixture.directory(), budget: Budget(deadline: .nanoseconds(1)))
        _ = try authorizer.decide(PluginFixture.question())
        let runs = authorizer.runCount
        _ = try authorizer.decide(PluginFixture.question())
        #expect(authorizer.runCount > runs)
    }
}
