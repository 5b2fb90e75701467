package import Model

/// A value with neighbours on either side, as tests of boundaries need it.
package enum OrderedValue: Equatable, Sendable {
    case integer(Int64)
    case number(Double)
    case instant(Instant)
    case date(Date)
    case time(TimeOfDay)
    case duration(TimeSpan)

    init?(_ value: Value) {
        switch value {
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .instant(let value): self = .instant(value)
        case .date(let value): self = .date(value)
        case .time(let value): self = .time(value)
        case .duration(let value): self = .duration(value)
        default: return nil
        }
    }

    /// The position of one value relative to another.
    package enum Place: Int, CaseIterable, Sendable {
        case below, at, above
    }

    /// The position of this value relative to one that is equal or close: at most one day, one second or 1 away.
    package func place(besides other: OrderedValue) -> Place? {
        guard let difference = difference(to: other) else { return nil }
        if difference == 0 { return .at }
        guard abs(difference) <= 1 else { return nil }
        return difference < 0 ? .below : .above
    }

    /// The distance between two values; `nil` for values of two kinds.
    package func distance(to other: OrderedValue) -> Double? { difference(to: other).map(abs) }

    /// In days, in seconds, or as a number.
    private func difference(to other: OrderedValue) -> Double? {
        switch (self, other) {
        case (.date(let one), .date(let other)): return Double(one.daysSinceEpoch - other.daysSinceEpoch)
        case (.instant(let one), .instant(let other)):
            return (Double(one.microseconds) - Double(other.microseconds)) / 1_000_000
        case (.time(let one), .time(let other)): return Double(one.microseconds - other.microseconds) / 1_000_000
        case (.duration(let one), .duration(let other)):
            return Double(one.microseconds - other.microseconds) / 1_000_000
        case (.integer(let one), .integer(let other)):
            let (difference, overflow) = one.subtractingReportingOverflow(other)
            return overflow ? Double(one) - Double(other) : Double(difference)
        default:
            guard let one = number, let other = other.number else { return nil }
            return one.isNaN || other.isNaN ? nil : one == other ? 0 : one - other
        }
    }

    private var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    package var text: String {
        switch self {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .instant(let value): value.description
        case .date(let value): value.description
        case .time(let value): value.description
        case .duration(let value): value.description
        }
    }
}
