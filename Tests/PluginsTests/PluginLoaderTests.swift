import Model
import Plugins
import Policies
import Testing

@Suite struct PluginLoaderTests {
    private static let good = PluginFixture.function("x", run: "return true")

    @Test(arguments: [
        ("", "there is no `plugin.lua`"),
        ("return 1", "must return a table, its manifest, got a number"),
        ("return {", "expected"),
        ("error('no')", "no"),
        ("return { name = 'x', name = 'x' }", "`name` is given twice"),
        ("local p = { name = 'x' } p.provides = {} p.provides = { data = {} } return p", "`provides` is given twice"),
        (PluginFixture.manifest("x", "functions = {}, functions = {}"), "`functions` is given twice"),
        (PluginFixture.function("x", run: "return { 1, [1] = 2 }"), "`[1]` is given twice"),
        ("return { name = 'x' }, { name = 'y' }", "returns one value, once, at its end"),
        ("local function two() return { name = 'x' }, 2 end return two()", "must return one value, got 2"),
        ("return { name = 'x', version = '1', about = 'a', provides = {} }", "`provides` something"),
        ("return { name = 'y', version = '1', about = 'a', provides = { data = {} } }", "but its folder is `x`"),
        ("return { name = 'x', about = 'a' }", "`version` must be a string"),
        ("return { name = 'x', version = '1', about = 'a', provids = {} }", "no `provids` (did you mean `provides`?)"),
        (PluginFixture.manifest("x", "functions = 1"), "`functions` must be a table"),
        (PluginFixture.manifest("x", "function_ = {}"), "no `function_` (did you mean `functions`?)"),
        (
            PluginFixture.manifest("x", "functions = { F = { returns = 'boolean', run = function() end } }"),
            "a name has lower-case"
        ),
        (PluginFixture.manifest("x", "functions = { f = { returns = 'boolean' } }"), "needs either `run`"),
        (PluginFixture.manifest("x", "functions = { f = { run = function() end } }"), "must state what it `returns`"),
        (
            PluginFixture.manifest("x", "functions = { f = { returns = 'bolean', run = function() end } }"),
            "unknown type `bolean` (did you mean `boolean`?)"
        ),
        (
            PluginFixture.manifest("x", "functions = { f = { returns = one_of { 'a' }, run = function() end } }"),
            "2 to 64 strings"
        ),
        (
            PluginFixture.manifest(
                "x", "functions = { f = { takes = { 'ip' }, returns = 'boolean', run = function() end } }"),
            "each parameter is a name and a type"
        ),
        (
            PluginFixture.manifest(
                "x",
                "functions = { f = { takes = { { a = optional 'ip' }, { b = 'ip' } }, returns = 'boolean', run = function() end } }"
            ), "all are optional"
        ),
        (PluginFixture.manifest("x", "functions = { f = { host = 'network.contains' } }"), "add it to `needs`"),
        (
            PluginFixture.manifest(
                "x", "functions = { f = { host = 'network.contain' } }", head: "needs = { 'network' },"),
            "has no `contain`"
        ),
        (PluginFixture.manifest("x", "functions = { f = { host = 'files.read' } }"), "the host has no `files.read`"),
        (
            PluginFixture.manifest("x", "data = {}", head: "needs = { 'netwrk' },"),
            "no capability `netwrk` (did you mean `network`?)"
        ),
        (
            PluginFixture.manifest("x", "data = {}", head: "requires = { 'z' },"),
            "requires the unknown plugin `z`"
        ),
        (PluginFixture.function("x", run: "return true", before: "local n = use 'network'"), "add it to `needs`"),
        (PluginFixture.function("x", run: "return true", before: "local n = use 'y'"), "add it to `requires`"),
        (PluginFixture.function("x", run: "return true", before: "local n = data 'y'"), "provides no data `y`"),
        (PluginFixture.function("x", run: "return true", before: "x = 1"), "assignment to the global `x`"),
        (PluginFixture.function("x", run: "return true", before: "io.open()"), "`io` is not available in plugins"),
        (PluginFixture.function("x", run: "permit()"), "`permit` is not available in plugins"),
        (PluginFixture.function("x", run: "return true", more: "fuel = 1,"), "`fuel` is a whole number"),
        (
            PluginFixture.manifest(
                "x", "attributes = { token = { department = { returns = 'string', run = function() end } } }"),
            "a token has a `department` already"
        ),
        (
            PluginFixture.manifest("x", "attributes = { tokens = {} }"), "has no `tokens` (did you mean `token`?)"
        ),
        (PluginFixture.manifest("x", "checks = { c = { severity = 'bad', run = function() end } }"), "`severity` is"),
        (PluginFixture.manifest("x", "commands = { c = {} }"), "needs `run`"),
    ])
    func `a mistake is reported at a line of the file`(text: String, message: String) {
        let loaded = PluginFixture.load(["x": text.isEmpty ? [:] : ["plugin.lua": text]])
        #expect(loaded.set.provided.isEmpty)
        let found = loaded.set.broken["x"] ?? []
        #expect(
            found.contains { $0.message.contains(message) && $0.path == "plugins/x/plugin.lua" && $0.line != nil },
            "\(found)")
    }

    @Test func `an error has the line of its cause`() {
        let text = """
            return {
              name = "x", version = "1", about = "a",
              provides = {
                functions = {
                  -- Fine.
                  good = { returns = "boolean", run = function() return true end },
                  bad = { returns = "number" },
                },
              },
            }
            """
        let found = PluginFixture.load(["x": ["plugin.lua": text]]).set.broken["x"] ?? []
        #expect(found.map(\.line) == [7])
    }

    @Test func `plugins are ordered by their requirements`() {
        let loaded = PluginFixture.load([
            "a": ["plugin.lua": PluginFixture.function("a", run: "return true", head: "requires = { 'b', 'c' },")],
            "b": ["plugin.lua": PluginFixture.function("b", run: "return true", head: "requires = { 'c' },")],
            "c": ["plugin.lua": PluginFixture.function("c", run: "return true")],
        ])
        #expect(loaded.set.provided.map(\.name) == ["c", "b", "a"])
        #expect(loaded.faults.isEmpty)
    }

    @Test func `a cycle is reported with all of its plugins, and the others load`() {
        let loaded = PluginFixture.load([
            "a": ["plugin.lua": PluginFixture.function("a", run: "return true", head: "requires = { 'b' },")],
            "b": ["plugin.lua": PluginFixture.function("b", run: "return true", head: "requires = { 'c' },")],
            "c": ["plugin.lua": PluginFixture.function("c", run: "return true", head: "requires = { 'a' },")],
            "d": ["plugin.lua": PluginFixture.function("d", run: "return true")],
            "e": ["plugin.lua": PluginFixture.function("e", run: "return true", head: "requires = { 'a' },")],
        ])
        #expect(loaded.set.provided.map(\.name) == ["d"])
        let first = loaded.set.broken["a"]?.first?.message ?? ""
        #expect(first.contains("`a` requires `b` requires `c` requires `a`"), "\(first)")
        // What does not load because of another has the faults of that, and these are reported once.
        #expect(loaded.set.broken["e"]?.first?.message == first && loaded.faults.count == 3)
        #expect(loaded.faults.first?.affected.map(\.path) == ["plugins/e/plugin.lua"])
    }

    @Test func `a chain of requirements has at most four plugins`() {
        var plugins: [String: [String: String]] = [:]
        for number in 1...6 {
            let head = number == 1 ? "" : "requires = { 'p\(number - 1)' },"
            plugins["p\(number)"] = ["plugin.lua": PluginFixture.function("p\(number)", run: "return true", head: head)]
        }
        #expect(PluginFixture.load(plugins).set.provided.map(\.name) == ["p1", "p2", "p3", "p4"])
    }

    @Test func `an attribute belongs to one plugin`() {
        let attribute = "attributes = { token = { odd = { returns = 'boolean', run = function() return true end } } }"
        let loaded = PluginFixture.load([
            "a": ["plugin.lua": PluginFixture.manifest("a", attribute)],
            "b": ["plugin.lua": PluginFixture.manifest("b", attribute)],
        ])
        #expect(loaded.set.provided.map(\.name) == ["a"])
        #expect(loaded.set.broken["b"]?.first?.message.contains("the plugin `a` already provides") == true)
    }

    @Test func `a plugin that does not load fails the policies that use it, and no others`() throws {
        let loaded = PluginFixture.load([
            "x": ["plugin.lua": "error('broken')"],
            "y": ["plugin.lua": PluginFixture.function("y", run: "return true")],
        ])
        let used = PolicySet.load(
            PluginFixture.policySource(
                ["a": PluginFixture.policy("permit()"), "b": PluginFixture.policy("permit()", uses: "y")],
                plugins: loaded.set))
        #expect(used.set == nil)
        let errors = used.diagnostics.filter { $0.severity == .error }
        #expect(errors.map(\.path) == ["plugins/x/plugin.lua"], "\(errors)")
        #expect(errors.first?.affected.map(\.path) == ["p/a.lua"], "\(errors)")
        let unused = PolicySet.load(
            PluginFixture.policySource(["b": PluginFixture.policy("permit()", uses: "y")], plugins: loaded.set))
        #expect(unused.set != nil)
        #expect(unused.diagnostics.map(\.severity) == [.warning])
    }

    @Test func `policies name existing plugins, at the top of their file`() throws {
        let loaded = PluginFixture.load([
            "cidr": [
                "plugin.lua": PluginFixture.manifest(
                    "cidr", "functions = { f = { host = 'network.contains' } }", head: "needs = { 'network' },")
            ]
        ])
        func messages(_ text: String) -> [String] {
            PolicySet.load(PluginFixture.policySource(["a": text], plugins: loaded.set)).diagnostics.map(\.message)
        }
        #expect(
            messages(PluginFixture.policy("", uses: "cdir")) == ["there is no plugin `cdir` (did you mean `cidr`?)"])
        #expect(messages(PluginFixture.policy("", uses: "network"))[0].contains("policies cannot"))
        #expect(messages("use 'cidr'.g() return {}")[0].contains("the plugin `cidr` has no `g`"))
        #expect(messages("use 'cidr'.f() return {}")[0].contains("called inside `decide`"))
    }

    @Test func `the version changes with a plugin and with its data, and not with its tests`() throws {
        func version(_ files: [String: String]) throws -> String {
            let loaded = PluginFixture.load(["x": files])
            let result = PolicySet.load(
                PluginFixture.policySource(["a": PluginFixture.policy("permit()")], plugins: loaded.set))
            return try #require(result.set, "\(result.diagnostics)").version
        }
        let text = PluginFixture.manifest("x", "data = { d = { file = 'd.csv', columns = { a = 'string' } } }")
        let plain = try version(["plugin.lua": text, "d.csv": "a\n1\n"])
        #expect(try version(["plugin.lua": text, "d.csv": "a\n1\n", "x_test.lua": "boo", "other.csv": "z"]) == plain)
        #expect(try version(["plugin.lua": text, "d.csv": "a\n2\n"]) != plain)
        #expect(try version(["plugin.lua": text + "\n-- more", "d.csv": "a\n1\n"]) != plain)
    }

    @Test func `an attribute and a property of the schema cannot have one name`() {
        let text = PluginFixture.manifest(
            "x", "attributes = { resource = { amount = { returns = 'number', run = function() return 1 end } } }")
        let loaded = PluginFixture.load(["x": ["plugin.lua": text]])
        let result = PolicySet.load(
            PluginFixture.policySource(["a": PluginFixture.policy("permit()")], plugins: loaded.set))
        #expect(result.set == nil)
        #expect(
            result.diagnostics.contains {
                $0.message.contains("one name has one meaning") && $0.path == "plugins/x/plugin.lua"
            })
    }
}
