internal import Model
internal import Presentation
internal import Testing

@testable internal import CommandLine

@Suite struct TimeArgumentTests {
    @Test(arguments: [("90s", 90), ("30m", 1_800), ("24h", 86_400), ("7d", 604_800), ("2w", 1_209_600)])
    func `a duration is a number and its unit`(text: String, seconds: Int64) throws {
        #expect(try TimeArgument.duration(text, option: "overlap") == .seconds(seconds))
    }

    @Test(arguments: ["", "h", "24", "0h", "-1h", "1.5h", "24 h", "1y", "99999999999999999999h", "3661d", "٣h"])
    func `anything else is not a duration`(text: String) {
        let error = #expect(throws: CommandError.self) { try TimeArgument.duration(text, option: "overlap") }
        #expect(error?.status == 64)
    }

    @Test(arguments: [
        ("2027-01-31", "Europe/Oslo", "2027-01-31T23:00:00Z"), ("2027-06-30", "Europe/Oslo", "2027-06-30T22:00:00Z"),
        // Clocks skip midnight on 2024-09-08 there.
        ("2024-09-07", "America/Santiago", "2024-09-08T04:00:00Z"),
        ("2027-01-31T12:00:00Z", "Europe/Oslo", "2027-01-31T12:00:00Z"),
    ])
    func `a day is valid to its end in the tenant's zone`(text: String, zone: String, expires: String) throws {
        let zone = try Zone(ExactName(zone))
        #expect(try TimeArgument.expiry(text).instant(in: zone) == Instant(expires))
    }

    @Test(arguments: ["", "tomorrow", "2027-02-29", "31.01.2027", "2027-1-31", "2027-01-31T12:00:00", "10000-01-01"])
    func `anything else is not an expiry`(text: String) {
        let error = #expect(throws: CommandError.self) { try TimeArgument.expiry(text) }
        #expect(error?.status == 64)
    }

    @Test func `the last valid day is the chosen one`() throws {
        let zone = try Zone("Europe/Oslo")
        let expires = try #require(try TimeArgument.expiry("2027-03-28").instant(in: zone))
        #expect(LocalTime.lastDay(before: expires, in: zone) == Date("2027-03-28"))
    }
}
