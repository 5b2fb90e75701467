import Model
import TestSupport
import Testing

@testable import Decisions
@testable import Engine
@testable import Policies

/// Decisions by times, durations and networks, in each way to decide.
@Suite struct TimesTests {
    private static let schema = """
        return {
          actions = { ["orders.read"] = "read" },
          resources = { order = { due = optional "date", opens = optional "time", age = optional "duration",
                                  site = optional "network", at = optional "instant" } },
          context = { ip = optional "ip" },
        }
        """

    private static func set(_ condition: String, settings: String = "", file: String? = nil) throws -> PolicySet {
        let text = """
            local config = settings { \(settings) }
            return { on = "access", grants = { "*" }, decide = function(r) if \(condition) then permit() end end }
            """
        var files = [
            PolicyFile(name: "schema.lua", bytes: Array(schema.utf8)),
            PolicyFile(name: "a.lua", bytes: Array(text.utf8)),
        ]
        if let file { files.append(.init(name: "settings.json", bytes: Array(file.utf8))) }
        return try Fixtures.load(PolicySource(path: "p", files: files))
    }

    private static func question(
        _ resource: String, _ context: String = "{}", at time: String = "2026-06-01T12:00:00Z"
    ) throws -> AuthorizationRequest {
        AuthorizationRequest(
            action: "orders.read", subject: .token(Fixture.token.description),
            resource: .init(type: "order", id: "1", properties: try JSONReader.parse(Array(resource.utf8))),
            context: try JSONReader.parse(Array(context.utf8)), now: try #require(Instant(time)))
    }

    /// The code of the decision, which is the same however it is made, and however often.
    private static func code(_ set: PolicySet, _ question: AuthorizationRequest) throws -> String {
        var codes: Set<String> = []
        for treeOptions in [TreeOptions(), .none, .reference] {
            let decider = try Decider(policies: set, directory: Fixture.directory(), treeOptions: treeOptions)
            for _ in 0..<4 { codes.insert(try decider.decide(question).code) }
        }
        #expect(codes.count == 1, "\(codes)")
        return codes.first ?? ""
    }

    @Test(arguments: [
        ("r.date > date '2026-05-31'", "{}", "{}", true), ("r.date > date '2026-06-01'", "{}", "{}", false),
        ("r.resource.due == date '2026-12-24'", "{\"due\":\"2026-12-24\"}", "{}", true),
        ("r.date - r.resource.due > duration { days = 30 }", "{\"due\":\"2026-05-01\"}", "{}", true),
        ("r.date - r.resource.due > duration { days = 31 }", "{\"due\":\"2026-05-01\"}", "{}", false),
        ("r.date - r.resource.due >= duration 'P31D'", "{\"due\":\"2026-05-01\"}", "{}", true),
        ("(r.date - r.resource.due).days == -1", "{\"due\":\"2026-06-02\"}", "{}", true),
        ("r.time - r.resource.at == duration 'PT90M'", "{\"at\":\"2026-06-01T10:30:00Z\"}", "{}", true),
        ("(r.time - r.resource.at).hours == 1", "{\"at\":\"2026-06-01T10:30:00Z\"}", "{}", true),
        ("r.time - r.resource.age < r.resource.at", "{\"at\":\"2026-06-01T10:31:00Z\",\"age\":\"PT90M\"}", "{}", true),
        ("r.resource.at + r.resource.age > r.time", "{\"at\":\"2026-06-01T10:31:00Z\",\"age\":\"PT90M\"}", "{}", true),
        ("r.resource.opens < time '06:00:01'", "{\"opens\":\"06:00\"}", "{}", true),
        ("r.time:between(r.resource.opens, '14:00')", "{\"opens\":\"06:00\"}", "{}", false),
        ("r.time:between(r.resource.opens, '14:00:01')", "{\"opens\":\"06:00\"}", "{}", true),
        ("r.resource.opens:between('22:00', '06:00')", "{\"opens\":\"23:30\"}", "{}", true),
        ("r.resource.opens:between('22:00', '06:00')", "{\"opens\":\"06:00\"}", "{}", false),
        ("r.context.ip:is_within(r.resource.site)", "{\"site\":\"10.0.0.0/8\"}", "{\"ip\":\"10.1.2.3\"}", true),
        ("r.context.ip:is_within(r.resource.site)", "{\"site\":\"10.1.2.3\"}", "{\"ip\":\"::ffff:10.1.2.3\"}", true),
        ("r.context.ip:is_within('10.1.2.4')", "{}", "{\"ip\":\"10.1.2.3\"}", false),
        ("r.context.ip:is_within(network '::/0')", "{}", "{\"ip\":\"10.1.2.3\"}", false),
        ("r.resource.site:is_within('10.0.0.0/8')", "{\"site\":\"10.1.0.0/16\"}", "{}", true),
        ("r.resource.site:is_within('10.1.0.0/16')", "{\"site\":\"10.0.0.0/8\"}", "{}", false),
        ("r.resource.site == network '10.0.0.0/8'", "{\"site\":\"10.0.0.0/8\"}", "{}", true),
        ("r.time:plus { seconds = 30 } > r.resource.at", "{\"at\":\"2026-06-01T12:00:29Z\"}", "{}", true),
        ("'due ' .. r.resource.due == 'due 2026-12-24'", "{\"due\":\"2026-12-24\"}", "{}", true),
        ("'for ' .. r.resource.age == 'for PT1H30M'", "{\"age\":\"PT90M\"}", "{}", true),
    ])
    func `a condition on times and networks holds or not`(
        condition: String, resource: String, context: String, holds: Bool
    ) throws {
        let code = try Self.code(Self.set(condition), Self.question(resource, context))
        #expect(code == (holds ? "permitted" : "not_permitted"), "\(condition): \(code)")
    }

    @Test(arguments: [
        "r.date - r.resource.due > duration 'P1D'", "r.time - r.resource.at > duration 'P1D'",
        "r.time + r.resource.age > r.time", "r.resource.opens:between('06:00', '21:00')",
        "r.time:between(r.resource.opens, '21:00')", "r.context.ip:is_within(r.resource.site)",
        "r.resource.site:is_within('10.0.0.0/8')", "(r.date - r.resource.due).days > 1", "r.resource.opens.hour > 1",
        "r.time:between(config.opens, config.closes)", "r.context.ip:is_within_any { r.resource.site }",
        "r.time - duration 'P999999D' - duration 'P999999D' < r.time",
    ])
    func `a fact about a value that is absent or cannot be is a failure`(condition: String) throws {
        let set = try Self.set("not (\(condition))", settings: "opens = time '06:00', closes = time '06:00'")
        #expect(try Self.code(set, Self.question("{}", "{\"ip\":\"10.0.0.1\"}")) == "policy_failed")
    }

    @Test func `the time of day is that of the tenant, and its seconds count`() throws {
        let set = try Self.set("r.time:between('14:00', '14:00:30') and r.time.second < 20")
        // The fixture's tenant is in Oslo: two hours ahead in summer.
        for (time, isIn) in [
            ("11:59:59.999999", false), ("12:00:00", true), ("12:00:19.999999", true), ("12:00:20", false),
        ] {
            let code = try Self.code(set, Self.question("{}", at: "2026-06-01T\(time)Z"))
            #expect((code == "permitted") == isIn, "\(time): \(code)")
        }
    }

    @Test func `settings of every type are those of the tenant`() throws {
        let settings = """
            nets = list { network "10.0.0.0/8" }, freeze = list { date "2026-06-01" }, opens = time "20:00", most = duration "PT1H"
            """
        let condition = """
            r.context.ip:is_within_any(config.nets) and not config.freeze:contains(r.date)
            and r.time:between(config.opens, "23:00") and r.time - r.resource.at < config.most
            """
        let file = """
            {"a":{"all":{"opens":"06:00"},"tenants":{"t":{"nets":["192.0.2.0/24","::1"],"freeze":[],"most":"P2D"}}}}
            """
        let request = try Self.question("{\"at\":\"2026-05-31T12:00:00Z\"}", "{\"ip\":\"192.0.2.7\"}")
        #expect(try Self.code(Self.set(condition, settings: settings, file: file), request) == "permitted")
        #expect(try Self.code(Self.set(condition, settings: settings), request) == "not_permitted")
    }

    @Test func `a required setting that a tenant has not set fails the policy`() throws {
        let file = "{\"a\":{\"all\":{\"enabled\":false}}}"
        let set = try Self.set("r.date < config.closes", settings: "closes = required 'date'", file: file)
            .setting("enabled", of: "a", to: .boolean(true))
        #expect(try Self.code(set, Self.question("{}")) == "policy_failed")
        let closed = try set.setting("closes", of: "a", to: .string("2026-06-02"))
        #expect(try Self.code(closed, Self.question("{}")) == "permitted")
    }

    @Test func `a trace names times and networks as they are written`() throws {
        let conditions = [
            ("r.time - r.token.created > duration { days = 30 }", "time - token.created"),
            ("r.time:between('22:00', '06:00')", "time between 22:00 and 06:00"),
            ("(r.date - date '2026-01-01').days > 3", "(date - 2026-01-01).days"),
            ("r.time.time_of_day < time '06:00'", "time.time_of_day < 06:00"),
            ("r.context:has('ip') and r.context.ip:is_within('10.0.0.1')", "context.ip is_within 10.0.0.1/32"),
        ]
        for (condition, text) in conditions {
            let decider = try Decider(policies: Self.set(condition), directory: Fixture.directory())
            let traced = try decider.examine(Self.question("{}", "{\"ip\":\"10.0.0.1\"}"))
            #expect(traced.facts.contains { $0.text.contains(text) }, "\(traced.facts.map(\.text))")
        }
    }

    @Test func `numbers are added up as before`() throws {
        let set = try Self.set("r.date.year + 1 == 2027 and r.date.year - r.date.month == 2020 and 1 + r.date.day == 2")
        #expect(try Self.code(set, Self.question("{}")) == "permitted")
    }
}
