import Decisions
import Engine
import Model
import Plugins
import Policies
import TestSupport
import Testing

@Suite struct PluginDataTests {
    private static let table =
        "data = { sites = { file = 'sites.csv', key = 'id', columns = { id = 'string', country = 'string', staff = 'number', closed = optional 'date' } } }"
    private static let rows = "id,country,staff,closed\nhq,NO,120,\nlab,SE,7,2026-05-01\n\"a, b\",DK,1,\n"

    @Test(arguments: [
        ("x.sites:get(request.context.site).country == \"NO\"", "hq", "true"),
        ("x.sites:get(request.context.site).staff < 10", "lab", "true"),
        ("x.sites:get(request.context.site):has(\"closed\")", "hq", "false"),
        ("x.sites:get(request.context.site).closed < request.date", "lab", "true"),
        ("x.sites:has(request.context.site)", "moon", "false"),
        ("x.sites:get(\"a, b\").country == \"DK\"", "hq", "true"),
        ("#x.sites == 3", "hq", "true"),
        (
            "x.sites:get(request.context.site).country == \"NO\"", "moon",
            "`x.sites` has no `context.site`: ask `:has` first"
        ),
        ("x.sites:get(request.context.site).closed < request.date", "hq", "is absent: ask `:has(\"closed\")` first"),
        // An assignment, so that the loader does not see the expression.
        (
            "(function(row) row = row return row.contry end)(x.sites:get(request.context.site)) == \"NO\"", "hq",
            "a row has no `contry` (did you mean `country`?)"
        ),
        ("x.sites:get(7).country == \"NO\"", "hq", "is looked up by its `id`, a string, got `7`"),
    ])
    func `rows are looked up natively, and an absent key is reported`(ask: String, site: String, expected: String)
        throws
    {
        let files = ["plugin.lua": PluginFixture.manifest("x", Self.table), "sites.csv": Self.rows]
        let policy = PluginFixture.policy("advise(\"v\", { v = \(ask) })")
        for treeOptions in [TreeOptions.none, TreeOptions()] {
            let authorizer = try PluginFixture.authorizer(["x": files], ["a": policy], treeOptions: treeOptions)
            for _ in 0..<2 {
                let decision = try authorizer.decide(PluginFixture.question(context: [.init("site", .string(site))]))
                let failure = decision.failures.first?.message
                let got = failure ?? decision.advice[0].details[0].value.compact
                #expect(failure == nil ? got == expected : got.contains(expected), "\(got)")
            }
        }
    }

    private static let indexed = """
        data = { tuples = { file = 'tuples.csv', index = { 'object', 'relation' }, columns = {
          object = 'string', relation = 'string', who = 'string', tags = list 'string', level = optional 'number' } } }
        """
    private static let tuples = """
        object,relation,who,tags,level
        a,read,ann,x;y,1
        a,read,bob,,
        a,write,ann,z,3
        b,read,cat,x,
        1:a,b,dan,,
        1,a:b,eve,,

        """

