internal import Model
internal import Policies
internal import Syntax

/// A comparison of a value of the request with a constant: `request.time.hour > 20`.
struct Constraint {
    enum Bound: Equatable {
        case number(Double)
        /// A constant that has an order, by its place in it, as the source writes it: `date "2026-12-31"`.
        case constant(Double, shown: String)
        case text(ExactName)
    }

    /// The contents that a value can have.
    enum Domain {
        case any
        case whole(ClosedRange<Int64>)
        case texts([ExactName])
    }

    let subject: TypeInference.Subject
    let operation: BinaryOperator
    let bound: Bound
    let domain: Domain

    /// The comparison that holds exactly when this one does not.
    var negated: Constraint {
        Constraint(subject: subject, operation: operation.negated, bound: bound, domain: domain)
    }

    /// The comparison as messages show it: `> 20`.
    var shown: String {
        switch bound {
        case .number(let number):
            let isWhole = number == number.rounded() && abs(number) < 1e15
            return "\(operation.rawValue) \(isWhole ? "\(Int64(number))" : "\(number)")"
        case .constant(_, let shown): return "\(operation.rawValue) \(shown)"
        case .text(let text): return "\(operation.rawValue) \"\(text)\""
        }
    }

    /// True when some value satisfies all constraints, which are on one subject.
    static func canHold(_ constraints: [Constraint]) -> Bool {
        let texts = constraints.compactMap { constraint -> (BinaryOperator, ExactName)? in
            if case .text(let text) = constraint.bound { (constraint.operation, text) } else { nil }
        }
        let numbers = constraints.compactMap { constraint -> (BinaryOperator, Double)? in
            switch constraint.bound {
            case .number(let number), .constant(let number, _): (constraint.operation, number)
            case .text: nil
            }
        }
        guard let domain = constraints.first?.domain else { return true }
        return canBe(texts, domain) && canBe(numbers, domain)
    }

    private static func canBe(_ texts: [(operation: BinaryOperator, text: ExactName)], _ domain: Domain) -> Bool {
        if texts.isEmpty { return true }
        let wanted = Set(texts.filter { $0.operation == .equal }.map(\.text))
        let excluded = Set(texts.filter { $0.operation == .notEqual }.map(\.text))
        guard wanted.count <= 1, wanted.isDisjoint(with: excluded) else { return false }
        guard case .texts(let known) = domain else { return true }
        if let wanted = wanted.first { return known.contains(wanted) }
        return !known.allSatisfy(excluded.contains)
    }

    private static func canBe(_ numbers: [(operation: BinaryOperator, number: Double)], _ domain: Domain) -> Bool {
        if numbers.isEmpty { return true }
        var low = -Double.infinity
        var high = Double.infinity
        var isWhole = false
        if case .whole(let range) = domain {
            (low, isWhole) = (Double(range.lowerBound), true)
            if range.upperBound != .max { high = Double(range.upperBound) }
        }
        // Without whole numbers, the next number is so near that no constant lies between.
        func above(_ number: Double) -> Double { isWhole ? number.rounded(.down) + 1 : number.nextUp }
        func below(_ number: Double) -> Double { isWhole ? number.rounded(.up) - 1 : number.nextDown }
        var excluded: Set<Double> = []
        for (operation, number) in numbers {
            switch operation {
            case .less: high = min(high, below(number))
            case .lessEqual: high = min(high, isWhole ? number.rounded(.down) : number)
            case .greater: low = max(low, above(number))
            case .greaterEqual: low = max(low, isWhole ? number.rounded(.up) : number)
            case .equal: (low, high) = (max(low, number), min(high, number))
            case .notEqual: excluded.insert(number)
            default: continue
            }
        }
        if isWhole { (low, high) = (low.rounded(.up), high.rounded(.down)) }
        guard low <= high else { return false }
        guard isWhole ? high - low < Double(excluded.count) : low == high else { return true }
        return !stride(from: low, through: high, by: 1).allSatisfy(excluded.contains)
    }
}

extension BinaryOperator {
    /// The comparison that holds exactly when this one does not.
    fileprivate var negated: BinaryOperator {
        switch self {
        case .equal: .notEqual
        case .notEqual: .equal
        case .less: .greaterEqual
        case .lessEqual: .greater
        case .greater: .lessEqual
        case .greaterEqual: .less
        default: self
        }
    }

    /// The comparison with its sides swapped.
    var swapped: BinaryOperator {
        switch self {
        case .less: .greater
        case .lessEqual: .greaterEqual
        case .greater: .less
        case .greaterEqual: .lessEqual
        default: self
        }
    }

    var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: true
        default: false
        }
    }
}
