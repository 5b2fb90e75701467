import Model
import Plugins
import TestSupport
import Testing

@testable import Decisions

/// Times, durations and networks of plugins, and the constants in their code.
@Suite struct PluginConstantsTests {
    private static let plugin = PluginFixture.manifest(
        "x",
        """
        functions = {
          frozen = { takes = { { day = "date" } }, returns = "boolean",
            run = function(day) return day >= first and day - first < duration { days = 10 } end },
          opens = { returns = "time", run = function() return time "06:00" end },
          home = { returns = "network", run = function() return "10.0.0.0/8" end },
          late = { takes = { { at = "time" }, { limit = "duration" } }, returns = "boolean",
            run = function(at, limit) return at.hour > 12 and limit > duration "PT1H" end },
        },
        data = { sites = { file = "sites.csv", key = "name",
          columns = { name = "string", net = "network", opens = "time", grace = "duration" } } },
        """, before: "local first = date \"2026-12-24\"")

    private static let rows = "name,net,opens,grace\noslo,10.0.0.0/8,06:00,PT90M\nrome,192.0.2.7,07:30,P1D\n"

    private func code(_ condition: String, at time: String = "2026-06-01T12:00:00Z") throws -> String {
        let decider = try PluginFixture.authorizer(
            ["x": ["plugin.lua": Self.plugin, "sites.csv": Self.rows]],
            ["p": PluginFixture.policy("if \(condition) then permit() end")])
        let question = PluginFixture.question(context: [.init("ip", .string("192.0.2.7"))], at: time)
        let first = try decider.decide(question).code
        #expect(try decider.decide(question).code == first)
        return first
    }

    @Test(arguments: [
        ("x.frozen(date '2026-12-26')", true), ("x.frozen('2027-01-03')", false), ("x.frozen(request.date)", false),
        ("request.time:between(x.opens(), '21:00')", true), ("request.context.ip:is_within(x.home())", false),
        ("request.context.ip:is_within(x.sites:get('rome').net)", true),
        ("request.context.ip:is_within(x.sites:get('oslo').net)", false),
        ("request.time:between(x.sites:get('rome').opens, '14:00')", false),
        ("x.sites:get('oslo').grace < duration 'PT91M'", true),
        ("x.late(request.time.time_of_day, request.time - request.token.created)", true),
        ("x.late('06:00', 'PT2H')", false),
    ])
    func `a plugin takes, returns and keeps times and networks`(condition: String, holds: Bool) throws {
        #expect(try code(condition) == (holds ? "permitted" : "not_permitted"), "\(condition)")
    }

    @Test func `a wrong constant or cell is quoted, with the form wanted`() {
        let faults = PluginFixture.load([
            "x": ["plugin.lua": Self.plugin, "sites.csv": "name,net,opens,grace\noslo,10.0.0.1/8,6:00,1h\n"]
        ]).faults.map(\.message)
        #expect(
            faults.contains { $0.contains("`net`: `10.0.0.1/8` is no network such as `10.0.0.0/8`") }, "\(faults)")
        #expect(faults.contains { $0.contains("`opens`: `6:00` is no time such as `06:00`") }, "\(faults)")
        #expect(faults.contains { $0.contains("`grace`: `1h` is no duration such as `PT90M`") }, "\(faults)")
        let constant = PluginFixture.load([
            "x": [
                "plugin.lua": PluginFixture.function("x", run: "return true", before: "local d = date \"2026-13-01\"")
            ]
        ]).faults
        #expect(
            constant.first?.message == "`2026-13-01` is no date such as `2026-12-31`: there is no such day",
            "\(constant)")
        #expect(constant.first?.line == 1)
    }
}
