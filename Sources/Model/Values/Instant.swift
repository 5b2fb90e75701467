internal import Glibc

/// A point in time: whole microseconds since 1970, UTC.
package struct Instant: Hashable, Comparable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The wall clock. Commands read it once, at their edge.
    package static func now() -> Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    package static func < (one: Instant, other: Instant) -> Bool { one.microseconds < other.microseconds }

    /// The time from this instant to another.
    package func distance(to other: Instant) -> Duration {
        .microseconds(other.microseconds) - .microseconds(microseconds)
    }

    /// The first and the last instant that can be written: those of the years 1 to 9999.
    package static let first = Instant(microseconds: -62_135_596_800_000_000)
    package static let last = Instant(microseconds: 253_402_300_799_999_999)

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int64 { microseconds.quotient(1_000_000) }
}

extension Int64 {
    /// The quotient rounded down, also for negative numbers.
    func quotient(_ divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }

    /// The remainder of `quotient`: never negative.
    func remainder(_ divisor: Int64) -> Int64 { self - quotient(divisor) * divisor }
}

extension Instant: CustomStringConvertible {
    /// The instant by RFC 3339 in UTC: `2026-11-22T12:00:00Z`, with a fraction only if it has one.
    package var description: String {
        let date = Date(daysSinceEpoch: seconds.quotient(86_400))
        let second = seconds.remainder(86_400)
        let clock = [second / 3_600, second / 60 % 60, second % 60].map { Date.padded(Int($0), 2) }
        let fraction = microseconds.remainder(1_000_000)
        let digits = fraction == 0 ? "" : "." + Date.padded(Int(fraction), 6)
        return "\(date)T\(clock.joined(separator: ":"))\(digits)Z"
    }

    /// Reads RFC 3339, with `Z` or an offset, and up to nine digits of a second; years 1 to 9999. The seconds may be left
    /// out, as in `2026-11-22T12:00Z`. Digits beyond microseconds are cut. `-00:00` is UTC, and `T` and `Z` may be small.
    ///
    /// A leap second, `23:59:60` in UTC at the end of June or December, is the first second of the next day.
    /// - Returns: `nil` for anything else, also for a date alone or with text before or after it.
    package init?(_ text: String) {
        var clock = ClockReader(bytes: Array(text.utf8))
        guard clock.bytes.count >= 17, clock.bytes.count <= 40, let date = Date(clock.bytes[0..<10]),
            clock.take(anyOf: "Tt"), let hour = clock.number(below: 24), clock.take(anyOf: ":"),
            let minute = clock.number(below: 60)
        else { return nil }
        var second = 0
        var fraction = 0
        if clock.take(anyOf: ":") {
            guard let stated = clock.number(below: 61) else { return nil }
            second = stated
            if clock.take(anyOf: ".") {
                guard let stated = clock.fraction() else { return nil }
                fraction = stated
            }
        }
        guard let offset = clock.offset(), clock.isAtEnd else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + Int64(hour * 3_600 + minute * 60 + second - offset)
        // The offset may take it outside the years that can be written.
        guard (-62_135_596_800..<253_402_300_800).contains(seconds) else { return nil }
        if second == 60 {
            let next = Date(daysSinceEpoch: seconds.quotient(86_400))
            guard seconds.remainder(86_400) == 0, next.day == 1, next.month == 1 || next.month == 7 else { return nil }
        }
        microseconds = seconds * 1_000_000 + Int64(fraction)
    }
}

/// Reads the part of an instant after its date.
private struct ClockReader {
    let bytes: [UInt8]
    private var position = 10

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    /// True when the next character is one of these, which is passed over then.
    mutating func take(anyOf characters: StaticString) -> Bool {
        guard position < bytes.count else { return false }
        let next = bytes[position]
        let isOne = characters.withUTF8Buffer { unsafe $0.contains(next) }
        if isOne { position += 1 }
        return isOne
    }

    /// A number of two digits.
    mutating func number(below limit: Int) -> Int? {
        guard position + 2 <= bytes.count, let number = Date.number(bytes[position..<(position + 2)]), number < limit
        else { return nil }
        position += 2
        return number
    }

    /// The microseconds of one to nine digits after the point.
    mutating func fraction() -> Int? {
        let digits = bytes[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard (1...9).contains(digits.count), let value = Date.number(digits.prefix(6)) else { return nil }
        position += digits.count
        return (min(digits.count, 6)..<6).reduce(value) { value, _ in value * 10 }
    }

    /// The seconds that a zone is ahead of UTC.
    mutating func offset() -> Int? {
        if take(anyOf: "Zz") { return 0 }
        let sign = take(anyOf: "+") ? 60 : take(anyOf: "-") ? -60 : 0
        guard sign != 0, let hours = number(below: 24), take(anyOf: ":"), let minutes = number(below: 60) else {
            return nil
        }
        return (hours * 60 + minutes) * sign
    }
}
