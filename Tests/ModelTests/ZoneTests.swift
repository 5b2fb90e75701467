import Model
import Testing

@Suite struct ZoneTests {
    @Test(arguments: [
        ("America/Santiago", "2024-09-08", "2024-09-08T04:00:00Z"),
        ("Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z"),
        ("Asia/Beirut", "2024-03-31", "2024-03-30T22:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
        ("Europe/Oslo", "2026-11-23", "2026-11-22T23:00:00Z"),
        ("Europe/Oslo", "2060-07-01", "2060-06-30T22:00:00Z"),
        ("America/Santiago", "2060-01-15", "2060-01-15T03:00:00Z"),
        ("UTC", "2024-02-29", "2024-02-29T00:00:00Z"),
    ])
    func `a day starts at its first instant, also when the clocks skip midnight`(
        zone: String, day: String, start: String
    ) throws {
        let zone = try Zone(ExactName(zone))
        let day = try #require(Date(day))
        #expect(zone.start(of: day).description == start)
        #expect(zone.date(of: zone.start(of: day)) == day)
        #expect(zone.date(of: Instant(microseconds: zone.start(of: day).microseconds - 1)) < day)
    }

    @Test(arguments: [
        ("2024-02-29", 12, "2025-02-28"), ("2023-03-01", 12, "2024-03-01"), ("2024-02-28", 12, "2025-02-28"),
        ("2027-02-28", 12, "2028-02-28"), ("2096-02-29", 12, "2097-02-28"), ("2024-01-31", 1, "2024-02-29"),
        ("2023-08-31", 6, "2024-02-29"),
    ])
    func `months are calendar months, clamped to the month's end`(start: String, months: Int, end: String) throws {
        #expect(try #require(Date(start)).adding(Period(months: months))?.description == end)
    }

    @Test func `years outside 1 to 9999 are not reached`() throws {
        let last = try #require(Date("9999-12-31"))
        #expect(last.adding(Period(days: 1)) == nil)
        #expect(last.adding(Period(months: 1)) == nil)
        #expect(Date("10000-01-01") == nil)
        #expect(Date("2023-02-29") == nil)
    }

    @Test(arguments: ["", "../etc/passwd", "/etc/localtime", "Mars/Olympus", "Europe//Oslo", "tzdata.zi"])
    func `an invalid zone is refused`(name: String) {
        let error = #expect(throws: ZoneError.self) { try Zone(ExactName(name)) }
        #expect(error?.message.contains("`\(name)`") == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        ("2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z"),
        ("2026-11-22T12:00:00.5+01:00", "2026-11-22T11:00:00.500000Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
        ("2026-11-22T12:00:00.1Z", "2026-11-22T12:00:00.100000Z"),
        ("2026-11-22T12:00:00.123456789Z", "2026-11-22T12:00:00.123456Z"),
        ("2026-11-22T12:00:00.9999999Z", "2026-11-22T12:00:00.999999Z"),
        ("2026-11-22T12:00:00.000000999Z", "2026-11-22T12:00:00Z"),
        ("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z"),
        ("2026-11-22T12:00Z", "2026-11-22T12:00:00Z"), ("2025-06-27T18:03-07:00", "2025-06-28T01:03:00Z"),
        ("2026-11-22T12:00:00+05:30", "2026-11-22T06:30:00Z"), ("2026-11-22T12:00:00-00:00", "2026-11-22T12:00:00Z"),
        ("2026-11-22t12:00:00z", "2026-11-22T12:00:00Z"), ("2026-11-22T12:00:00+23:59", "2026-11-21T12:01:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"), ("2015-06-30T23:59:60.25Z", "2015-07-01T00:00:00.250000Z"),
        ("2017-01-01T05:29:60+05:30", "2017-01-01T00:00:00Z"),
    ])
    func `instants are read and written as RFC 3339`(text: String, written: String) throws {
        #expect(try #require(Instant(text)).description == written)
    }

    @Test(arguments: [
        "2026-11-22", "2026-11-22T12:00:00", "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T12:00:00.Z",
        "2026-11-22T12:00:00Z ", "2026-11-22T12:00:00Z\u{0}", "2026-11-22 12:00:00Z", "2026-11-22T12:00:00+0100",
        "2026-11-22T12:00:60Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
        "2026-11-22T12:00:00.1234567890Z", "2026-11-22T12Z", "2026-11-22T12:00", "2026-11-22T12:00.5Z",
        "2026-11-22T12:00:0Z", "2026-11-22T12:00:Z", "2026-11-22T12:60Z", "2026-11-22T12:00:00,5Z",
        "2026-11-22T12:00:00+24:00", "2026-11-22T12:00:00+05:60", "2026-11-22T12:00:00+5:30",
        "2026-11-22T12:00:00±01:00",
        "2016-12-31T23:59:61Z", "2016-11-30T23:59:60Z", "2016-12-31T23:59:60+01:00", "2016-12-31T22:59:60Z",
        "9999-12-31T23:59:60Z", "", "2026-11-22T", "2026-11-22T12:00:00ZZ", "２０２６-11-22T12:00:00Z",
    ])
    func `an invalid instant is refused`(text: String) {
        #expect(Instant(text) == nil)
    }

    @Test func `every day of four centuries keeps its number and weekday`() {
        var weekday = Date(daysSinceEpoch: -140_000).weekday
        for number in Int64(-140_000)...10_000 {
            let date = Date(daysSinceEpoch: number)
            #expect(date.daysSinceEpoch == number)
            #expect(date.weekday == weekday)
            weekday = weekday % 7 + 1
        }
    }
}
