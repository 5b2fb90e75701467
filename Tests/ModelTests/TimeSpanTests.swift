import Model
import Testing

@Suite struct TimeSpanTests {
    @Test(arguments: [
        ("PT90M", 5_400, "PT1H30M"), ("P30D", 2_592_000, "P30D"), ("P2W", 1_209_600, "P14D"), ("PT0S", 0, "PT0S"),
        ("P1DT2H3M4S", 93_784, "P1DT2H3M4S"), ("-PT5M", -300, "-PT5M"), ("PT36H", 129_600, "P1DT12H"),
    ])
    func `a duration is read by ISO 8601`(text: String, seconds: Int64, written: String) throws {
        let span = try TimeSpan(text)
        #expect(span.microseconds == seconds * 1_000_000 && span.description == written)
        #expect(try TimeSpan(written) == span)
    }

    @Test(arguments: [("PT0.5S", 500_000), ("-PT1.000001S", -1_000_001)])
    func `seconds have a fraction`(text: String, microseconds: Int64) throws {
        #expect(try TimeSpan(text).microseconds == microseconds && TimeSpan(text).description == text)
    }

    @Test(arguments: [
        "P", "PT", "P1", "1H", "PT1", "P1H", "PT1D", "P1DT", "PT1M1H", "PT1H1H", "P1W1D", "PT1.5H", "P-1D", "PT1,5S",
        "pt1h", "PT1H ", "+PT1H", "", "-", "P1DT1H1", "PT1.S", "PT1.1234567S", "P1W2W",
    ])
    func `another form is refused`(text: String) {
        #expect(throws: TimeSpanError.self) { try TimeSpan(text) }
    }

    @Test(arguments: ["P1Y", "P1M", "P1Y2M3D", "P2M1D", "-P1Y"])
    func `years and months are refused, since they have no fixed length`(text: String) {
        let error = #expect(throws: TimeSpanError.self) { try TimeSpan(text) }
        #expect(error?.message.contains("no fixed length") == true)
    }

    @Test func `named parts add up`() throws {
        #expect(try TimeSpan([("hours", 1), ("minutes", 30)]) == TimeSpan("PT90M"))
        #expect(try TimeSpan([("weeks", 1), ("days", -1)]) == TimeSpan("P6D"))
        let months = #expect(throws: TimeSpanError.self) { try TimeSpan([("months", 1)]) }
        #expect(months?.message.contains("no fixed length") == true)
        let odd = #expect(throws: TimeSpanError.self) { try TimeSpan([("hour", 1)]) }
        #expect(odd?.message.contains("did you mean `hours`?") == true, "\(String(describing: odd))")
        #expect(throws: TimeSpanError.self) { try TimeSpan([("weeks", .max)]) }
        #expect(throws: TimeSpanError.self) { try TimeSpan("P999999999999D") }
    }
}
