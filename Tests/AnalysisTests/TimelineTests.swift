import Analysis
import Decisions
import Model
import Policies
import TestSupport
import Testing

@Suite struct TimelineTests {
    private func line(_ fixture: AnalysisFixture, from start: String, until end: String? = nil) throws -> Timeline {
        try Timeline(
            AnalysisFixture.question(at: Instant(start)!), fixture.authorizer, on: fixture.directory,
            until: end.flatMap { Instant($0) })
    }

    private func shown(_ timeline: Timeline) -> [String] {
        timeline.intervals.map { "\($0.from) \($0.summary.code)" }
    }

    @Test func `a token is permitted until it expires, and never again`() throws {
        let fixture = try AnalysisFixture.policy("permit()")
        let timeline = try line(fixture, from: "2026-11-22T12:00:00Z")
        #expect(shown(timeline) == ["2026-11-22T12:00:00Z permitted", "2027-01-01T00:00:00Z token_expired"])
        #expect(timeline.intervals[1].causes == ["the token expires"] && timeline.intervals[1].to == nil)
        #expect(timeline.intervals[0].to == Instant("2027-01-01T00:00:00Z") && timeline.isComplete)
    }

    @Test func `office hours follow the local clock, also when it is set back`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.time.hour >= 8 and request.time.hour < 17 then permit() end")
        let timeline = try line(fixture, from: "2026-10-24T12:00:00Z", until: "2026-10-26T20:00:00Z")
        #expect(
            shown(timeline) == [
                "2026-10-24T12:00:00Z permitted", "2026-10-24T15:00:00Z not_permitted",
                "2026-10-25T07:00:00Z permitted", "2026-10-25T16:00:00Z not_permitted",
                "2026-10-26T07:00:00Z permitted", "2026-10-26T16:00:00Z not_permitted",
            ])
        #expect(timeline.intervals[1].causes == ["time.hour < 17: true → false"])
    }

    @Test func `a single hour or minute is not missed`() throws {
        let hour = try AnalysisFixture.policy("if request.time.hour == 9 then permit() end")
        #expect(
            shown(try line(hour, from: "2026-11-22T10:00:00Z", until: "2026-11-23T12:00:00Z")).dropFirst() == [
                "2026-11-23T08:00:00Z permitted", "2026-11-23T09:00:00Z not_permitted",
            ])
        let minute = try AnalysisFixture.policy(
            "if request.time.hour == 9 and request.time.minute == 30 then permit() end")
        #expect(
            shown(try line(minute, from: "2026-11-22T10:00:00Z", until: "2026-11-23T12:00:00Z")).dropFirst() == [
                "2026-11-23T08:30:00Z permitted", "2026-11-23T08:31:00Z not_permitted",
            ])
    }

    @Test func `an instant in a comparison with the clock is found to the microsecond`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.time < request.token.created:plus { months = 11, minutes = 7 } then permit() end")
        let timeline = try line(fixture, from: "2026-11-22T12:00:00Z")
        #expect(shown(timeline)[1] == "2026-12-01T00:07:00Z not_permitted")
        let strict = try AnalysisFixture.policy(
            "if request.time <= request.token.created:plus { months = 11 } then permit() end")
        #expect(shown(try line(strict, from: "2026-11-22T12:00:00Z"))[1] == "2026-12-01T00:00:00.000001Z not_permitted")
    }

    @Test func `a last day ends at midnight in the tenant's zone`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.date <= request.token.created.date:plus { days = 350 } then permit() end")
        #expect(shown(try line(fixture, from: "2026-11-22T12:00:00Z"))[1] == "2026-12-17T23:00:00Z not_permitted")
    }

    @Test func `business hours of a plugin are found to the minute`() throws {
        var tenant = AnalysisFixture.tenant
        tenant.id = "3"
        let fixture = try AnalysisFixture.policy(
            "if business_hours.open() then permit() end", uses: "business_hours",
            directory: try Directory(Organisation(tenants: [tenant])))
        let timeline = try line(fixture, from: "2026-11-20T12:00:00Z", until: "2026-11-24T12:00:00Z")
        #expect(timeline.isComplete && timeline.intervals.count >= 3, "\(shown(timeline))")
        for interval in timeline.intervals.dropFirst() {
            for step in [-1, 0] as [Int64] {
                var question = AnalysisFixture.question()
                question.now = Instant(microseconds: interval.from.microseconds + step)
                let isPermitted = try fixture.decide(question).isPermitted
                #expect(isPermitted == (interval.summary.isPermitted == (step == 0)))
            }
        }
    }

    @Test func `a policy that reads the clock's content has no reliable timeline`() throws {
        let fixture = try AnalysisFixture.policy("if ('' .. request.time) < '2026-12' then permit() end")
        #expect(try !line(fixture, from: "2026-11-22T12:00:00Z").isComplete)
    }

    @Test func `a proposed token has no timeline`() throws {
        let fixture = try AnalysisFixture.policy("permit()")
        var question = AnalysisFixture.question()
        question.kind = .issue
        let error = #expect(throws: RequestError.self) {
            try Timeline(question, fixture.authorizer, on: fixture.directory)
        }
        #expect(error?.property == "point")
    }

    /// Checks random instants, and the instants around each change.
    @Test(arguments: 0..<10)
    func `a timeline equals deciding at every instant`(seed: UInt64) throws {
        let store = try GeneratedStore(seed: seed, policies: 5)
        var random = Numbers(seed: seed)
        var (timelines, changes) = (0, 0)
        for question in store.questions(12) where question.kind != .issue {
            guard
                let timeline = try? Timeline(
                    question, store.authorizer, on: store.directory,
                    until: Instant(microseconds: question.now.microseconds + 20 * 86_400_000_000)), timeline.isComplete
            else { continue }
            timelines += 1
            changes += timeline.intervals.count - 1
            for _ in 0..<40 {
                let offset = Int64.random(in: 0..<(20 * 86_400_000_000), using: &random)
                try compare(question, at: Instant(microseconds: question.now.microseconds + offset), timeline, store)
            }
            for interval in timeline.intervals.dropFirst() {
                for step in [-1, 0, 1] as [Int64] {
                    try compare(
                        question, at: Instant(microseconds: interval.from.microseconds + step), timeline, store)
                }
            }
        }
        // Invalid requests and policies that read the clock's content have no timeline to compare.
        #expect(timelines >= 3, "\(timelines) timelines, \(changes) changes")
    }

    private func compare(
        _ question: AuthorizationRequest, at instant: Instant, _ timeline: Timeline, _ store: GeneratedStore
    )
        throws
    {
        let interval = try #require(timeline.intervals.last { $0.from <= instant }, "nothing is said of \(instant)")
        var fixture = question
        fixture.now = instant
        let code = try store.decide(fixture).code
        #expect(code == interval.summary.code, "at \(instant): \(timeline.intervals.map(\.summary)) \(question)")
    }
}
