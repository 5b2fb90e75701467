import Model
import Testing

@Suite struct TimeOfDayTests {
    @Test(arguments: [
        ("00:00", 0), ("06:00", 21_600_000_000), ("23:59:59.999999", 86_399_999_999), ("06:00:30", 21_630_000_000),
        ("12:30:15.500000", 45_015_500_000),
    ])
    func `a time of day is written as it is read`(text: String, microseconds: Int64) throws {
        let time = try #require(TimeOfDay(text))
        #expect(time.microseconds == microseconds && time.description == text)
    }

    @Test(arguments: [
        "24:00", "6:00", "06:60", "06:00:60", "0600", "06:00:", "06:00:1", "06:00:00.", "06:00:00.1234567", " 06:00",
        "06:00Z", "-1:00", "06:00:00.x", "",
    ])
    func `what is no time of day is refused`(text: String) {
        #expect(TimeOfDay(text) == nil)
    }

    @Test(arguments: [
        ("06:00", "06:00", "21:00", true), ("20:59:59.999999", "06:00", "21:00", true),
        ("21:00", "06:00", "21:00", false), ("05:59:59", "06:00", "21:00", false),
        ("22:00", "22:00", "06:00", true), ("23:59:59", "22:00", "06:00", true), ("00:00", "22:00", "06:00", true),
        ("05:59:59.999999", "22:00", "06:00", true), ("06:00", "22:00", "06:00", false),
        ("12:00", "22:00", "06:00", false), ("23:00", "18:00", "00:00", true), ("00:00", "18:00", "00:00", false),
    ])
    func `the first end is included and the second is not, also over midnight`(
        time: String, start: String, end: String, isIn: Bool
    ) throws {
        let (time, start, end) = try (
            #require(TimeOfDay(time)), #require(TimeOfDay(start)), #require(TimeOfDay(end))
        )
        #expect(time.isBetween(start, end) == isIn)
        // The two halves of a day share no time.
        #expect(time.isBetween(end, start) != isIn)
    }

    @Test func `a time of day is that of the local clock, also where clocks change`() throws {
        let zone = try Zone("Europe/Oslo")
        let cases = [
            ("2026-03-29T00:59:59Z", "01:59:59"), ("2026-03-29T01:00:00Z", "03:00"),
            ("2026-10-25T00:30:00Z", "02:30"), ("2026-10-25T01:30:00.25Z", "02:30:00.250000"),
        ]
        for (instant, time) in cases {
            #expect(zone.timeOfDay(of: try #require(Instant(instant))).description == time)
        }
    }
}
