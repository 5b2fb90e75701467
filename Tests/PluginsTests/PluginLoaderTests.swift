import Model
import Plugins
import Policies
import Testing

@Suite struct PluginLoaderTests {
    private static let good = Ground.function("x", run: "return true")

    @Test(arguments: [
        ("", "there is no `plugin.lua`"),
        ("return 1", "must return a table, its manifest, got a number"),
        ("return {", "expected"),
        ("error('no')", "no"),
        ("return { name = 'x', name = 'x' }", "`name` is given twice"),
        ("local p = { name = 'x' } p.provides = {} p.provides = { data = {} } return p", "`provides` is given twice"),
        (Ground.manifest("x", "functions = {}, functions = {}"), "`functions` is given twice"),
        (Ground.function("x", run: "return { 1, [1] = 2 }"), "`[1]` is given twice"),
        ("return { name = 'x' }, { name = 'y' }", "returns one value, once, at its end"),
        ("local function two() return { name = 'x' }, 2 end return two()", "returns one value, got 2"),
        ("return { name = 'x', version = '1', about = 'a', provides = {} }", "`provides` something"),
        ("return { name = 'y', version = '1', about = 'a', provides = { data = {} } }", "lies in the folder `x`"),
        ("return { name = 'x', about = 'a' }", "`version` is a text"),
        ("return { name = 'x', version = '1', about = 'a', provids = {} }", "no `provids` (did you mean `provides`?)"),
        (Ground.manifest("x", "functions = 1"), "`functions` must be a table"),
        (Ground.manifest("x", "function_ = {}"), "no `function_` (did you mean `functions`?)"),
        (
            Ground.manifest("x", "functions = { F = { returns = 'boolean', run = function() end } }"),
            "a name has lower-case"
        ),
        (Ground.manifest("x", "functions = { f = { returns = 'boolean' } }"), "needs either `run`"),
        (Ground.manifest("x", "functions = { f = { run = function() end } }"), "says what it `returns`"),
        (
            Ground.manifest("x", "functions = { f = { returns = 'bolean', run = function() end } }"),
            "unknown type `bolean` (did you mean `boolean`?)"
        ),
        (
            Ground.manifest("x", "functions = { f = { returns = one_of { 'a' }, run = function() end } }"),
            "2 to 64 texts"
        ),
        (
            Ground.manifest("x", "functions = { f = { takes = { 'ip' }, returns = 'boolean', run = function() end } }"),
            "each parameter is a name and a type"
        ),
        (
            Ground.manifest(
                "x",
                "functions = { f = { takes = { { a = optional 'ip' }, { b = 'ip' } }, returns = 'boolean', run = function() end } }"
            ), "all are optional"
        ),
        (Ground.manifest("x", "functions = { f = { host = 'network.contains' } }"), "add it to `needs`"),
        (
            Ground.manifest("x", "functions = { f = { host = 'network.contain' } }", head: "needs = { 'network' },"),
            "has no `contain`"
        ),
        (Ground.manifest("x", "functions = { f = { host = 'files.read' } }"), "the host has no `files.read`"),
        (
            Ground.manifest("x", "data = {}", head: "needs = { 'netwrk' },"),
            "no capability `netwrk` (did you mean `network`?)"
        ),
        (Ground.manifest("x", "data = {}", head: "requires = { 'z' },"), "requires the plugin `z`, and there is none"),
        (Ground.function("x", run: "return true", before: "local n = use 'network'"), "add it to `needs`"),
        (Ground.function("x", run: "return true", before: "local n = use 'y'"), "add it to `requires`"),
        (Ground.function("x", run: "return true", before: "local n = data 'y'"), "provides no data `y`"),
        (Ground.function("x", run: "return true", before: "x = 1"), "assignment to the global `x`"),
        (Ground.function("x", run: "return true", before: "io.open()"), "there is no `io` here"),
        (Ground.function("x", run: "permit()"), "there is no `permit` here"),
        (Ground.function("x", run: "return true", more: "fuel = 1,"), "`fuel` is a whole number"),
        (
            Ground.manifest(
                "x", "attributes = { token = { department = { returns = 'string', run = function() end } } }"),
            "a token has a `department` already"
        ),
        (
            Ground.manifest("x", "attributes = { tokens = {} }"), "has no `tokens` (did you mean `token`?)"
        ),
        (Ground.manifest("x", "checks = { c = { severity = 'bad', run = function() end } }"), "`severity` is"),
        (Ground.manifest("x", "commands = { c = {} }"), "needs `run`"),
    ])
    func `what is wrong is told, at a line of the file`(text: String, message: String) {
        let loaded = Ground.load(["x": text.isEmpty ? [:] : ["plugin.lua": text]])
        #expect(loaded.set.provided.isEmpty)
        let found = loaded.set.broken["x"] ?? []
        #expect(
            found.contains { $0.message.contains(message) && $0.path == "plugins/x/plugin.lua" && $0.line != nil },
            "\(found)")
    }

    @Test func `an error names the line of what it is about`() {
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
        let found = Ground.load(["x": ["plugin.lua": text]]).set.broken["x"] ?? []
        #expect(found.map(\.line) == [7])
    }

    @Test func `plugins are ordered by what they require`() {
        let loaded = Ground.load([
            "a": ["plugin.lua": Ground.function("a", run: "return true", head: "requires = { 'b', 'c' },")],
            "b": ["plugin.lua": Ground.function("b", run: "return true", head: "requires = { 'c' },")],
            "c": ["plugin.lua": Ground.function("c", run: "return true")],
        ])
        #expect(loaded.set.provided.map(\.name) == ["c", "b", "a"])
        #expect(loaded.faults.isEmpty)
    }

    @Test func `a circle is told with every plugin of it, and those outside load`() {
        let loaded = Ground.load([
            "a": ["plugin.lua": Ground.function("a", run: "return true", head: "requires = { 'b' },")],
            "b": ["plugin.lua": Ground.function("b", run: "return true", head: "requires = { 'c' },")],
            "c": ["plugin.lua": Ground.function("c", run: "return true", head: "requires = { 'a' },")],
            "d": ["plugin.lua": Ground.function("d", run: "return true")],
            "e": ["plugin.lua": Ground.function("e", run: "return true", head: "requires = { 'a' },")],
        ])
        #expect(loaded.set.provided.map(\.name) == ["d"])
        let first = loaded.set.broken["a"]?.first?.message ?? ""
        #expect(first.contains("`a` requires `b` requires `c` requires `a`"), "\(first)")
        #expect(loaded.set.broken["e"]?.first?.message.contains("`a`, which does not load") == true)
    }

    @Test func `no more than four stand on one another`() {
        var plugins: [String: [String: String]] = [:]
        for number in 1...6 {
            let head = number == 1 ? "" : "requires = { 'p\(number - 1)' },"
            plugins["p\(number)"] = ["plugin.lua": Ground.function("p\(number)", run: "return true", head: head)]
        }
        #expect(Ground.load(plugins).set.provided.map(\.name) == ["p1", "p2", "p3", "p4"])
    }

    @Test func `one attribute has one plugin`() {
        let attribute = "attributes = { token = { odd = { returns = 'boolean', run = function() return true end } } }"
        let loaded = Ground.load([
            "a": ["plugin.lua": Ground.manifest("a", attribute)], "b": ["plugin.lua": Ground.manifest("b", attribute)],
        ])
        #expect(loaded.set.provided.map(\.name) == ["a"])
        #expect(loaded.set.broken["b"]?.first?.message.contains("one of the plugin `a` already") == true)
    }

    @Test func `a plugin that does not load fails the policies that use it, and no others`() throws {
        let loaded = Ground.load([
            "x": ["plugin.lua": "error('broken')"], "y": ["plugin.lua": Ground.function("y", run: "return true")],
        ])
        let used = PolicySet.load(
            Ground.policySource(
                ["a": Ground.policy("permit()"), "b": Ground.policy("permit()", uses: "y")], plugins: loaded.set))
        #expect(used.set == nil)
        let errors = used.diagnostics.filter { $0.severity == .error }
        #expect(Set(errors.map(\.path)) == ["p/a.lua", "plugins/x/plugin.lua"], "\(errors)")
        let unused = PolicySet.load(
            Ground.policySource(["b": Ground.policy("permit()", uses: "y")], plugins: loaded.set))
        #expect(unused.set != nil)
        #expect(unused.diagnostics.map(\.severity) == [.warning])
    }

    @Test func `policies use what there is, at the top of their file`() throws {
        let loaded = Ground.load([
            "cidr": [
                "plugin.lua": Ground.manifest(
                    "cidr", "functions = { f = { host = 'network.contains' } }", head: "needs = { 'network' },")
            ]
        ])
        func messages(_ text: String) -> [String] {
            PolicySet.load(Ground.policySource(["a": text], plugins: loaded.set)).diagnostics.map(\.message)
        }
        #expect(messages(Ground.policy("", uses: "cdir")) == ["there is no plugin `cdir` (did you mean `cidr`?)"])
        #expect(messages(Ground.policy("", uses: "network"))[0].contains("policies cannot"))
        #expect(messages("use 'cidr'.g() return {}")[0].contains("the plugin `cidr` has no `g`"))
        #expect(messages("use 'cidr'.f() return {}")[0].contains("called inside `decide`"))
    }

    @Test func `the version changes with a plugin and with its data, and not with its tests`() throws {
        func version(_ files: [String: String]) throws -> String {
            let loaded = Ground.load(["x": files])
            let result = PolicySet.load(Ground.policySource(["a": Ground.policy("permit()")], plugins: loaded.set))
            return try #require(result.set, "\(result.diagnostics)").version
        }
        let text = Ground.manifest("x", "data = { d = { file = 'd.csv', columns = { a = 'string' } } }")
        let plain = try version(["plugin.lua": text, "d.csv": "a\n1\n"])
        #expect(try version(["plugin.lua": text, "d.csv": "a\n1\n", "x_test.lua": "boo", "other.csv": "z"]) == plain)
        #expect(try version(["plugin.lua": text, "d.csv": "a\n2\n"]) != plain)
        #expect(try version(["plugin.lua": text + "\n-- more", "d.csv": "a\n1\n"]) != plain)
    }

    @Test func `an attribute and a property of the schema cannot have one name`() {
        let text = Ground.manifest(
            "x", "attributes = { resource = { amount = { returns = 'number', run = function() return 1 end } } }")
        let loaded = Ground.load(["x": ["plugin.lua": text]])
        let result = PolicySet.load(Ground.policySource(["a": Ground.policy("permit()")], plugins: loaded.set))
        #expect(result.set == nil)
        #expect(
            result.diagnostics.contains {
                $0.message.contains("one name has one meaning") && $0.path == "plugins/x/plugin.lua"
            })
    }
}
