/// A time of day on a local clock, to the microsecond, without a day and without a zone.
package struct TimeOfDay: Hashable, Comparable, Sendable {
    /// The time since midnight on the clock: from 0 to below 24 hours.
    package let microseconds: Int64

    package static let microsecondsOfDay: Int64 = 86_400_000_000

    /// The time of day so long after midnight, on a clock that starts again after 24 hours.
    package init(microseconds: Int64) {
        self.microseconds = microseconds.remainder(Self.microsecondsOfDay)
    }

    package static func < (one: TimeOfDay, other: TimeOfDay) -> Bool { one.microseconds < other.microseconds }

    package var hour: Int { Int(microseconds / 3_600_000_000) }
    package var minute: Int { Int(microseconds / 60_000_000 % 60) }
    package var second: Int { Int(microseconds / 1_000_000 % 60) }

    /// True from `start` on and before `end`; an `end` that comes before `start` is on the next day.
    package func isBetween(_ start: TimeOfDay, _ end: TimeOfDay) -> Bool {
        start < end ? self >= start && self < end : self >= start || self < end
    }
}

extension TimeOfDay: CustomStringConvertible {
    /// The time as `06:00`, with seconds and a fraction only if it has them: `06:00:30`, `06:00:30.500000`.
    package var description: String {
        let clock = "\(Date.padded(hour, 2)):\(Date.padded(minute, 2))"
        let fraction = Int(microseconds % 1_000_000)
        if second == 0, fraction == 0 { return clock }
        return "\(clock):\(Date.padded(second, 2))" + (fraction == 0 ? "" : ".\(Date.padded(fraction, 6))")
    }

    /// Reads `06:00`, `06:00:30` and `06:00:30.5`, with up to six digits of a second; from `00:00` to before `24:00`.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        let colon = UInt8(ascii: ":")
        guard bytes.count >= 5, bytes.count <= 15, bytes[2] == colon, let hour = Date.number(bytes[0..<2]), hour < 24,
            let minute = Date.number(bytes[3..<5]), minute < 60
        else { return nil }
        var (second, fraction) = (0, 0)
        if bytes.count > 5 {
            guard bytes.count >= 8, bytes[5] == colon, let stated = Date.number(bytes[6..<8]), stated < 60 else {
                return nil
            }
            second = stated
        }
        if bytes.count > 8 {
            let digits = bytes[9...]
            guard bytes[8] == UInt8(ascii: "."), let value = Date.number(digits) else { return nil }
            fraction = (digits.count..<6).reduce(value) { value, _ in value * 10 }
        }
        microseconds = Int64(hour * 3_600 + minute * 60 + second) * 1_000_000 + Int64(fraction)
    }
}

extension Zone {
    /// The time on the local clock, to the microsecond.
    package func timeOfDay(of instant: Instant) -> TimeOfDay {
        let clock = clock(of: instant)
        let seconds = Int64(clock.hour * 3_600 + clock.minute * 60 + clock.second)
        return TimeOfDay(microseconds: seconds * 1_000_000 + instant.microseconds.remainder(1_000_000))
    }
}
