import Decisions
import Model
import Plugins
import Policies
import Testing

/// A plugin that means harm: what it can do to whoever loads it, to those that use it, and to all others.
@Suite struct HostilePluginTests {
    /// Those that must not load: the plugin is named, and the others are as without it.
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
        ("reads files", ["plugin.lua": Ground.function("x", run: "return io.open('/etc/passwd') ~= nil")]),
        ("loads code", ["plugin.lua": Ground.function("x", run: "return load('return true')()")]),
        ("catches its failures", ["plugin.lua": Ground.function("x", run: "return pcall(error)")]),
        ("has metatables", ["plugin.lua": Ground.function("x", run: "setmetatable({}, {}) return true")]),
        ("names what is underneath", ["plugin.lua": Ground.function("x", run: "return __eq(1, 1)")]),
        ("replaces its environment", ["plugin.lua": "local _ENV = {} return {}"]),
        ("assigns a global", ["plugin.lua": Ground.function("x", run: "type = nil return true")]),
        ("writes to a library", ["plugin.lua": "string.rep = nil " + Ground.function("x", run: "return true")]),
        ("has a host's name", ["plugin.lua": Ground.function("network", run: "return true")]),
        (
            "needs what is not said",
            ["plugin.lua": Ground.function("x", run: "return true", before: "local z = use 'zone'")]
        ),
        ("requires itself", ["plugin.lua": Ground.function("x", run: "return true", head: "requires = { 'x' },")]),
        (
            "names a file elsewhere",
            [
                "plugin.lua": Ground.manifest(
                    "x", "data = { d = { file = '../y/plugin.lua', columns = { a = 'string' } } }")
            ]
        ),
        (
            "takes its code for data",
            ["plugin.lua": Ground.manifest("x", "data = { d = { file = 'plugin.lua', columns = { a = 'string' } } }")]
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
                "plugin.lua": Ground.manifest("x", "data = { d = { file = 'd.csv', columns = { a = 'string' } } }"),
                "d.csv": "a\n\0\u{FFFD}",
            ]
        ),
        (
            "has data that is deep",
            [
                "plugin.lua": Ground.manifest("x", "data = { d = { file = 'd.json', columns = { a = 'string' } } }"),
                "d.json": String(repeating: "[", count: 100_000),
            ]
        ),
        (
            "has a keyword for a name",
            ["plugin.lua": Ground.manifest("x", "functions = { ['end'] = { returns = 'boolean', run = type } }")]
        ),
    ]

    @Test(arguments: unloadable.map(\.name))
    func `one that does not load costs itself alone`(name: String) throws {
        let files = Self.unloadable.first { $0.name == name }!.files
        let folder = name == "has a host's name" ? "network" : "x"
        let loaded = Ground.load([folder: files, "y": ["plugin.lua": Ground.function("y", run: "return true")]])
        // A text with a zero in it is a text; everything else is refused.
        if name == "is no text", loaded.set.broken.isEmpty { return }
        let faults = try #require(loaded.set.broken[ExactName(folder)])
        #expect(loaded.set.provided.map(\.name) == ["y"])
        for fault in faults {
            #expect(fault.path.hasPrefix("plugins/\(folder)/"), "\(fault)")
            #expect(
                fault.message.utf8.count < 610 && !fault.message.contains("\n"))
            // What a source has is written out by whoever prints it, as everywhere.
            #expect(name == "is bytecode" || !fault.message.contains("\u{1B}"))
        }
        let result = PolicySet.load(
            Ground.policySource(["a": Ground.policy("if y.f() then permit() end", uses: "y")], plugins: loaded.set))
        let authorizer = try Authorizer(policies: try #require(result.set), directory: Ground.directory())
        #expect(try authorizer.decide(Ground.question()).isPermitted)
    }

    /// Functions that must fail, or come to nothing worse than an answer of their own.
    private static let functions: [(name: String, run: String, before: String, ending: String)] = [
        ("runs on", "while true do end", "", "beyond its budget"),
        ("takes all memory", "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(99999) end return true", "", "`x.f`"),
        ("recurses without end", "local function g() return 1 + g() end return g() > 1", "", "`x.f`"),
        ("matches without end", "return ('a'):rep(9999):find(('a-'):rep(30) .. 'b') ~= nil", "", "`x.f`"),
        ("returns nothing", "", "", "returned nothing"),
        ("returns a function", "return type", "", "returned a function"),
        ("returns a table", "return {}", "", "returned a table"),
        ("returns what is true", "return 'true'", "", "returned `true`"),
        ("changes what it was given", "(...).name = 'Finance' return true", "", "cannot assign to a field"),
        (
            "writes to what it uses", "n.contains = nil return true", "local n = use 'network'",
            "cannot assign to a field"
        ),
        ("replaces the library's functions", "string.find = nil return true", "", "read-only"),
        ("reaches for a metatable", "return ('').__index == nil", "", ""),
        ("keeps count", "count = count + 1 return count < 2", "local count = 0", ""),
        ("keeps what it was given", "kept[1] = ... return #kept == 1", "local kept = {}", ""),
        ("asks for what it has not said", "return use('zone') ~= nil", "", "stands at the top of the file"),
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
    func `a hostile function costs whoever asks it, and nobody else`(name: String) throws {
        let (_, run, before, ending) = Self.functions.first { $0.name == name }!
        let takes = run.contains(".date") ? "{ a = 'instant' }" : "{ a = 'department' }"
        let argument = run.contains(".date") ? "request.time" : "request.token.department"
        let plugin = Ground.function(
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
            let authorizer = try Ground.authorizer(["x": ["plugin.lua": plugin]], policies, treeOptions: treeOptions)
            for _ in 0..<3 {
                let decision = try authorizer.decide(Ground.question())
                #expect(decision.isPermitted && decision.reasons.map(\.text) == ["North"])
                let failure = decision.observedFailures.first?.message ?? "says \(decision.observed.count)"
                #expect(failure.utf8.count < 700 && !failure.contains("\n") && !failure.contains("\u{1B}"))
                seen.insert(failure)
            }
        }
        // Run or by the tree, the first time or the third, with whatever memory it would have had: the same.
        #expect(seen.count == 1, "\(seen)")
        #expect(seen.first?.contains(ending) == true, "\(seen)")
    }

    @Test func `one that is slow cannot be asked more than an evaluation may spend`() throws {
        let plugin = Ground.function(
            "x", takes: "{ a = 'number' }", run: "local a = ... for i = 1, 400000 do end return true",
            more: "fuel = 500000,")
        let policy = Ground.policy("for i = 1, 100 do if not x.f(i) then return end end permit()")
        let authorizer = try Ground.authorizer(["x": ["plugin.lua": plugin]], ["a": policy])
        let decision = try authorizer.decide(Ground.question())
        #expect(decision.failures.first?.message.contains("asks more than it may") == true)
        #expect(decision.traces[0].facts.count <= 5)
    }

    @Test func `two plugins see nothing of one another`() throws {
        let one = Ground.function("x", run: "shared[1] = 'mine' return true", before: "local shared = string")
        let other = Ground.function("y", run: "return string[1] == nil")
        let policy = Ground.policy("if y.f() then permit() end if x.f() then deny(\"reached\") end", uses: "x y")
        let authorizer = try Ground.authorizer(["x": ["plugin.lua": one], "y": ["plugin.lua": other]], ["a": policy])
        let decision = try authorizer.decide(Ground.question())
        #expect(
            decision.failures.count == 1 && decision.failures[0].message.contains("read-only"), "\(decision.failures)")
    }

    @Test func `what ran out of time is not remembered`() throws {
        let plugin = Ground.function(
            "x", run: "for i = 1, 100000 do local s = ('x'):rep(1000) end return true", more: "fuel = 500000,")
        let loaded = Ground.load(["x": ["plugin.lua": plugin]])
        let result = PolicySet.load(
            Ground.policySource(["a": Ground.policy("if x.f() then permit() end")], plugins: loaded.set))
        let set = try #require(result.set)
        let authorizer = try Authorizer(
            policies: set, directory: Ground.directory(), budget: Budget(deadline: .nanoseconds(1)))
        _ = try authorizer.decide(Ground.question())
        let runs = authorizer.runCount
        _ = try authorizer.decide(Ground.question())
        #expect(authorizer.runCount > runs)
    }
}
