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

    /// Reads RFC 3339, with `Z` or an offset, and up to six digits of a second; years 1 to 9999.
    /// - Returns: `nil` for anything else, also for a date alone or with text before or after it.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40, let date = Date(bytes[0..<10]),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), let hour = Date.number(bytes[11..<13]), hour < 24,
            let minute = Date.number(bytes[14..<16]), minute < 60, let second = Date.number(bytes[17..<19]), second < 60
        else { return nil }
        var index = 19
        var fraction = 0
        if bytes[index] == UInt8(ascii: ".") {
            let end = bytes[(index + 1)...].firstIndex { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let end, case let digits = bytes[(index + 1)..<end], (1...6).contains(digits.count),
                let value = Date.number(digits)
            else { return nil }
            fraction = (digits.count..<6).reduce(value) { value, _ in value * 10 }
            index = end
        }
        var offset = 0
        let zone = bytes[index...]
        if zone.count == 1, zone.first == UInt8(ascii: "Z") || zone.first == UInt8(ascii: "z") {
            offset = 0
        } else if zone.count == 6, bytes[index + 3] == UInt8(ascii: ":"),
            let hours = Date.number(bytes[(index + 1)..<(index + 3)]), hours < 24,
            let minutes = Date.number(bytes[(index + 4)..<(index + 6)]), minutes < 60,
            bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-")
        {
            offset = (hours * 60 + minutes) * (bytes[index] == UInt8(ascii: "+") ? 60 : -60)
        } else {
            return nil
        }
        let seconds = date.daysSinceEpoch * 86_400 + Int64(hour * 3_600 + minute * 60 + second - offset)
        // The offset may take it outside the years that can be written.
        guard (-62_135_596_800..<253_402_300_800).contains(seconds) else { return nil }
        microseconds = seconds * 1_000_000 + Int64(fraction)
    }
}
