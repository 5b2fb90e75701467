package import Model

/// Days and times as people of a zone read them.
package enum LocalTime {
    /// The last valid day of an expiry.
    package static func lastDay(before expires: Instant, in zone: Zone) -> Date {
        zone.date(of: Instant(microseconds: expires.microseconds - 1))
    }

    /// Day and minute: `2026-11-22 13:00`.
    package static func minute(_ instant: Instant, in zone: Zone) -> String {
        let clock = zone.clock(of: instant)
        let digits = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(zone.date(of: instant)) \(digits(clock.hour)):\(digits(clock.minute))"
    }
}
