import Model
import Testing
import Tokens

/// The steps before the end of a token, and the file that says what was sent.
@Suite struct NoticeTests {
    private static let expires = Instant("2027-01-01T00:00:00Z")!
    private static let token = TokenID(high: 1, low: 2)

    @Test(
        arguments: [(61, nil), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0, 1)] as [(Int, Int?)])
    func `a step is reached on its day, and stays until the next`(left: Int, step: Int?) {
        #expect(NoticeSteps.usual.reached(daysLeft: left) == step)
    }

    @Test(arguments: [[], [0], [7, 7], [-1], [3_651], Array(1...21)])
    func `wrong steps are refused`(days: [Int]) {
        #expect(NoticeSteps(days) == nil)
    }

    @Test func `the days are those of the tenant's zone, up to the last valid day`() throws {
        let oslo = try Zone("Europe/Oslo")
        // The last valid day is December 31 in Oslo: it ends at 23:00 UTC.
        let end = Instant("2026-12-31T23:00:00Z")!
        func left(_ now: String, _ zone: Zone) -> Int { NoticeSteps.daysLeft(end, now: Instant(now)!, in: zone) }
        #expect(left("2026-12-31T22:59:59Z", oslo) == 0)
        #expect(left("2026-12-30T22:59:59Z", oslo) == 1 && left("2026-12-30T23:00:00Z", oslo) == 0)
        #expect(left("2026-12-30T23:00:00Z", .utc) == 1)
        // The night in which the clocks change counts as one day.
        let spring = Instant("2027-03-29T22:00:00Z")!
        #expect(NoticeSteps.daysLeft(spring, now: Instant("2027-03-27T12:00:00Z")!, in: oslo) == 2)
    }

    @Test func `what was sent is not sent again, but for a later step or another expiry`() throws {
        let line = SentNotices.line(
            Self.token, expires: Self.expires, step: 30, to: "ops", at: .init("2026-12-02T00:00:00Z")!)
        let sent = try SentNotices(line, path: "sent")
        #expect(
            sent.has(Self.token, expires: Self.expires, step: 30)
                && sent.has(Self.token, expires: Self.expires, step: 60))
        #expect(!sent.has(Self.token, expires: Self.expires, step: 7))
        #expect(
            !sent.has(Self.token, expires: .last, step: 30)
                && !sent.has(TokenID(high: 9, low: 9), expires: Self.expires, step: 30))
        #expect(!sent.isCutOff)
    }

    @Test func `a line that was cut off counts as not sent, and another that is none is an error`() throws {
        let line = SentNotices.line(Self.token, expires: Self.expires, step: 7, to: "ops", at: .last)
        for length in 1..<line.count {
            let sent = try SentNotices(Array(line.prefix(length)), path: "sent")
            #expect(sent.isCutOff && !sent.has(Self.token, expires: Self.expires, step: 7))
        }
        #expect(try !SentNotices([], path: "sent").isCutOff)
        for text in ["{}\n", "x\n", "{\"token\":\"1\"}\n"] {
            let error = #expect(throws: TokenStoreError.self) { try SentNotices(line + Array(text.utf8), path: "sent") }
            #expect(error?.message == "sent:2: the line is no record of a notice")
        }
    }
}
