internal import Model
internal import Presentation
internal import Testing

@testable internal import CommandLine

@Suite struct TimeArgumentTests {
    /// Noon in Oslo; the clocks there change on 2027-03-28 and 2026-10-25.
    private let now = Instant("2027-01-31T11:00:00Z")!

    @Test(arguments: [
        ("90s", "2027-01-31T11:01:30Z"), ("30m", "2027-01-31T11:30:00Z"), ("24h", "2027-02-01T11:00:00Z"),
        ("1d", "2027-02-01T11:00:00Z"), ("2w", "2027-02-14T11:00:00Z"),
        // Clamped to the month's end, at the same time of day.
        ("1mo", "2027-02-28T11:00:00Z"), ("3mo", "2027-04-30T10:00:00Z"), ("1y", "2028-01-31T11:00:00Z"),
        // An elapsed duration ignores that the clocks change.
        ("2160h", "2027-05-01T11:00:00Z"), ("90d", "2027-05-01T10:00:00Z"),
        ("2027-01-31", "2027-01-31T23:00:00Z"), ("2027-01-31T12:00:00+01:00", "2027-01-31T11:00:00Z"),
    ])
    func `the end of a period is a day's end, a moment, or so much later`(text: String, end: String) throws {
        let time = try TimeArgument(text, for: "--overlap")
        #expect(time.end(from: now, in: try Zone("Europe/Oslo")) == Instant(end))
    }

    @Test(arguments: [
        ("2h", "2027-01-31T09:00:00Z"), ("90d", "2026-11-02T11:00:00Z"), ("4mo", "2026-09-30T10:00:00Z"),
        ("2026-12-01", "2026-11-30T23:00:00Z"), ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"),
    ])
    func `the start of a period is a day's first moment, a moment, or so long ago`(text: String, start: String) throws {
        let time = try TimeArgument(text, for: "--since")
        #expect(time.start(before: now, in: try Zone("Europe/Oslo")) == Instant(start))
    }

    @Test(arguments: [
        ("2027-02-01", "Europe/Oslo", "2027-02-01T23:00:00Z"), ("2027-06-30", "Europe/Oslo", "2027-06-30T22:00:00Z"),
        // Clocks skip midnight on 2024-09-08 there.
        ("2024-09-07", "America/Santiago", "2024-09-08T04:00:00Z"),
        ("2027-01-31T12:00:00Z", "Europe/Oslo", "2027-01-31T12:00:00Z"),
        // The last valid day is so many days after today: today is 2027-02-01 in Auckland already.
        ("1d", "Europe/Oslo", "2027-02-01T23:00:00Z"), ("1d", "Pacific/Auckland", "2027-02-02T11:00:00Z"),
        ("90d", "Europe/Oslo", "2027-05-01T22:00:00Z"), ("1mo", "Europe/Oslo", "2027-02-28T23:00:00Z"),
        ("12mo", "Europe/Oslo", "2028-01-31T23:00:00Z"), ("1y", "UTC", "2028-02-01T00:00:00Z"),
        ("12h", "Europe/Oslo", "2027-01-31T23:00:00Z"),
    ])
    func `a token is valid to the end of its last day in the tenant's zone`(
        text: String, zone: String, expires: String
    ) throws {
        let zone = try Zone(ExactName(zone))
        #expect(try TimeArgument.expiry(text, for: "--expires", from: now, in: zone) == Instant(expires))
    }

    @Test func `the last valid day is the chosen one`() throws {
        let zone = try Zone("Europe/Oslo")
        for (text, day) in [("2027-03-28", "2027-03-28"), ("8w", "2027-03-28")] {
            let expires = try TimeArgument.expiry(text, for: "--expires", from: now, in: zone)
            #expect(LocalTime.lastDay(before: expires, in: zone) == Date(day))
        }
    }

    @Test(arguments: [
        ("03/04/2027", "it is ambiguous: write `2027-04-03` or `2027-03-04`"),
        ("03-04-2027", "it is ambiguous: write `2027-04-03` or `2027-03-04`"),
        ("31.01.2027", "write `2027-01-31`"), ("2027-1-31", "write `2027-01-31`"), ("2027/01/31", "write `2027-01-31`"),
        ("2027-02-29", "there is no such day"), ("2027-01-31T12:00:00", "its zone is missing"),
        ("2027-01-31T12:00", "its zone is missing"), ("0h", "at least 1"), ("11y", "at most ten years"),
        ("3661d", "at most ten years"), ("99999999999999999999h", "at most ten years"),
        ("", ""), ("h", ""), ("24", ""), ("-1h", ""), ("1.5h", ""), ("24 h", ""), ("٣h", ""), ("12M", ""),
        ("90D", ""), ("1y6mo", ""), ("tomorrow", ""), ("10000-01-01", "there is no such day"), ("+90d", ""),
    ])
    func `another text is refused with the forms that are taken`(text: String, hint: String) throws {
        let error = #expect(throws: CommandError.self) { try TimeArgument(text, for: "--expires") }
        #expect(error?.status == 64)
        let message = try #require(error?.messages.first)
        #expect(message.hasPrefix("`--expires` must be a day (2027-01-31), "))
        #expect(message.contains("(90d, 12mo; also s, m, h, w, y), got `\(text)`"))
        #expect(hint.isEmpty ? message.hasSuffix("got `\(text)`") : message.contains(hint))
    }

    @Test(arguments: [
        ("+30d", "2027-03-02T11:00:00Z"), ("+1mo", "2027-02-28T11:00:00Z"), ("-2h", "2027-01-31T09:00:00Z"),
        ("2027-02-01", "2027-01-31T23:00:00Z"), ("2027-02-01T00:00:00Z", "2027-02-01T00:00:00Z"),
    ])
    func `another present is a day, a moment, or so much later or earlier`(text: String, present: String) throws {
        let zone = try Zone("Europe/Oslo")
        #expect(try TimeArgument.present(text, for: "--at", now: now, in: zone) == Instant(present))
    }

    @Test(arguments: ["30d", "+30", "noon", "03/04/2027", "+0d"])
    func `anything else is no present`(text: String) {
        let error = #expect(throws: CommandError.self) {
            try TimeArgument.present(text, for: "--at", now: now, in: .utc)
        }
        #expect(error?.status == 64)
    }
}
