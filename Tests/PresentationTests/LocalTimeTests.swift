internal import Model
internal import Presentation
internal import Testing

@Suite struct LocalTimeTests {
    @Test(arguments: [
        ("2027-06-30T22:00:00Z", "Europe/Oslo", "2027-06-30"),
        ("2027-06-30T22:00:00.000001Z", "Europe/Oslo", "2027-07-01 00:00 Europe/Oslo"),
        ("2027-01-05T09:00:00Z", "Europe/Oslo", "2027-01-05 10:00 Europe/Oslo"),
        ("2027-01-05T00:00:00Z", "UTC", "2027-01-04"), ("2027-01-04T23:59:59Z", "UTC", "2027-01-04 23:59 UTC"),
        // The clocks skip midnight on that day.
        ("2018-11-04T03:00:00Z", "America/Sao_Paulo", "2018-11-03"),
    ])
    func `an expiry is a day only where it is valid to the end of it`(text: String, zone: ExactName, shown: String)
        throws
    {
        let (instant, zone) = (try #require(Instant(text)), try Zone(zone))
        #expect(LocalTime.expiry(instant, in: zone) == shown)
        let isDay = shown.utf8.count == 10
        #expect(LocalTime.expiryField(instant, in: zone).contains("last valid day") == isDay)
        #expect(LocalTime.expiryClause(instant, in: zone).hasPrefix(isDay ? "its last valid day" : "it expires at"))
    }
}
