package import Model

/// A duration as people write it: `90s`, `30m`, `24h`, `90d`, `2w`, `12mo`, `1y`.
///
/// Seconds, minutes and hours elapse. Days, weeks, months and years are those of the calendar in a zone; months and
/// years are clamped to the month's end.
package struct CalendarDuration: Equatable, Sendable {
    /// The units, from the shortest.
    enum Unit: String, CaseIterable, Sendable {
        case seconds = "s"
        case minutes = "m"
        case hours = "h"
        case days = "d"
        case weeks = "w"
        case months = "mo"
        case years = "y"

        /// The most of it in ten years.
        fileprivate var most: Int {
            switch self {
            case .seconds: 3_660 * 86_400
            case .minutes: 3_660 * 1_440
            case .hours: 3_660 * 24
            case .days: 3_660
            case .weeks: 522
            case .months: 120
            case .years: 10
            }
        }
    }

    let count: Int
    let unit: Unit

    /// A duration of at least one of its unit, and of at most ten years.
    /// - Returns: `nil` for any other text.
    init?(_ text: String) {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let count = Int(Substring(digits)), let unit = Unit(rawValue: String(text.dropFirst(digits.count))),
            (1...unit.most).contains(count)
        else { return nil }
        self.count = count
        self.unit = unit
    }

    /// True when it is counted in days or longer units, so that it leads from a day to a day.
    var isOfDays: Bool {
        switch unit {
        case .seconds, .minutes, .hours: false
        case .days, .weeks, .months, .years: true
        }
    }

    private func period(_ sign: Int) -> Period {
        switch unit {
        case .seconds: Period()
        case .minutes: Period(minutes: sign * count)
        case .hours: Period(hours: sign * count)
        case .days: Period(days: sign * count)
        case .weeks: Period(weeks: sign * count)
        case .months: Period(months: sign * count)
        case .years: Period(years: sign * count)
        }
    }

    /// The moment so much later; `nil` outside the years 1 to 9999.
    package func later(than instant: Instant, in zone: Zone) -> Instant? { moved(instant, zone, 1) }

    /// The moment so long before; `nil` outside the years 1 to 9999.
    package func earlier(than instant: Instant, in zone: Zone) -> Instant? { moved(instant, zone, -1) }

    private func moved(_ instant: Instant, _ zone: Zone, _ sign: Int) -> Instant? {
        let seconds = unit == .seconds ? sign * count : 0
        return zone.adding(
            period(sign), to: Instant(microseconds: instant.microseconds + Int64(seconds) * 1_000_000))
    }

    /// The day so much later, for a duration of days or longer units; `nil` for any other, and after the year 9999.
    func later(than day: Date) -> Date? { isOfDays ? day.adding(period(1)) : nil }
}
