internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// Changes that turn facts about times and networks.
extension ChangeSuggestions {
    /// Changes of an address or of a network that bring the one into the other, or out of it.
    func networked(_ inner: ObservedFact, _ outer: ObservedFact, holds: Bool) -> [Change] {
        guard let within = inner.value.network, let network = outer.value.network else { return [] }
        func value(_ network: IPNetwork, for fact: ObservedFact) -> Value {
            fact.type == .ip ? .ip(network.address) : .network(network)
        }
        guard holds else {
            let first = inner.type == .ip ? IPNetwork(network.address) : network
            return set(inner, to: value(first, for: inner)) + set(outer, to: value(within, for: outer))
        }
        let others = ["192.0.2.1", "203.0.113.1", "2001:db8::1"].compactMap { IPAddress($0) }.map { IPNetwork($0) }
        let outside = others.filter { !network.contains($0) }.prefix(1).flatMap {
            set(inner, to: value($0, for: inner))
        }
        let apart = others.filter { !$0.contains(within) }.prefix(1).flatMap { set(outer, to: value($0, for: outer)) }
        return outside + apart
    }

    /// Changes of a time, or of an end, that bring the time between the ends, or out of there.
    /// - Parameter operands: the time, the first time of day, and the one after the last.
    func spanned(_ operands: [ObservedFact], holds: Bool) -> [Change] {
        guard operands.count == 3, case .time(let start) = operands[1].value, case .time(let end) = operands[2].value
        else { return [] }
        let own: TimeOfDay
        switch operands[0].value {
        case .time(let time): own = time
        case .instant(let instant): own = zone.timeOfDay(of: instant)
        default: return []
        }
        let wanted = holds ? [end, TimeOfDay(microseconds: start.microseconds - 1)] : [start]
        let moved = wanted.flatMap { time -> [Change] in
            let isInstant = operands[0].type == .instant
            return set(operands[0], to: isInstant ? .instant(at(time, onDayOf: operands[0].value)) : .time(time))
        }
        // An end moves to the time, or just past it.
        let after = TimeOfDay(microseconds: own.microseconds + 1)
        let ends =
            holds
            ? set(operands[1], to: .time(after)) + set(operands[2], to: .time(own))
            : set(operands[1], to: .time(own)) + set(operands[2], to: .time(after))
        return moved + ends
    }

    /// The instant at a time of day, on the day of another instant in the tenant's zone.
    func at(_ time: TimeOfDay, onDayOf value: Value) -> Instant {
        let instant = if case .instant(let instant) = value { instant } else { traced.question.now }
        let start = zone.start(of: zone.date(of: instant))
        return Instant(microseconds: start.microseconds + time.microseconds)
    }

    /// Changes of one term of a sum or a difference that give it a value.
    func set(termsOf fact: ObservedFact, to value: Value) -> [Change] {
        let (one, other) = (fact.operands[0], fact.operands[1])
        let isSum = fact.operation == .sum
        func terms(_ value: Value, _ other: Value, isAdded: Bool) -> [Value] {
            switch (value, other) {
            case (.duration(let span), .instant(let instant)), (.instant(let instant), .duration(let span)):
                let length = isAdded ? span : span.negated
                let sum = Instant(microseconds: instant.microseconds + length.microseconds)
                return (Instant.first...Instant.last).contains(sum) ? [.instant(sum)] : []
            case (.duration(let span), .date(let date)):
                // A length that is no whole number of days lies between two days.
                let days = span.microseconds / TimeOfDay.microsecondsOfDay
                let rest = (span.microseconds % TimeOfDay.microsecondsOfDay).signum()
                return (rest == 0 ? [days] : [days, days + rest]).compactMap { count in
                    date.adding(Period(days: Int(isAdded ? count : -count))).map(Value.date)
                }
            case (.duration(let span), .duration(let other)):
                return span.adding(isAdded ? other : other.negated).map { [.duration($0)] } ?? []
            case (.instant(let end), .instant(let start)): return [.duration(TimeSpan(from: start, to: end))]
            default: return []
            }
        }
        // one + other = value, or one - other = value.
        let first = terms(value, other.value, isAdded: !isSum)
        let second: [Value]
        if case .duration = value, case .duration = one.value, !isSum {
            second = terms(one.value, value, isAdded: false)
        } else {
            second = terms(value, one.value, isAdded: false)
        }
        return first.flatMap { set(one, to: $0) } + second.flatMap { set(other, to: $0) }
    }
}

extension Attribute {
    /// The unit in which a duration is counted.
    var unit: String? {
        switch self {
        case .inDays: "days"
        case .inHours: "hours"
        case .inMinutes: "minutes"
        case .inSeconds: "seconds"
        default: nil
        }
    }
}
