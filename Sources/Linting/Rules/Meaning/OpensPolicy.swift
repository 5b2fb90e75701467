internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let opensPolicy = Rule(
        name: "opens-policy",
        purpose:
            "Reading a value where a comparison would do runs the policy for every new value, until it is uncacheable.",
        severity: .warning,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.resource:has("amount") and request.resource.amount * 2 > 100 then deny("much") end
            end
            return policy
            """,
        find: .code { policy in
            guard let inference = policy.inference else { return [] }
            func reads(_ id: Expression.ID) -> Bool {
                inference.value(id).map { $0.isOfRequest && $0.isContent } ?? false
            }
            return policy.chunk.expressions.compactMap { expression in
                switch expression.kind {
                case .binary(let operation, let left, let right, _)
                where !comparisons.contains(operation) && (reads(left) || reads(right))
                    && !inference.isOfTimes(operation, left, right):
                    return Finding(
                        "`\(operation.rawValue)` reads the value, so the policy runs for every new one; "
                            + "compare, if that will do", expression.position)
                case .method(let base, let name, _)
                where reads(base) && Vocabulary.textMethods.contains(ExactName(name.name)):
                    return Finding(
                        "`\(name.name)` reads the value, so the policy runs for every new one", name.position)
                case .call(let callee, let arguments) where arguments.contains(where: reads):
                    guard case .member(let library, let name) = policy.chunk[callee].kind,
                        case .name(let global) = policy.chunk[library].kind, global.target == .global
                    else { return nil }
                    return Finding(
                        "`\(global.name).\(name.name)` reads the value, so the policy runs for every new one",
                        expression.position)
                default: return nil
                }
            }
        })

    private static let comparisons: Set<BinaryOperator> = [
        .or, .and, .less, .greater, .lessEqual, .greaterEqual, .equal, .notEqual,
    ]
}