    @Test(arguments: [
        ("#x.tuples:all('a', 'read') == 2", "true"), ("#x.tuples:all('a', 'none') == 0", "true"),
        ("#x.tuples:all(request.context.site, 'read') == 1", "true"),
        ("count(x.tuples:all('a', 'read'), function(t) return t.who == 'bob' end) == 1", "true"),
        ("count(x.tuples:all('a', 'read'), function(t) return t.tags:contains('y') end) == 1", "true"),
        ("count(x.tuples:all('a', 'read'), function(t) return #t.tags == 0 end) == 1", "true"),
        ("count(x.tuples:all('a', 'read'), function(t) return t:has('level') and t.level == 1 end) == 1", "true"),
        // Values of one look-up are never taken for those of another.
        ("count(x.tuples:all('1', 'a:b'), function(t) return t.who == 'eve' end) == 1", "true"),
        ("#x.tuples:all('1:a', 'b') == 1", "true"),
        ("count(x.tuples:all('a', 'read'), function(t) return t.level > 0 end) == 1", "is absent"),
        (
            "#call(x.tuples, 'all', 'a') == 0",
            "is looked up by all of its index: write `:all(object, relation)`, got 1 argument"
        ),
        ("#call(x.tuples, 'all', 'a', 7) == 0", "is looked up by its `relation`, a string, got `7`"),
        (
            "call(x.tuples, 'get', 'a').who == 'ann'",
            "has no key: iterate over it with `ipairs`, or look rows up with `all`"
        ),
    ])
    func `rows are looked up by an index`(ask: String, expected: String) throws {
        let files = ["plugin.lua": PluginFixture.manifest("x", Self.indexed), "tuples.csv": Self.tuples]
        let helpers = """
            local function count(rows, wanted)
              local number = 0
              for _, row in ipairs(rows) do if wanted(row) then number = number + 1 end end
              return number
            end
            local function call(value, name, a, b) return value[name](value, a, b) end
            """
        let policy = helpers + "\n" + PluginFixture.policy("advise(\"v\", { v = \(ask) })")
        for treeOptions in [TreeOptions.none, .reference, TreeOptions()] {
            let authorizer = try PluginFixture.authorizer(["x": files], ["a": policy], treeOptions: treeOptions)
            for _ in 0..<3 {
                let decision = try authorizer.decide(PluginFixture.question(context: [.init("site", .string("b"))]))
                let failure = decision.failures.first?.message
                let got = failure ?? decision.advice[0].details[0].value.compact
                #expect(failure == nil ? got == expected : got.contains(expected), "\(got)")
            }
        }
    }

    @Test(arguments: [
        (
            "#x.tuples:all('a') == 0",
            "`x.tuples` is looked up by all of its index: write `:all(object, relation)`, got 1 argument"
        ),
        ("#x.sites:all('a') == 0", "`x.sites` has no index, so it has no `all`: `get` gives the row of a key"),
        (
            "(function() for _, t in ipairs(x.tuples:all('a', 'read')) do return t.whom == 'a' end return false end)()",
            "a row has no `whom` (did you mean `who`?)"
        ),
    ])
    func `a look-up that the index does not have is reported at loading`(ask: String, message: String) {
        let data = Self.indexed.dropLast(3) + "}, " + Self.table.dropFirst("data = { ".count)
        let loaded = PluginFixture.load([
            "x": [
                "plugin.lua": PluginFixture.manifest("x", String(data)), "sites.csv": Self.rows,
                "tuples.csv": Self.tuples,
            ]
        ])
        #expect(loaded.faults.isEmpty, "\(loaded.faults)")
        let policies = ["a": PluginFixture.policy("if \(ask) then permit() end")]
        let result = PolicySet.load(PluginFixture.policySource(policies, plugins: loaded.set))
        #expect(result.set == nil)
        #expect(result.diagnostics.map(\.message) == [message])
    }

    @Test(arguments: [
        "'tags'", "'level'", "'nothing'", "{}", "{ 'object', 'object' }", "{ 'object', 'tags' }", "7",
        "{ a = 'object' }", "{ 'object', 'relation', 'who', 'object', 'who' }",
    ])
    func `an index that rows cannot be looked up by is refused`(index: String) {
        let data = Self.indexed.replacing("{ 'object', 'relation' }", with: index)
        let loaded = PluginFixture.load([
            "x": ["plugin.lua": PluginFixture.manifest("x", data), "tuples.csv": Self.tuples]
        ])
        #expect(loaded.faults.first?.message.contains("`index` names a required column") == true, "\(loaded.faults)")
    }

