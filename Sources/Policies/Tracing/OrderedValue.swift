package import Model

/// A value that has a next and a previous one, as far as tests of boundaries are concerned.
package enum OrderedValue: Equatable, Sendable {
    case integer(Int64)
    case number(Double)
    case instant(Instant)
    case date(Date)

    init?(_ value: Value) {
        switch value {
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .instant(let value): self = .instant(value)
        case .date(let value): self = .date(value)
        default: return nil
        }
    }

    /// Where one value is, as seen from another.
    package enum Place: Int, CaseIterable, Sendable {
        case below, at, above
    }

    /// Whether this one is the other, or just beside it: by one day, by at most one second, by at most 1.
    package func place(besides other: OrderedValue) -> Place? {
        guard let difference = difference(to: other) else { return nil }
        if difference == 0 { return .at }
        guard abs(difference) <= 1 else { return nil }
        return difference < 0 ? .below : .above
    }

    /// How far two values are from each other; `nil` for values of two kinds.
    package func distance(to other: OrderedValue) -> Double? { difference(to: other).map(abs) }

    /// In days, in seconds, or as a number.
    private func difference(to other: OrderedValue) -> Double? {
        switch (self, other) {
        case (.date(let one), .date(let other)): return Double(one.daysSinceEpoch - other.daysSinceEpoch)
        case (.instant(let one), .instant(let other)):
            return (Double(one.microseconds) - Double(other.microseconds)) / 1_000_000
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
        }
    }
}
