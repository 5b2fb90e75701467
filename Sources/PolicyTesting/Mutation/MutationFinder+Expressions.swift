internal import Model
internal import Syntax

/// Changes of operators.
extension MutationFinder {
    mutating func find(_ id: Expression.ID) {
        switch chunk[id].kind {
        case .binary(let operation, let left, let right, let offset):
            switch operation {
            case .and, .or: connective(id, operation, left, right, offset)
            default: compare(id, operation, offset)
            }
        case .unary(.not, let operand):
            add(
                .negation, chunk[id].position, "without `not` before \(quoted(range(operand)))",
                chunk[id].start..<chunk[operand].start, "", scope: range(id))
        case .boolean, .integer, .float, .string: constant(id, .constant)
        case .call: changeEffect(id)
        case .table(let fields): dropItems(id, fields)
        default: break
        }
    }

    private mutating func compare(_ id: Expression.ID, _ operation: BinaryOperator, _ offset: Int) {
        let range = offset..<offset + operation.rawValue.utf8.count
        func change(_ kind: Mutation.Kind, _ other: BinaryOperator?) {
            guard let other else { return }
            add(
                kind, chunk.position(at: offset), "`\(other.rawValue)` instead of `\(operation.rawValue)`", range,
                other.rawValue, scope: self.range(id))
        }
        change(.comparison, operation.negated)
        change(.boundary, operation.movedBoundary)
    }

    // MARK: And, or

    private mutating func connective(
        _ id: Expression.ID, _ operation: BinaryOperator, _ left: Expression.ID, _ right: Expression.ID, _ offset: Int
    ) {
        let (whole, one, other) = (range(id), range(left), range(right))
        let swapped = operation == .and ? BinaryOperator.or : .and
        add(
            .connective, chunk.position(at: offset), "`\(swapped.rawValue)` instead of `\(operation.rawValue)`", whole,
            joined(
                id, left, swapped, one.upperBound..<offset, offset + operation.rawValue.utf8.count, other.upperBound),
            scope: whole)
        // Without one side: what remains stands where the whole stood.
        add(
            .operand, chunk[left].position, "without \(quoted(one)) before `\(operation.rawValue)`",
            one.lowerBound..<other.lowerBound, "", scope: whole)
        add(
            .operand, chunk[right].position, "without \(quoted(other)) after `\(operation.rawValue)`",
            one.upperBound..<other.upperBound, "", scope: whole)
    }

    /// The source of two conditions with another word between them, in parentheses where that would join others.
    private func joined(
        _ id: Expression.ID, _ left: Expression.ID, _ operation: BinaryOperator, _ before: Range<Int>, _ after: Int,
        _ end: Int
    ) -> String {
        var one = text(range(left))
        if case .binary(.or, _, _, _) = chunk[left].kind, operation == .and { one = "(\(one))" }
        let joined = one + text(before) + operation.rawValue + text(after..<end)
        guard operation == .or, let parent = parents[id], case .binary(.and, _, _, _) = chunk[parent].kind else {
            return joined
        }
        return "(\(joined))"
    }
}

extension BinaryOperator {
    /// The comparison that holds where this one does not.
    fileprivate var negated: BinaryOperator? {
        switch self {
        case .equal: .notEqual
        case .notEqual: .equal
        case .less: .greaterEqual
        case .lessEqual: .greater
        case .greater: .lessEqual
        case .greaterEqual: .less
        default: nil
        }
    }

    /// The order that differs from this one for equal values alone.
    fileprivate var movedBoundary: BinaryOperator? {
        switch self {
        case .less: .lessEqual
        case .lessEqual: .less
        case .greater: .greaterEqual
        case .greaterEqual: .greater
        default: nil
        }
    }
}
