import Decisions
import Engine
import Model
import Plugins
import Policies
import TestSupport
import Testing

@Suite struct CapabilityTests {
    private func value(
        _ capability: String, _ call: String, files: [String: String] = [:], provides: String = "",
        takes: String = "", returns: String = "'boolean'", argument: String = "",
        at time: String = "2026-06-01T12:00:00Z"
    ) throws -> String {
        var all = files
        all["plugin.lua"] = PluginFixture.manifest(
            "x",
            "functions = { f = { takes = { \(takes) }, returns = \(returns), run = function(...) local a = ... return \(call) end } } \(provides)",
            head: "needs = { '\(capability)' },", before: "local c = use '\(capability)'")
        let authorizer = try PluginFixture.authorizer(
            ["x": all], ["a": PluginFixture.policy("advise(\"v\", { v = tostring(x.f(\(argument))) })")],
            treeOptions: .none)
        let decision = try authorizer.decide(PluginFixture.question(at: time))
        return decision.failures.first?.message ?? decision.advice[0].details[0].value.string ?? "?"
    }

    @Test(arguments: [
        ("'^a+$', 'aaa'", "true"), ("'^a+$', 'aab'", "false"), ("'(?i)ORDER', 'an order'", "true"),
        ("'\\\\d{3}', 'no. 123'", "true"), ("'^\\\\p{Lu}', 'Ærlig'", "true"),
        ("'(', 'a'", "`(` is not a pattern: missing"), ("'(a)\\\\1', 'aa'", "is not a pattern: invalid escape"),
        ("('a'):rep(2000), 'a'", "at most 1000 bytes"),
        ("'(((a{100}){100}){100})', 'a'", "is not a pattern"),
    ])
    func `patterns are RE2's`(arguments: String, expected: String) throws {
        let got = try value("text", "c.matches(\(arguments))")
        #expect(got.contains(expected), "\(got)")
    }

    @Test func `a pattern takes time linear in the text`() throws {
        let got = try value("text", "c.matches('(a*)*(a|aa)+$', ('a'):rep(8000) .. 'b')")
        #expect(got == "false")
    }

    @Test func `strings are brought to a normal form`() throws {
        #expect(try value("text", "c.fold('ＳＴＲＡẞＥ Ⅳ')", returns: "'string'") == "strasse iv")
        #expect(try value("text", "c.normalise('e\u{301}')", returns: "'string'") == "\u{E9}")
    }

    @Test(arguments: [
        ("c.hour(a, 'Asia/Tokyo')", "'number'", "21"), ("c.weekday(a, 'Asia/Tokyo')", "'number'", "1"),
        ("c.date(a, 'Pacific/Auckland')", "'date'", "2026-06-02"),
        ("c.hour(a, 'Asia/Tokio')", "'number'", "the time zone `Asia/Tokio` is not installed"),
        ("c.hour(a, '../etc/passwd')", "'number'", "is not the name of a time zone"),
    ])
    func `local times are computed`(call: String, returns: String, expected: String) throws {
        let got = try value("zone", call, takes: "{ a = 'instant' }", returns: returns, argument: "request.time")
        #expect(got.contains(expected), "\(got)")
    }

    private static let hours =
        "functions = { open = { host = 'zone.is_open', with = { 'hours', 'days' } } }, data = { hours = { file = 'h.csv', columns = { tenant = 'string', weekday = 'number', opens = 'string', closes = 'string' } }, days = { file = 'd.csv', columns = { tenant = 'string', date = 'date' } } }"

    /// Oslo is an hour ahead of UTC in winter, two in summer; 2026-10-25 has 25 hours.
    @Test(arguments: [
        ("2026-06-01T05:59:59Z", false), ("2026-06-01T06:00:00Z", true), ("2026-06-01T13:59:59.999999Z", true),
        ("2026-06-01T14:00:00Z", false), ("2026-12-07T06:30:00Z", false), ("2026-12-07T07:00:00Z", true),
        ("2026-06-02T22:00:00Z", false), ("2026-06-02T21:59:00Z", true), ("2026-06-03T12:00:00Z", false),
    ])
    func `hours are the tenant's own, by run and by tree`(time: String, expected: Bool) throws {
        let files = [
            "plugin.lua": PluginFixture.manifest("x", Self.hours, head: "needs = { 'zone' },"),
            "h.csv": "tenant,weekday,opens,closes\nt,1,08:00,16:00\nt,2,20:00,24:00\n*,3,00:00,24:00\n",
            "d.csv": "tenant,date\n",
        ]
        let authorizer = try PluginFixture.authorizer(
            ["x": files], ["a": PluginFixture.policy("if x.open() then permit() end")])
        for _ in 0..<3 { #expect(try authorizer.decide(PluginFixture.question(at: time)).isPermitted == expected) }
    }

    @Test func `a tree that learned at one minute is right for another`() throws {
        let files = [
            "plugin.lua": PluginFixture.manifest("x", Self.hours, head: "needs = { 'zone' },"),
            "h.csv": "tenant,weekday,opens,closes\n*,1,08:00,16:00\n", "d.csv": "tenant,date\n*,2026-06-08\n",
        ]
        let authorizer = try PluginFixture.authorizer(
            ["x": files], ["a": PluginFixture.policy("if x.open() then permit() end")])
        func isOpen(_ time: String) throws -> Bool {
            try authorizer.decide(PluginFixture.question(at: time)).isPermitted
        }
        #expect(try isOpen("2026-06-01T08:00:00Z") && !isOpen("2026-06-01T18:00:00Z"))
        let runs = authorizer.runCount
        for second in 0..<60 {
            let digits = second < 10 ? "0\(second)" : "\(second)"
            #expect(try isOpen("2026-06-01T09:\(digits):00.0000\(digits)Z"))
            #expect(try !isOpen("2026-06-08T09:\(digits):00Z"))
        }
        #expect(authorizer.runCount == runs)
    }

    @Test(arguments: [
        ("*,8,08:00,16:00", "`weekday` is 1 (Monday) to 7"), ("*,1,8:00,16:00", "has the form `08:30`"),
        ("*,1,08:00,24:01", "has the form `08:30`"), ("*,1,16:00,08:00", "`closes` must be after `opens`"),
    ])
    func `wrong hours do not load`(row: String, message: String) {
        let files = [
            "plugin.lua": PluginFixture.manifest("x", Self.hours, head: "needs = { 'zone' },"),
            "h.csv": "tenant,weekday,opens,closes\n\(row)\n", "d.csv": "tenant,date\n",
        ]
        let found = PluginFixture.load(["x": files]).set.broken["x"] ?? []
        #expect(found.contains { $0.message.contains(message) }, "\(found)")
    }

    @Test func `a function of the host gets the data it needs`() {
        let files = [
            "plugin.lua": PluginFixture.manifest(
                "x", Self.hours.replacing("weekday = 'number', ", with: ""), head: "needs = { 'zone' },"),
            "h.csv": "tenant,opens,closes\n", "d.csv": "tenant,date\n",
        ]
        let found = PluginFixture.load(["x": files]).set.broken["x"] ?? []
        #expect(found.contains { $0.message.contains("needs the columns `weekday`, a number") }, "\(found)")
    }
}
