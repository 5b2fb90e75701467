import Decisions
import Engine
import Model
import Plugins
import TestSupport
import Testing

@Suite struct PluginFunctionTests {
    /// A policy's advice on a request, and its failures.
    private func advice(
        _ plugin: String, _ expression: String, properties: [JSON.Member] = [], context: [JSON.Member] = [],
        files: [String: String] = [:]
    ) throws -> (value: JSON?, failure: String?) {
        var all = files
        all["plugin.lua"] = plugin
        let policy = PluginFixture.policy("advise(\"v\", { v = \(expression) })")
        let question = PluginFixture.question(properties, context: context)
        var results: [(JSON?, String?)] = []
        for treeOptions in [TreeOptions.none, TreeOptions()] {
            let authorizer = try PluginFixture.authorizer(["x": all], ["a": policy], treeOptions: treeOptions)
            for _ in 0..<2 {
                let decision = try authorizer.decide(question)
                results.append((decision.advice.first?.details.first?.value, decision.failures.first?.message))
            }
        }
        // The result is the same by run and by tree, the first time and later.
        for result in results { #expect(result.0 == results[0].0 && result.1 == results[0].1) }
        return results[0]
    }

    @Test(arguments: [
        ("{ a = 'string' }", "\"string\"", "local a = ... return a .. '!'", "\"hi\"", "hi!"),
        ("{ a = 'string' }", "\"string\"", "local a = ... return type(a)", "request.resource.note", "string"),
        ("{ a = 'number' }", "\"string\"", "local a = ... return a + 1 .. ''", "request.resource.amount", "8"),
        (
            "{ a = 'department' }", "\"string\"", "local a = ... return a.name .. ''", "request.token.department",
            "North"
        ),
        (
            "{ a = 'department' }", "\"department\"", "local a = ... return a.parent", "request.token.department",
            "sales"
        ),
        ("{ a = 'token' }", "\"string\"", "local a = ... return a.user.name", "request.token", "anna"),
        ("{ a = 'instant' }", "\"string\"", "local a = ... return a.hour .. ''", "request.time", "14"),
        ("{ a = 'date' }", "\"date\"", "local a = ... return a:plus{ days = 1 }", "\"2026-02-28\"", "2026-03-01"),
        ("{ a = 'date' }", "\"date\"", "return '2026-03-01'", "request.date", "2026-03-01"),
        ("{ a = 'ip' }", "\"string\"", "local a = ... return a .. ''", "\"10.0.0.1\"", "10.0.0.1"),
        (
            "{ a = list 'string' }", "\"string\"",
            "local a = ... for i, s in ipairs(a) do if i == 2 then return s .. #a end end", "{ \"p\", \"q\" }", "q2"
        ),
        ("{ a = optional 'string' }", "\"string\"", "local a = ... return a or 'none'", "", "none"),
        ("{ a = 'resource' }", "\"string\"", "local a = ... return a:has('note') and a.note", "request.resource", "n"),
    ])
    func `arguments and results have the declared types`(
        takes: String, returns: String, run: String, argument: String, expected: String
    ) throws {
        let plugin = PluginFixture.function("x", takes: takes, returns: returns, run: run)
        let result = try advice(
            plugin, "x.f(\(argument))", properties: [.init("amount", .integer(7)), .init("note", .string("n"))])
        #expect(result.value == .string(expected), "\(result)")
    }

    @Test(arguments: [
        ("{ a = 'string' }", "({ x.f })[1](7)", "`x.f` takes a string as `a`, got `7`"),
        ("{ a = 'string' }", "({ x.f })[1](request.token.department)", "takes a string as `a`, got a department"),
        ("{ a = 'string' }", "({ x.f })[1]()", "takes a string as `a`, got nothing"),
        ("{ a = 'string' }", "({ x.f })[1]('a', 'b')", "takes (a: string), got 2 arguments"),
        ("", "({ x.f })[1](1)", "takes nothing, got 1 arguments"),
        ("{ a = 'ip' }", "({ x.f })[1]('10.0.0')", "takes an ip as `a`, got `10.0.0`"),
        ("{ a = list 'string' }", "x.f({ 1 })", "takes a list of string as `a`, got a table"),
        ("{ a = 'string' }", "(function(p) p = p return p.g('a') end)(x)", "the plugin `x` has no `g`"),
    ])
    func `a wrong argument at run time is the policy's error, and the message names both sides`(
        takes: String, call: String, message: String
    ) throws {
        let result = try advice(PluginFixture.function("x", takes: takes, run: "return true"), call)
        #expect(result.failure?.contains(message) == true, "\(result)")
    }

    @Test(arguments: [
        ("\"boolean\"", "return 'yes'", "must return a boolean, and returned `yes`"),
        ("\"number\"", "", "must return a number, and returned nothing"),
        ("\"department\"", "return 'sales'", "must return a department, and returned `sales`"),
        ("one_of { 'a', 'b' }", "return 'c'", "must return \"a\" or \"b\", and returned `c`"),
        ("list 'string'", "return { 1 }", "must return a list of string, and returned a table"),
        ("\"boolean\"", "error('not today')", "`x.f` failed: plugins/x/plugin.lua:2: not today"),
        ("\"boolean\"", "while true do end", "`x.f` exceeds its budget of 20000 instructions"),
        ("\"boolean\"", "return ('x'):rep(1 << 19):rep(40) == ''", "`x.f`"),
    ])
    func `a wrong result is a failure whose message names both sides`(returns: String, run: String, message: String)
        throws
    {
        let plugin = PluginFixture.function("x", returns: returns, run: run)
        let result = try advice(plugin, "x.f() == x.f() and true")
        #expect(result.failure?.contains(message) == true, "\(result)")
    }

    @Test func `the tree caches a boolean of Lua, whatever was read for it`() throws {
        let plugin = PluginFixture.function(
            "x", takes: "{ a = 'string' }", run: "local a = ... return a:sub(1, 1) == 'h'")
        let policy = PluginFixture.policy("if x.f(request.resource.note) then permit() end")
        let authorizer = try PluginFixture.authorizer(["x": ["plugin.lua": plugin]], ["a": policy])
        func permits(_ note: String) throws -> Bool {
            try authorizer.decide(PluginFixture.question([.init("note", .string(note))])).isPermitted
        }
        #expect(try permits("hello") && !permits("world"))
        let runs = authorizer.runCount
        for number in 0..<50 {
            #expect(try permits("h\(number)"))
            #expect(try !permits("w\(number)"))
        }
        // The function is run for each of these strings; the policy for none.
        #expect(authorizer.runCount == runs)
        #expect(authorizer.authorizer.learned.uncacheable.isEmpty)
    }

    @Test func `a one_of result is a fact, and compared only with its possible strings`() throws {
        let plugin = PluginFixture.function(
            "x", takes: "{ a = 'number' }", returns: "one_of { 'low', 'high' }",
            run: "local a = ... return a < 10 and 'low' or 'high'")
        let policy = PluginFixture.policy("if x.f(request.resource.amount) == \"low\" then permit() end")
        let authorizer = try PluginFixture.authorizer(["x": ["plugin.lua": plugin]], ["a": policy])
        func permits(_ amount: Int64) throws -> Bool {
            try authorizer.decide(PluginFixture.question([.init("amount", .integer(amount))])).isPermitted
        }
        #expect(try permits(1) && !permits(99))
        let runs = authorizer.runCount
        for amount in Int64(2)..<40 { #expect(try permits(amount) == (amount < 10)) }
        #expect(authorizer.runCount == runs)
        let odd = try advice(plugin, "x.f(1) == select(1, \"lwo\")")
        #expect(odd.failure?.contains("is never `lwo` (did you mean `low`?)") == true, "\(odd)")
    }

    @Test func `functions are traced and explained as they are called`() throws {
        let plugin = PluginFixture.manifest(
            "x",
            """
            functions = {
              near = { takes = { { a = "department" }, { b = "string" } }, returns = "boolean",
                run = function(a, b) return a.name == b end },
              inside = { host = "network.contains" },
            }
            """, head: "needs = { \"network\" },")
        let policy = PluginFixture.policy(
            "if x.near(request.token.department, \"North\") and x.inside(\"10.0.0.0/8\", request.context.ip) then permit() end"
        )
        let authorizer = try PluginFixture.authorizer(["x": ["plugin.lua": plugin]], ["a": policy])
        let facts = try authorizer.decide(PluginFixture.question(context: [.init("ip", .string("10.1.1.1"))])).traces[0]
            .facts
        #expect(
            facts.map { "\($0.text) = \($0.value)" } == [
                "x.near(token.department, North) = true", "context has ip = true",
                "context.ip is_within 10.0.0.0/8 = true",
            ])
    }

    @Test func `a plugin may use another, whose failure becomes its own`() throws {
        let inner = PluginFixture.function(
            "y", takes: "{ a = 'number' }", returns: "'number'", run: "local a = ... return 10 // a")
        let outer = PluginFixture.function(
            "x", takes: "{ a = 'number' }", returns: "'number'", run: "local a = ... return y.f(a) + 1",
            before: "local y = use 'y'", head: "requires = { 'y' },")
        let policy = PluginFixture.policy("advise(\"v\", { v = x.f(request.resource.amount) + 0 })")
        let authorizer = try PluginFixture.authorizer(
            ["x": ["plugin.lua": outer], "y": ["plugin.lua": inner]], ["a": policy])
        func decide(_ amount: Int64) throws -> Decision {
            try authorizer.decide(PluginFixture.question([.init("amount", .integer(amount))]))
        }
        #expect(try decide(5).advice[0].details[0].value == .integer(3))
        let failed = try decide(0)
        #expect(failed.failures[0].message.contains("`y.f` failed"), "\(failed.failures)")
        #expect(try decide(2).advice[0].details[0].value == .integer(6))
    }

    @Test func `a call costs the same, whether it was made before or not`() throws {
        let plugin = PluginFixture.function(
            "x", takes: "{ a = 'number' }", run: "local a = ... for i = 1, 900 do end return a > 5")
        let body = "for i = 1, 200 do if x.f(i) then permit() end end"
        let policies = ["a": PluginFixture.policy(body), "b": PluginFixture.policy(body)]
        var seen: Set<[String]> = []
        for treeOptions in [TreeOptions.none, TreeOptions(), TreeOptions.reference] {
            let authorizer = try PluginFixture.authorizer(
                ["x": ["plugin.lua": plugin]], policies, treeOptions: treeOptions)
            for _ in 0..<3 {
                let decision = try authorizer.decide(PluginFixture.question())
                seen.insert(
                    decision.failures.map { "\($0.policy) \($0.message)" }
                        + decision.traces.map { "\($0.fuel) \($0.facts.count)" })
            }
        }
        // One evaluation can pay for a hundred calls of 20,000.
        #expect(seen.count == 1)
        #expect(seen.first?.first?.contains("this policy asks too much in one evaluation") == true, "\(seen)")
    }
}
