/// A fixed length of time, to the microsecond; a day is 24 hours. Years and months have no fixed length: see `Period`.
package struct TimeSpan: Hashable, Comparable, Sendable {
    package let microseconds: Int64

    /// The longest that can be written: all days of the years 1 to 9999, and more.
    private static let most: Int64 = 10_000 * 366 * TimeOfDay.microsecondsOfDay

    /// - Returns: `nil` for more than 10,000 years.
    package init?(microseconds: Int64) {
        guard microseconds.magnitude <= UInt64(Self.most) else { return nil }
        self.microseconds = microseconds
    }

    /// The time from one instant to another.
    package init(from start: Instant, to end: Instant) {
        microseconds = min(max(end.microseconds &- start.microseconds, -Self.most), Self.most)
    }

    /// The days from one day to another.
    package init(from start: Date, to end: Date) {
        microseconds = (end.daysSinceEpoch - start.daysSinceEpoch) * TimeOfDay.microsecondsOfDay
    }

    package static func < (one: TimeSpan, other: TimeSpan) -> Bool { one.microseconds < other.microseconds }

    /// The sum of both; `nil` for more than 10,000 years.
    package func adding(_ other: TimeSpan) -> TimeSpan? {
        let (sum, overflow) = microseconds.addingReportingOverflow(other.microseconds)
        return overflow ? nil : TimeSpan(microseconds: sum)
    }

    package var negated: TimeSpan { TimeSpan(negating: self) }

    private init(negating other: TimeSpan) { microseconds = -other.microseconds }
}

extension TimeSpan {
    /// The parts that a table of a time span names, with the length of each in microseconds.
    package static let parts: [(name: String, microseconds: Int64)] = [
        ("weeks", 7 * TimeOfDay.microsecondsOfDay), ("days", TimeOfDay.microsecondsOfDay), ("hours", 3_600_000_000),
        ("minutes", 60_000_000), ("seconds", 1_000_000),
    ]

    /// Adds up named parts.
    /// - Throws: for a name that is none of `parts`, and for more than 10,000 years.
    package init(_ counts: [(name: String, count: Int64)]) throws(TimeSpanError) {
        var sum = TimeSpan(microseconds: 0)!
        for (name, count) in counts {
            guard let part = Self.parts.first(where: { $0.name == name }) else {
                if ["years", "months", "year", "month"].contains(name) { throw .unfixed }
                let known = Self.parts.map(\.name)
                throw TimeSpanError(
                    "a duration has \(known.joined(separator: ", ")); got `\(name)`"
                        + Suggestion.hint(for: name, among: known))
            }
            let (length, overflow) = part.microseconds.multipliedReportingOverflow(by: count)
            guard !overflow, let part = TimeSpan(microseconds: length), let next = sum.adding(part) else {
                throw .tooLong
            }
            sum = next
        }
        self = sum
    }
}

extension TimeSpan: CustomStringConvertible {
    /// The span by ISO 8601, in days, hours, minutes and seconds: `P30D`, `PT1H30M`, `-PT0.5S`.
    package var description: String {
        var rest = microseconds.magnitude
        func take(_ unit: UInt64, _ letter: String) -> String {
            defer { rest %= unit }
            return rest / unit == 0 ? "" : "\(rest / unit)\(letter)"
        }
        let days = take(86_400_000_000, "D")
        var clock = take(3_600_000_000, "H") + take(60_000_000, "M")
        if rest > 0 {
            let fraction = rest % 1_000_000
            var digits = fraction == 0 ? "" : ".\(Date.padded(Int(fraction), 6))"
            while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
            clock += "\(rest / 1_000_000)\(digits)S"
        }
        if days.isEmpty, clock.isEmpty { return "PT0S" }
        return (microseconds < 0 ? "-P" : "P") + days + (clock.isEmpty ? "" : "T\(clock)")
    }

    /// Reads ISO 8601: weeks alone, or days, hours, minutes and seconds in this order, each at most once; a fraction
    /// of a second with up to six digits; a `-` in front for a negative span.
    /// - Throws: an error that says which form is wanted, also for years and months, which have no fixed length.
    package init(_ text: String) throws(TimeSpanError) {
        let bytes = Array(text.utf8)
        let isNegative = bytes.first == UInt8(ascii: "-")
        var index = isNegative ? 1 : 0
        guard bytes.count <= 40, index < bytes.count, bytes[index] == UInt8(ascii: "P") else { throw TimeSpanError("") }
        index += 1
        var counts: [(name: String, count: Int64)] = []
        var fraction = 0
        var isClock = false
        // The units that may still come.
        var units = Self.units[...]
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "T"), !isClock {
                isClock = true
                units = units.drop { !$0.isOfClock }
                index += 1
                guard index < bytes.count else { throw TimeSpanError("") }
            }
            let digits = bytes[index...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard digits.count <= 12, let count = Date.number(digits) else { throw TimeSpanError("") }
            index += digits.count
            var isFraction = false
            if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
                let digits = bytes[(index + 1)...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                guard (1...6).contains(digits.count), let value = Date.number(digits) else { throw TimeSpanError("") }
                fraction = (digits.count..<6).reduce(value) { value, _ in value * 10 }
                index += 1 + digits.count
                isFraction = true
            }
            guard index < bytes.count else { throw TimeSpanError("") }
            let letter = bytes[index]
            if letter == UInt8(ascii: "Y") || letter == UInt8(ascii: "M") && !isClock { throw .unfixed }
            guard let place = units.firstIndex(where: { $0.letter == letter && $0.isOfClock == isClock }),
                !isFraction || units[place].name == "seconds"
            else { throw TimeSpanError("") }
            counts.append((units[place].name, isNegative ? -Int64(count) : Int64(count)))
            units = units[place] == Self.units[0] ? [] : units[(place + 1)...]
            index += 1
        }
        guard !counts.isEmpty else { throw TimeSpanError("") }
        let whole = try TimeSpan(counts)
        guard let sum = whole.adding(TimeSpan(microseconds: Int64(isNegative ? -fraction : fraction))!) else {
            throw .tooLong
        }
        self = sum
    }

    private struct Unit: Equatable {
        let letter: UInt8
        let name: String
        var isOfClock = false
    }

    private static let units: [Unit] = [
        Unit(letter: UInt8(ascii: "W"), name: "weeks"), Unit(letter: UInt8(ascii: "D"), name: "days"),
        Unit(letter: UInt8(ascii: "H"), name: "hours", isOfClock: true),
        Unit(letter: UInt8(ascii: "M"), name: "minutes", isOfClock: true),
        Unit(letter: UInt8(ascii: "S"), name: "seconds", isOfClock: true),
    ]
}

/// The reason why something is not a fixed length of time; empty where the form wanted says all.
package struct TimeSpanError: Error, Equatable, Sendable {
    package let message: String

    init(_ message: String) {
        self.message = message
    }

    static let unfixed = TimeSpanError(
        "years and months have no fixed length: write days, or move an instant by `:plus { months = 1 }`")
    static let tooLong = TimeSpanError("a duration is at most 10,000 years")
}
