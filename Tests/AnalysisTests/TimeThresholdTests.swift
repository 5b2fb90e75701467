import Analysis
import Decisions
import Engine
import Model
import Policies
import TestSupport
import Testing

/// Changes of times, durations and networks that turn a decision.
@Suite struct TimeThresholdTests {
    private static func words(
        _ condition: String, _ properties: [(ExactName, String)] = [], settings: String = "",
        ip: String? = nil
    ) throws -> [String] {
        let fixture = try AnalysisFixture.policy("if \(condition) then permit() end", settings: settings)
        let question = AnalysisFixture.question(
            "orders.read", properties.map { .init($0.0, .string($0.1)) },
            context: ip.map { [.init("ip", .string($0))] } ?? [])
        return fixture.words(try fixture.counterfactual(question))
    }

    @Test(arguments: [
        (
            "request.resource:has('due') and request.resource.due >= date '2027-03-27'", "due", "2027-01-01",
            "resource.due is at least 2027-03-27"
        ),
        (
            "request.resource:has('due') and request.resource.due - request.date > duration { days = 30 }", "due",
            "2026-11-23", "resource.due is more than 2026-12-22"
        ),
        (
            "request.resource:has('at') and request.time - request.resource.at < duration 'PT1H'", "at",
            "2026-11-22T10:00:00Z", "resource.at is more than 2026-11-22T11:00:00Z"
        ),
        (
            "request.resource:has('opens') and request.resource.opens < time '08:00'", "opens", "09:00",
            "resource.opens is less than 08:00"
        ),
        (
            "request.resource:has('opens') and request.resource.opens:between('06:00', '21:00')", "opens", "22:00",
            "resource.opens is from 06:00 and less than 21:00"
        ),
        (
            "request.resource:has('age') and request.resource.age <= duration 'P3D'", "age", "P4D",
            "resource.age is at most P3D"
        ),
    ])
    func `a threshold of a property is found`(condition: String, name: String, value: String, wanted: String) throws {
        let words = try Self.words(condition, [(ExactName(name), value)])
        #expect(words.contains(wanted), "\(words)")
    }

    @Test func `an address outside a network is brought into it`() throws {
        let condition = "request.context:has('ip') and request.context.ip:is_within(config.office)"
        let words = try Self.words(condition, settings: "office = network '10.0.0.0/8'", ip: "192.0.2.1")
        #expect(words.contains("context.ip is within 10.0.0.0/8"), "\(words)")
        #expect(words.contains("the setting a.office of t is 192.0.2.1/32"), "\(words)")
    }

    @Test func `a setting of a time is moved`() throws {
        let words = try Self.words("request.date < config.until_day", settings: "until_day = date '2026-11-22'")
        #expect(words.contains("the setting a.until_day of t is 2026-11-23"), "\(words)")
    }

    @Test(arguments: [
        // The tenant is in Oslo: one hour ahead in winter.
        ("request.time:between('22:00', '06:00')", "2026-11-22T21:00:00Z"),
        ("request.time.time_of_day >= time '18:30'", "2026-11-22T17:30:00Z"),
        ("request.date > date '2026-12-24'", "2026-12-24T23:00:00Z"),
        ("request.time - request.token.created > duration { days = 326 }", "2026-11-23T00:00:00.000001Z"),
        ("(request.time - request.token.created).days == 326", "2026-11-23T00:00:00Z"),
    ])
    func `the time at which a condition comes true is found`(condition: String, time: String) throws {
        let fixture = try AnalysisFixture.policy("if \(condition) then permit() end")
        let words = fixture.words(try fixture.counterfactual(AnalysisFixture.question()))
        let instant = try #require(Instant(time))
        let change = "it is \(instant)"
        #expect(words.contains(change), "\(words), not \(change)")
    }
}
