import Foundation
import Model
import Testing

/// Foundation reads zones with code of its own.
@Suite struct ZoneFoundationTests {
    private static let zones = TimeZone.knownTimeZoneIdentifiers.sorted()

    /// Instants of the years 1970 to 2037, the same in every run.
    private static let seconds: [Int64] = {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        return (0..<4_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64((state >> 33) % 2_145_916_800)
        }
    }()

    @Test func `every zone of the machine gives the local time that Foundation gives`() throws {
        var compared = 0
        for name in Self.zones {
            let zone = try Zone(ExactName(name))
            let other = try #require(TimeZone(identifier: name), "\(name)")
            let different = Self.seconds.first { seconds in
                let local =
                    seconds + Int64(other.secondsFromGMT(for: Foundation.Date(timeIntervalSince1970: Double(seconds))))
                let instant = Instant(microseconds: seconds * 1_000_000)
                let (clock, second) = (zone.clock(of: instant), Int(local % 86_400 + 86_400) % 86_400)
                compared += 1
                return zone.date(of: instant)
                    != Model.Date(daysSinceEpoch: Int64((Double(local) / 86_400).rounded(.down)))
                    || clock != (second / 3_600, second / 60 % 60, second % 60)
            }
            #expect(different == nil, "\(name) differs at \(different ?? 0) seconds after 1970")
        }
        #expect(compared >= 400 * 4_000)
    }
}
