package import Model

/// Days and times as people of a zone read them.
package enum LocalTime {
    /// The last valid day of an expiry.
    package static func lastDay(before expires: Instant, in zone: Zone) -> Date {
        zone.date(of: Instant(microseconds: expires.microseconds - 1))
    }

    /// True when something that expires then is valid to the end of its last day.
    package static func isEndOfDay(_ expires: Instant, in zone: Zone) -> Bool {
        zone.start(of: zone.date(of: expires)) == expires
    }

    /// Day and minute: `2026-11-22 13:00`.
    package static func minute(_ instant: Instant, in zone: Zone) -> String {
        let clock = zone.clock(of: instant)
        let digits = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(zone.date(of: instant)) \(digits(clock.hour)):\(digits(clock.minute))"
    }

    /// Day and minute with the zone: `2026-11-22 13:00 Europe/Oslo`.
    package static func stated(_ instant: Instant, in zone: Zone) -> String {
        "\(minute(instant, in: zone)) \(zone.name)"
    }

    /// An expiry: the last valid day if it is valid to its end, otherwise the time with its zone.
    package static func expiry(_ expires: Instant, in zone: Zone) -> String {
        isEndOfDay(expires, in: zone) ? lastDay(before: expires, in: zone).description : stated(expires, in: zone)
    }

    /// An expiry as a field: `2027-06-30, the last valid day in Europe/Oslo`, or `2027-01-05 10:00 Europe/Oslo`.
    package static func expiryField(_ expires: Instant, in zone: Zone) -> String {
        expiry(expires, in: zone)
            + (isEndOfDay(expires, in: zone) ? ", the last valid day in \(zone.name)" : "")
    }

    /// An expiry as a clause: `its last valid day is 2027-06-30`, or `it expires at 2027-01-05 10:00 Europe/Oslo`.
    package static func expiryClause(_ expires: Instant, in zone: Zone) -> String {
        (isEndOfDay(expires, in: zone) ? "its last valid day is " : "it expires at ") + expiry(expires, in: zone)
    }
}