    @Test(arguments: [
        (#"[{"n": "a", "tags": ["x", "y"]}, {"n": "b", "tags": []}]"#, true), (#"[{"n": "a", "tags": "x"}]"#, false),
        (#"[{"n": "a", "tags": ["x", 7]}]"#, false), (#"[{"n": "a", "tags": null}]"#, false),
        (#"[{"n": "a"}]"#, false), (#"[{"n": "a", "tags": [["x"]]}]"#, false),
    ])
    func `a list in JSON is an array`(json: String, isValid: Bool) {
        let data = "data = { t = { file = 't.json', key = 'n', columns = { n = 'string', tags = list 'string' } } }"
        let loaded = PluginFixture.load(["x": ["plugin.lua": PluginFixture.manifest("x", data), "t.json": json]])
        #expect(loaded.faults.isEmpty == isValid, "\(loaded.faults)")
    }

    @Test func `rows of two keys that look alike are two rows`() throws {
        for (one, other) in [("caf\u{E9}", "cafe\u{301}"), ("K", "\u{212A}"), (";", "\u{37E}")] {
            let rows = "id,country,staff,closed\n\"\(one)\",NO,1,\n\"\(other)\",SE,2,\n"
            let files = ["plugin.lua": PluginFixture.manifest("x", Self.table), "sites.csv": rows]
            let policy = PluginFixture.policy(
                "if x.sites:get(request.context.site).country == \"NO\" and x.sites:get(\"\(one)\").staff == 1 then permit() end"
            )
            for treeOptions in [TreeOptions.none, TreeOptions()] {
                let authorizer = try PluginFixture.authorizer(["x": files], ["a": policy], treeOptions: treeOptions)
                for (site, isMeant) in [(one, true), (other, false), (one, true), (other, false)] {
                    let decision = try authorizer.decide(
                        PluginFixture.question(context: [.init("site", .string(site))]))
                    #expect(
                        decision.isPermitted == isMeant && decision.failures.isEmpty, "\(Array(site.unicodeScalars))")
                }
            }
        }
    }

    @Test(arguments: [
        ("x.sites:get(request.context.site).contry == \"NO\"", "a row has no `contry` (did you mean `country`?)"),
        ("x.site:get(\"hq\").country == \"NO\"", "the plugin `x` has no `site` (did you mean `sites`?)"),
    ])
    func `a member that a table or a plugin does not have is reported at loading`(ask: String, message: String) {
        let loaded = PluginFixture.load([
            "x": ["plugin.lua": PluginFixture.manifest("x", Self.table), "sites.csv": Self.rows]
        ])
        let policies = ["a": PluginFixture.policy("if \(ask) then permit() end")]
        let result = PolicySet.load(PluginFixture.policySource(policies, plugins: loaded.set))
        #expect(result.set == nil)
        #expect(result.diagnostics.map(\.message) == [message])
    }

    @Test func `a comparison of a row is a fact, however many keys there are`() throws {
        var rows = "id,country,staff,closed\n"
        for number in 0..<1_000 { rows += "s\(number),\(number % 2 == 0 ? "NO" : "SE"),1,\n" }
        let files = ["plugin.lua": PluginFixture.manifest("x", Self.table), "sites.csv": rows]
        let policy = PluginFixture.policy("if x.sites:get(request.context.site).country == \"NO\" then permit() end")
        let authorizer = try PluginFixture.authorizer(["x": files], ["a": policy])
        func permits(_ number: Int) throws -> Bool {
            try authorizer.decide(PluginFixture.question(context: [.init("site", .string("s\(number)"))])).isPermitted
        }
        #expect(try permits(0) && !permits(1))
        let runs = authorizer.runCount
        for number in 2..<200 { #expect(try permits(number) == (number % 2 == 0)) }
        #expect(authorizer.runCount == runs)
    }

    @Test func `a table of very many rows costs Lua nothing`() throws {
        var rows = "id,country,staff,closed\n"
        for number in 0..<50_000 { rows += "s\(number),NO,\(number),\n" }
        let text = PluginFixture.manifest(
            "x",
            "functions = { f = { takes = { { id = 'string' } }, returns = 'number', run = function(id) return s:get(id).staff end } }, \(Self.table)",
            before: "local s = data 'sites'")
        let policy = PluginFixture.policy("if x.f(\"s49999\") == 49999 then permit() end")
        let authorizer = try PluginFixture.authorizer(
            ["x": ["plugin.lua": text, "sites.csv": rows]], ["a": policy], treeOptions: .none)
        #expect(try authorizer.decide(PluginFixture.question()).isPermitted)
        #expect(authorizer.authorizer.bytes["a"]! < 20_000)
    }

    @Test(arguments: [
        ("sites.csv", "id,country,staff\nhq,NO,many\n", 2, "`staff` is a number, got `many`"),
        ("sites.csv", "id,country,staff\nhq,NO,18446744073709551614\n", 2, "`staff` is a number, got"),
        ("sites.csv", "id,country,staff\nhq,NO,0x1F\n", 2, "`staff` is a number, got `0x1F`"),
        ("sites.csv", "id,country,staff\nhq,NO,007\n", 2, "`staff` is a number, got `007`"),
        ("sites.json", "[{\"id\":\"hq\",\"staff\":18446744073709551614}]", 1, "the integer does not fit 64 bits"),
        ("sites.csv", "id,country,staff\nhq,NO\n", 2, "expected 3 fields, got 2"),
        ("sites.csv", "id,country,staff\nhq,NO,1\nhq,SE,2\n", 3, "the key `hq` is given twice"),
        ("sites.csv", "id,country\nhq,NO\n", 1, "the column `staff` is missing"),
        ("sites.csv", "id,country,staff,size\nhq,NO,1,2\n", 1, "unknown column `size`"),
        ("sites.csv", "id,country,staff\nhq,\"NO,1\n", 3, "a quoted field is never closed"),
        ("sites.csv", "id,country,staff\nhq,\"NO\"x,1\n", 2, "text follows the closing quote of a field"),
        ("sites.csv", "id,country,staff\nhq,\"NO\" ,1\n", 2, "text follows the closing quote of a field"),
        ("sites.csv", "id,country,staff\nhq,\"NO\"\"\"x,1\n", 2, "text follows the closing quote of a field"),
        ("sites.csv", "id,country,staff\nhq,\"\"\"NO\"\"x,1\n", 3, "a quoted field is never closed"),
        ("sites.csv", "id,country,staff\nhq,N\"O,1\n", 2, "a field with a quote in it must be quoted"),
        ("sites.csv", "id,country,staff\nhq,N\0O,1\n", 2, "a field holds NUL"),
        ("sites.csv", "id,country,staff\nhq,\"N\0O\",1\n", 2, "a field holds NUL"),
        ("sites.csv", "\"id\"s,country,staff\n", 1, "text follows the closing quote of a field"),
        ("sites.csv", "", 1, "the first line must name the columns"),
        ("sites.csv", "id,id,staff\n", 1, "a column is named twice"),
        ("sites.json", "{}", 1, "an array of objects"),
        ("sites.json", "[{\"id\": \"hq\", \"country\": \"NO\"}]", 1, "row 1 has no `staff`"),
        ("sites.json", "[{\"id\": \"hq\", \"country\": 1, \"staff\": 1}]", 1, "`country` is a string, got a number"),
        (
            "sites.json", "[{\"id\": \"hq\", \"country\": \"NO\", \"staff\": 1, \"cuntry\": 2}]", 1,
            "did you mean `country`?"
        ),
        ("sites.json", "[1]", 1, "row 1 must be an object"),
        (
            "sites.json",
            "[\n{\"id\": \"hq\", \"country\": \"NO\", \"staff\": 1},\n{\"id\": \"x\",\n\"country\": \"NO\", \"staff\": \"y\"}]",
            4, "row 2: `staff` is a number, got a string"
        ),
        (
            "sites.json",
            "[\n{\"id\": \"hq\", \"country\": \"NO\", \"staff\": 1},\n{\"id\": \"hq\", \"country\": \"NO\", \"staff\": 1}]",
            3,
            "the key `hq` is given twice"
        ),
        ("sites.json", "[\n  // x\n]", 2, "JSON has no comments"),
        ("sites.json", "[{", 1, "expected"),
    ])
    func `wrong data does not load, and the message has its place`(
        file: String, text: String, line: Int, message: String
    ) {
        let plugin = PluginFixture.manifest("x", Self.table.replacing("sites.csv", with: file))
        let found = PluginFixture.load(["x": ["plugin.lua": plugin, file: text]]).set.broken["x"] ?? []
        #expect(
            found.contains { $0.path == "plugins/x/\(file)" && $0.line == line && $0.message.contains(message) },
            "\(found)")
    }

    @Test func `a missing file of data is named first, where the manifest names it`() {
        let plugin = PluginFixture.manifest("x", "\n" + Self.table)
        let found = PluginFixture.load(["x": ["plugin.lua": plugin, "site.csv": "id\n"]]).set.broken["x"] ?? []
        #expect(
            found.map(\.message) == [
                "the file `plugins/x/sites.csv` is missing (did you mean `site.csv`?): `data.sites` reads it"
            ])
        #expect(found.allSatisfy { $0.path == "plugins/x/plugin.lua" && ($0.line ?? 0) > 1 }, "\(found)")
    }

    @Test(arguments: [
        ("0", true), ("-1", true), ("2147483648", true), ("9007199254740992", true), ("9223372036854775807", true),
        ("-9223372036854775808", true), ("9223372036854775808", false), ("-9223372036854775809", false),
        ("+99999999999999999999999", false), ("1e300", true), ("0.1", true), ("1e400", false), ("-1e400", false),
        ("inf", false), ("nan", false), ("-", false),
    ])
    func `a number at the limits is taken unchanged, or refused with its line`(number: String, isTaken: Bool) throws {
        let plugin = PluginFixture.manifest("x", Self.table)
        let rows = "id,country,staff\nhq,NO,\(number)\n"
        let loaded = PluginFixture.load(["x": ["plugin.lua": plugin, "sites.csv": rows]])
        let found = loaded.set.broken["x"] ?? []
        #expect(found.isEmpty == isTaken, "\(found)")
        #expect(isTaken || found.contains { $0.line == 2 && $0.message.contains("got `\(number)`") }, "\(found)")
        // In JSON it is read or refused, without a crash.
        let json = "[{\"id\": \"hq\", \"country\": \"NO\", \"staff\": \(number)}]"
        let files = ["plugin.lua": plugin.replacing("sites.csv", with: "sites.json"), "sites.json": json]
        let inJSON = PluginFixture.load(["x": files]).set.broken["x"] ?? []
        #expect(!isTaken || inJSON.isEmpty, "\(inJSON)")
    }

    @Test func `JSON and CSV give the same data`() throws {
        let json =
            #"[{"id":"hq","country":"NO","staff":120},{"id":"lab","country":"SE","staff":7,"closed":"2026-05-01"}]"#
        let plugin = PluginFixture.manifest("x", Self.table.replacing("sites.csv", with: "sites.json"))
        let policy = PluginFixture.policy(
            "if x.sites:get(\"lab\").closed < request.date and x.sites:get(\"hq\").staff == 120 then permit() end")
        let authorizer = try PluginFixture.authorizer(["x": ["plugin.lua": plugin, "sites.json": json]], ["a": policy])
        #expect(try authorizer.decide(PluginFixture.question()).isPermitted)
    }

    @Test func `settings of each tenant are looked up in tables`() throws {
        let plugin = PluginFixture.manifest(
            "x", "functions = { f = { host = 'network.contains_any' } }", head: "needs = { 'network' },")
        let policy = PluginFixture.policy("if x.f(config.nets, request.context.ip) then permit() end", uses: "x")
            .replacing("\nreturn", with: " local config = settings { nets = list \"string\" }\nreturn")
        let settings =
            #"{"a":{"all":{"nets":["192.0.2.0/24"]},"tenants":{"t":{"nets":["10.0.0.0/8","2001:db8::/32"]}}}}"#
        let authorizer = try PluginFixture.authorizer(["x": ["plugin.lua": plugin]], ["a": policy], settings: settings)
        func permits(_ ip: String) throws -> Bool {
            try authorizer.decide(PluginFixture.question(context: [.init("ip", .string(ip))])).isPermitted
        }
        #expect(
            try permits("10.1.2.3") && permits("2001:db8::1") && permits("::ffff:10.0.0.1") && !permits("192.0.2.1"))
        let bad = settings.replacing("10.0.0.0/8", with: "10.0.0.1/8")
        let failing = try PluginFixture.authorizer(["x": ["plugin.lua": plugin]], ["a": policy], settings: bad)
        let decision = try failing.decide(PluginFixture.question(context: [.init("ip", .string("10.1.2.3"))]))
        #expect(decision.failures.first?.message.contains("write `10.0.0.0/8`") == true)
    }
}
