import Foundation
import Model
import Testing

/// Foundation has code and zone data of its own: those of ICU.
@Suite struct ZoneFoundationTests {
    /// True when both have the same version of the database. Another one may know other rules for the years to come.
    private static let isSameVersion = {
        let text = try? String(contentsOfFile: "/usr/share/zoneinfo/tzdata.zi", encoding: .utf8)
        return text?.hasPrefix("# version \(TimeZone.timeZoneDataVersion)\n") == true
    }()

    /// Instants of the years 1970 to 2037, or to 2023 where the versions differ; the same in every run.
    private static let seconds: [Int64] = {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        return (0..<4_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64((state >> 33) % (isSameVersion ? 2_145_916_800 : 1_704_067_200))
        }
    }()

    @Test func `every zone gives the local time that Foundation gives`() {
        var compared = 0
        for name in TimeZone.knownTimeZoneIdentifiers.sorted() {
            guard let zone = try? Zone(ExactName(name)), let other = TimeZone(identifier: name) else {
                Issue.record("`\(name)` is not known to both")
                continue
            }
            let different = Self.seconds.first { seconds in
                let offset = other.secondsFromGMT(for: Foundation.Date(timeIntervalSince1970: Double(seconds)))
                let (day, second) = (seconds + Int64(offset)).quotientAndRemainder(floored: 86_400)
                let instant = Instant(microseconds: seconds * 1_000_000)
                compared += 1
                return zone.date(of: instant) != Model.Date(daysSinceEpoch: day)
                    || zone.clock(of: instant) != (second / 3_600, second / 60 % 60, second % 60)
            }
            #expect(different == nil, "\(name) differs at \(different ?? 0) seconds after 1970")
        }
        #expect(compared >= 400 * Self.seconds.count)
    }
}

extension Int64 {
    fileprivate func quotientAndRemainder(floored divisor: Int64) -> (quotient: Int64, remainder: Int) {
        let remainder = (self % divisor + divisor) % divisor
        return ((self - remainder) / divisor, Int(remainder))
    }
}
