internal import Model
internal import Policies

/// Sums, differences and spans of times.
extension Facts {
    private static let tooFar = Value.failure("that is outside the years 1 to 9999")
    private static let tooLong = Value.failure("that duration is longer than 10,000 years")

    mutating func later(_ node: Expressions.Node) -> Value {
        let period = expressions.periods[Int(node.b)]
        switch value(node.a) {
        case .date where period.isOfClock: return .failure("a day moves by days, not by hours, minutes or seconds")
        case .date(let date): return date.adding(period).map(Value.date) ?? Self.tooFar
        case .instant(let instant): return zone().adding(period, to: instant).map(Value.instant) ?? Self.tooFar
        case let other: return other
        }
    }

    mutating func arithmetic(_ node: Expressions.Node) -> Value {
        let (one, other) = (value(node.a), value(node.b))
        let isSum = node.operation == .sum
        switch (one, other) {
        case (.instant(let end), .instant(let start)): return .duration(TimeSpan(from: start, to: end))
        case (.date(let end), .date(let start)): return .duration(TimeSpan(from: start, to: end))
        case (.instant(let instant), .duration(let span)), (.duration(let span), .instant(let instant)):
            return Self.moved(instant, isSum ? span : span.negated)
        case (.duration(let one), .duration(let other)):
            return one.adding(isSum ? other : other.negated).map(Value.duration) ?? Self.tooLong
        default: break
        }
        for (id, value) in [(node.a, one), (node.b, other)] {
            switch value {
            case .absent, .failure: return missing(id)
            default: continue
            }
        }
        return .failure("`\(expressions.text(node.a))` and `\(expressions.text(node.b))` are not times")
    }

    private static func moved(_ instant: Instant, _ span: TimeSpan) -> Value {
        // Both are far from the limits of 64 bits.
        let sum = Instant(microseconds: instant.microseconds + span.microseconds)
        return (Instant.first...Instant.last).contains(sum) ? .instant(sum) : tooFar
    }

    /// True when a time of day is from a first one on and before a second.
    mutating func between(_ node: Expressions.Node) -> Value {
        let ends = expressions.arguments[Int(node.b)]
        var times: [TimeOfDay] = []
        for id in [node.a] + ends {
            switch value(id) {
            case .time(let time): times.append(time)
            case .instant(let instant): times.append(zone().timeOfDay(of: instant))
            default: return missing(id)
            }
        }
        guard times[1] != times[2] else { return .failure(BetweenEnds.same) }
        return .boolean(times[0].isBetween(times[1], times[2]))
    }

    /// A part of a time of day.
    func read(_ attribute: Attribute, of time: TimeOfDay) -> Value {
        switch attribute {
        case .hour: .integer(Int64(time.hour))
        case .minute: .integer(Int64(time.minute))
        case .second: .integer(Int64(time.second))
        default: .absent
        }
    }

    /// A duration in whole units, rounded towards 0.
    func read(_ attribute: Attribute, of span: TimeSpan) -> Value {
        switch attribute {
        case .inDays: .integer(span.microseconds / TimeOfDay.microsecondsOfDay)
        case .inHours: .integer(span.microseconds / 3_600_000_000)
        case .inMinutes: .integer(span.microseconds / 60_000_000)
        case .inSeconds: .integer(span.microseconds / 1_000_000)
        default: .absent
        }
    }
}
