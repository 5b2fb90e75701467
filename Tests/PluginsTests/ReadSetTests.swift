import Decisions
import Engine
import Model
import Plugins
import Policies
import TestSupport
import Testing

/// Results of plugin functions are cached by all facts that were read for them.
@Suite struct ReadSetTests {
    private static let clock = [
        "plugin.lua": """
        -- The clock.
        return { name = "clock", version = "1", about = "hours", needs = { "zone" }, provides = {
          functions = {
            -- Whether it is open.
            open = { host = "zone.is_open", with = { "week", "holidays" } },
          },
          data = {
            -- Hours.
            week = { file = "week.csv", columns = { tenant = "string", weekday = "number", opens = "string", closes = "string" } },
            -- Holidays.
            holidays = { file = "holidays.csv", columns = { tenant = "string", date = "date" } },
          } } }
        """,
        "week.csv": "tenant,weekday,opens,closes\n*,1,08:00,17:00\n", "holidays.csv": "tenant,date\n",
    ]
    /// A function without parameters, or with a department, that reads the clock.
    private static func wrap(takes: String) -> [String: [String: String]] {
        [
            "clock": clock,
            "wrap": [
                "plugin.lua": """
                -- Asks the clock.
                local clock = use "clock"
                return { name = "wrap", version = "1", about = "once removed", requires = { "clock" }, provides = { functions = {
                  -- Whether it is open.
                  may = { takes = { \(takes) }, returns = "boolean", run = function() return clock.open() end },
                } } }
                """
            ],
        ]
    }

    // A Monday, in Oslo's summer time.
    @Test(arguments: [("", ""), ("{ d = 'department' }", "request.token.department")])
    func `a clock behind another plugin is read at each minute`(takes: String, argument: String) throws {
        let policy = PluginFixture.policy("if wrap.may(\(argument)) then permit() end", uses: "wrap")
        for treeOptions in [TreeOptions(), .none, .reference] {
            let authorizer = try PluginFixture.authorizer(
                Self.wrap(takes: takes), ["a": policy], treeOptions: treeOptions)
            let times = ["10:00", "20:00", "14:59", "15:00", "10:00", "05:59", "06:00"].map { "2026-06-01T\($0):00Z" }
            for _ in 0..<2 {
                let answers = try times.map { try authorizer.decide(PluginFixture.question(at: $0)).isPermitted }
                #expect(answers == [true, false, true, false, true, false, true])
            }
        }
    }

    @Test func `times before and after 1970 are not confused`() throws {
        let policy = PluginFixture.policy("if wrap.may() then permit() end", uses: "wrap")
        let weekdays = [
            "week.csv": "tenant,weekday,opens,closes\n*,4,00:00,24:00\n"
        ]
        var plugins = Self.wrap(takes: "")
        plugins["clock"]!["week.csv"] = weekdays["week.csv"]
        // 1970-01-01 was a Thursday; in Oslo it began an hour earlier.
        let authorizer = try PluginFixture.authorizer(plugins, ["a": policy])
        for (time, holds) in [
            ("1970-01-01T00:00:10Z", true), ("1969-12-31T23:59:50Z", true), ("1969-12-31T22:59:59Z", false),
            ("1969-12-31T23:00:00Z", true), ("1970-01-01T23:00:00Z", false), ("1970-01-01T22:59:59Z", true),
        ] {
            #expect(try authorizer.decide(PluginFixture.question(at: time)).isPermitted == holds, "\(time)")
        }
    }

    @Test func `the observed fact of a function shows that it read the clock`() throws {
        let policy = PluginFixture.policy("if wrap.may() then permit() end", uses: "wrap")
        let loaded = PluginFixture.load(Self.wrap(takes: ""))
        let set = try #require(PolicySet.load(PluginFixture.policySource(["a": policy], plugins: loaded.set)).set)
        let evaluator = try Evaluator(set)
        let request = try #require(
            try Authorizer.request(PluginFixture.question(), schema: set.schema, directory: PluginFixture.directory()))
        for _ in 0..<2 {
            _ = evaluator.evaluate(request, isInFull: true)
            let observedFacts = evaluator.outcomes.flatMap { evaluator.observedFacts($0).observedFacts }
            #expect(observedFacts.contains { $0.operation == .call("wrap.may") && $0.dependsOnTime })
        }
    }

    @Test func `results computed from a client's string do not fill the tree`() throws {
        let plugin = PluginFixture.function(
            "x", takes: "{ r = 'resource' }", returns: "\"string\"", run: "local r = ... return r.note .. '!'")
        let policy = PluginFixture.policy("if ('' .. x.f(request.resource)):len() > 3 then permit() end")
        let authorizer = try PluginFixture.authorizer(["x": ["plugin.lua": plugin]], ["a": policy])
        for number in 0..<600 {
            let question = PluginFixture.question([.init("note", .string("n\(number)"))])
            #expect(try authorizer.decide(question).isPermitted == ("n\(number)!".utf8.count > 3))
        }
        // Invented strings of a client neither grow the trees nor make the policy uncacheable for others.
        #expect(
            authorizer.authorizer.learned.uncacheable.isEmpty && authorizer.authorizer.learned.bytes < 100_000,
            "\(authorizer.authorizer.learned)")
    }
}
