package import Model

/// Days, moments and durations of the command line.
package enum TimeArgument {
    /// An expiry: the last valid day in a zone, `2027-01-31`, or a moment, `2027-01-31T12:00:00Z`.
    package enum Expiry: Equatable {
        case lastDay(Date)
        case instant(Instant)

        /// The first moment at which the token is no longer valid; `nil` beyond the year 9999.
        package func instant(in zone: Zone) -> Instant? {
            switch self {
            case .instant(let instant): instant
            case .lastDay(let day): day.adding(Period(days: 1)).map(zone.start)
            }
        }
    }

    package static func expiry(_ text: String, option: String = "expires") throws(CommandError) -> Expiry {
        if let day = Date(text) { return .lastDay(day) }
        if let instant = Instant(text) { return .instant(instant) }
        throw .usage(
            "`--\(option)` must be the last valid day, such as 2027-01-31, or a time with its zone, got `\(text)`")
    }

    /// The start of a period: a day, from its first moment in a zone, or a moment.
    enum Start: Equatable {
        case day(Date)
        case instant(Instant)

        func instant(in zone: Zone) -> Instant {
            switch self {
            case .instant(let instant): instant
            case .day(let day): zone.start(of: day)
            }
        }
    }

    static func start(_ text: String, option: String) throws(CommandError) -> Start {
        if let day = Date(text) { return .day(day) }
        if let instant = Instant(text) { return .instant(instant) }
        throw .usage(
            "`--\(option)` must be a day such as 2026-11-22, or a time such as 2026-11-22T12:00:00Z, got `\(text)`")
    }

    /// A whole number of seconds, minutes, hours, days or weeks: `90s`, `30m`, `24h`, `7d`, `2w`; at most ten years.
    package static func duration(_ text: String, option: String) throws(CommandError) -> Duration {
        let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        let digits = text.dropLast()
        guard let unit = text.last.flatMap({ seconds[$0] }), !digits.isEmpty,
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int64(digits), count > 0, count <= 10 * 366 * 86_400 / unit
        else {
            throw .usage("`--\(option)` must be a duration such as 90s, 30m, 24h, 7d or 2w, got `\(text)`")
        }
        return .seconds(count * unit)
    }
}
