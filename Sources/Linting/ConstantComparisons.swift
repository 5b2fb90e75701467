internal import Model
internal import Policies
internal import Syntax

/// The comparisons of a policy that always have the same result, alone or with those beside them.
struct ConstantComparisons {
    private let chunk: Chunk
    private let inference: TypeInference
    private(set) var findings: [Rule.Finding] = []
    /// The comparisons that are constant by themselves.
    private var constant: Set<Expression.ID> = []

    init(_ inference: TypeInference) {
        chunk = inference.chunk
        self.inference = inference
        for index in chunk.expressions.indices { look(at: chunk.id(index)) }
        lookAtChains()
    }

    // MARK: One comparison

    private mutating func look(at id: Expression.ID) {
        guard case .binary(let operation, let left, let right, _) = chunk[id].kind, operation.isComparison,
            let (message, place) = reason(id, operation, left, right)
        else { return }
        constant.insert(id)
        findings.append(Rule.Finding(message, chunk[place].position))
    }

    /// The reason why a comparison always has the same result, and the place to point at.
    private func reason(
        _ id: Expression.ID, _ operation: BinaryOperator, _ left: Expression.ID, _ right: Expression.ID
    ) -> (String, Expression.ID)? {
        if inference.isSame(left, right) { return ("both sides are the same", id) }
        if isConstant(left), isConstant(right) { return ("both sides are constants", id) }
        if operation == .equal || operation == .notEqual {
            for (side, other) in [(left, right), (right, left)] {
                guard inference.luaKind(other) == .nothing, let kind = inference.luaKind(side), kind != .nothing else {
                    continue
                }
                return ("\(kind.withArticle) is never nil", id)
            }
            for (side, other) in [(left, right), (right, left)] {
                guard let bytes = inference.literal(other), let (what, known) = texts(side) else { continue }
                let text = ExactName(String(decoding: bytes, as: UTF8.self))
                if known.contains(text) { return nil }
                return ("\(what) is never `\(text)`\(Suggestion.hint(for: text, among: known))", other)
            }
        }
        guard let (constraint, side) = constraint(id),
            let (_, words) = inference.range(of: constraint.subject, at: side)
        else { return nil }
        let result: String
        if !Constraint.canHold([constraint]) {
            result = "never"
        } else if !Constraint.canHold([constraint.negated]) {
            result = "always"
        } else {
            return nil
        }
        return ("`\(constraint.subject.name)` is \(words); `\(constraint.shown)` is \(result) true", id)
    }

    private func isConstant(_ id: Expression.ID) -> Bool {
        switch chunk[id].kind {
        case .nil, .boolean, .integer, .float, .string: true
        case .parenthesized(let inner), .unary(.minus, let inner): isConstant(inner)
        default: inference.isConstant(id)
        }
    }

    /// The words for a value that has few possible strings, and these strings.
    private func texts(_ id: Expression.ID) -> (String, [ExactName])? {
        if let choices = inference.choices(id) { return choices }
        let kinds = inference.shape.kinds
        let administrative = kinds.filter(\.isAdministrative).map { ExactName($0.rawValue) }
        let schema = inference.schema
        switch inference.attribute(id) {
        case .actionName: return ("the action", (kinds.contains(.access) ? schema.actionNames : []) + administrative)
        case .actionKind: return ("the kind of an action", Schema.ActionKind.allCases.map { ExactName($0.rawValue) })
        case .kind: return ("the kind of a token", ["api", "mobile"])
        case .point: return ("the decision kind here", kinds.map { ExactName($0.rawValue) })
        case .recordType where kinds == [.access]:
            return ("the type", (schema.resources + schema.subjects).map(\.name) + ["token"])
        default: return nil
        }
    }

    // MARK: Comparisons beside one another

    /// A comparison with a constant, and the side that is no constant.
    private func constraint(_ id: Expression.ID) -> (Constraint, Expression.ID)? {
        switch chunk[id].kind {
        case .parenthesized(let inner): return constraint(inner)
        case .unary(.not, let inner): return constraint(inner).map { ($0.0.negated, $0.1) }
        case .binary(let operation, let left, let right, _) where operation.isComparison:
            for (side, other, operation) in [(left, right, operation), (right, left, operation.swapped)] {
                guard let subject = inference.subject(side) else { continue }
                if let number = inference.number(other) {
                    let range = inference.range(of: subject, at: side).map { Constraint.Domain.whole($0.range) }
                    let constraint = Constraint(
                        subject: subject, operation: operation, bound: .number(number), domain: range ?? .any)
                    return (constraint, side)
                }
                if let (place, shown) = inference.orderedConstant(other) {
                    let bound = Constraint.Bound.constant(place, shown: shown)
                    return (Constraint(subject: subject, operation: operation, bound: bound, domain: .any), side)
                }
                if let bytes = inference.literal(other), operation == .equal || operation == .notEqual {
                    let text = ExactName(String(decoding: bytes, as: UTF8.self))
                    let domain = texts(side).map { Constraint.Domain.texts($0.1) } ?? .any
                    let constraint = Constraint(
                        subject: subject, operation: operation, bound: .text(text), domain: domain)
                    return (constraint, side)
                }
            }
            return nil
        default: return nil
        }
    }

    private mutating func lookAtChains() {
        var inner: Set<Expression.ID> = []
        // The parts of an expression come before it.
        for index in chunk.expressions.indices.reversed() {
            let id = chunk.id(index)
            guard case .binary(let operation, _, _, _) = chunk[id].kind, operation == .and || operation == .or,
                !inner.contains(id)
            else { continue }
            look(at: operands(of: id, operation, &inner), operation)
        }
    }

    /// The operands of a chain of one operator, in source order.
    private func operands(
        of id: Expression.ID, _ operation: BinaryOperator, _ inner: inout Set<Expression.ID>
    ) -> [Expression.ID] {
        var found: [Expression.ID] = []
        var open = [id]
        while let id = open.popLast() {
            switch chunk[id].kind {
            case .parenthesized(let part): open.append(part)
            case .binary(operation, let left, let right, _):
                inner.insert(id)
                open += [right, left]
            default: found.append(id)
            }
        }
        return found
    }

    private mutating func look(at operands: [Expression.ID], _ operation: BinaryOperator) {
        var known: [TypeInference.Subject: [Constraint]] = [:]
        for id in operands where !constant.contains(id) {
            guard let (constraint, _) = constraint(id) else { continue }
            let added = operation == .and ? constraint : constraint.negated
            let before = known[constraint.subject] ?? []
            known[constraint.subject, default: []].append(added)
            guard Constraint.canHold(before), !Constraint.canHold(before + [added]) else { continue }
            let name = "`\(constraint.subject.name)`"
            let shown = (operation == .and ? before : before.map(\.negated)).map { "`\($0.shown)`" }
            let others = shown.joined(separator: operation == .and ? " and " : " or ")
            findings.append(
                Rule.Finding(
                    operation == .and
                        ? "\(name) is never \(others) and also `\(constraint.shown)`: write `or`, or correct one of them"
                        : "\(name) is always \(others) or `\(constraint.shown)`: write `and`, or correct one of them",
                    chunk[id].position))
        }
    }
}
