package import Model

/// A time of the command line: a day, a moment, or a duration from now.
///
/// Every option and command that takes a time takes these three forms. Its meaning depends on the option: an end, a time
/// in the past, or another present.
package enum TimeArgument: Equatable, Sendable {
    case day(Date)
    case moment(Instant)
    case duration(CalendarDuration)

    /// The forms, for help texts.
    package static let forms =
        "a day (2027-01-31), a time with its zone (2027-01-31T10:00:00+01:00), or a duration (90d, 12mo; also s, m, h, w, y)"

    /// - Parameter name: the name of the argument in errors, such as `--expires`.
    /// - Throws: `.usage`, with the forms that are taken.
    package init(_ text: String, for name: String) throws(CommandError) {
        if let time = Self(text) {
            self = time
        } else {
            throw .usage("`\(name)` must be \(Self.forms), got `\(text)`\(Self.hint(text))")
        }
    }

    package init?(_ text: String) {
        if let day = Date(text) {
            self = .day(day)
        } else if let moment = Instant(text) {
            self = .moment(moment)
        } else if let duration = CalendarDuration(text) {
            self = .duration(duration)
        } else {
            return nil
        }
    }

    // MARK: Meanings

    /// The end of a token: of its last valid day, at a moment, or so much later.
    ///
    /// A duration of days or longer units leads to the last valid day: `90d` is the 90th day after today in the zone.
    /// - Returns: `nil` beyond the year 9999.
    package func expiry(from now: Instant, in zone: Zone) -> Instant? {
        guard case .duration(let duration) = self, duration.isOfDays else { return end(from: now, in: zone) }
        return duration.later(than: zone.date(of: now)).flatMap { Self.end(of: $0, in: zone) }
    }

    /// The end of a token that a text gives.
    /// - Throws: `.usage` for another text, and beyond the year 9999.
    package static func expiry(
        _ text: String, for name: String, from now: Instant, in zone: Zone
    ) throws(CommandError) -> Instant {
        guard let expiry = try TimeArgument(text, for: name).expiry(from: now, in: zone) else {
            throw .usage("`\(name)` must be at most 9999-12-30, got `\(text)`")
        }
        return expiry
    }

    /// The end of a period that begins now: of a day, at a moment, or so much later.
    /// - Returns: `nil` beyond the year 9999.
    package func end(from now: Instant, in zone: Zone) -> Instant? {
        switch self {
        case .day(let day): Self.end(of: day, in: zone)
        case .moment(let moment): moment
        case .duration(let duration): duration.later(than: now, in: zone)
        }
    }

    /// The start of a period that reaches to now: the first moment of a day, a moment, or so long ago.
    /// - Returns: `nil` before the year 1.
    package func start(before now: Instant, in zone: Zone) -> Instant? {
        switch self {
        case .day(let day): zone.start(of: day)
        case .moment(let moment): moment
        case .duration(let duration): duration.earlier(than: now, in: zone)
        }
    }

    private static func end(of day: Date, in zone: Zone) -> Instant? {
        day.adding(Period(days: 1)).map(zone.start)
    }

    // MARK: The present

    /// The time that stands for the present: a day's first moment, a moment, or a duration with its sign: `+30d`, `-2h`.
    /// - Parameter name: the name of the argument in errors, such as `--at`.
    package static func present(
        _ text: String, for name: String, now: Instant, in zone: Zone
    ) throws(CommandError) -> Instant {
        let moved: Instant?
        switch (text.first, CalendarDuration(String(text.dropFirst()))) {
        case ("+", let duration?): moved = duration.later(than: now, in: zone)
        case ("-", let duration?): moved = duration.earlier(than: now, in: zone)
        default:
            switch TimeArgument(text) {
            case .day(let day): return zone.start(of: day)
            case .moment(let moment): return moment
            case .duration: throw .usage("`\(name)` needs a sign before a duration: `+\(text)` or `-\(text)`")
            case nil:
                throw .usage(
                    "`\(name)` must be a time with its zone (2027-01-31T10:00:00+01:00), a day (2027-01-31), "
                        + "or `+30d`, got `\(text)`\(hint(text))")
            }
        }
        guard let moved else { throw .usage("`\(name) \(text)` is outside the years 1 to 9999") }
        return moved
    }

    // MARK: Errors

    /// The reason why a text that resembles one of the forms is none of them; empty for any other text.
    private static func hint(_ text: String) -> String {
        let parts = text.split(omittingEmptySubsequences: false) { "./- ".contains($0) }.map { part in
            part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(part) : nil
        }
        let numbers = parts.compactMap(\.self)
        if parts.count == 3, numbers.count == 3 { return dayHint(numbers) }
        if Instant(text + "Z") != nil || Instant(text + ":00Z") != nil {
            return "; its zone is missing: add `Z`, or an offset such as `+01:00`"
        }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        if !digits.isEmpty, CalendarDuration.Unit(rawValue: String(text.dropFirst(digits.count))) != nil {
            return "; a duration is at least 1, and at most ten years"
        }
        return ""
    }

    /// - Parameter numbers: the three numbers of a date, in the order of the text.
    private static func dayHint(_ numbers: [Int]) -> String {
        let isYearFirst = numbers[0] > 31
        let (year, rest) =
            isYearFirst ? (numbers[0], [numbers[1], numbers[2]]) : (numbers[2], [numbers[1], numbers[0]])
        var days = [Date(year: year, month: rest[0], day: rest[1])]
        if !isYearFirst { days.append(Date(year: year, month: rest[1], day: rest[0])) }
        let meant = days.compactMap(\.self)
        switch meant.count {
        case 2 where meant[0] != meant[1]: return "; it is ambiguous: write `\(meant[0])` or `\(meant[1])`"
        case 0: return "; there is no such day"
        default: return "; write `\(meant[0])`"
        }
    }
}
