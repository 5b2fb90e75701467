internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let typeMismatch = Rule(
        name: "type-mismatch",
        purpose: "Comparing values of different types raises, whenever it is reached.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.department == "Sales" then deny("no") end
            end
            return policy
            """,
        find: .policy { policy in
            guard let inference = policy.inference else { return [] }
            return policy.chunk.expressions.compactMap { expression in
                guard case .binary(let operation, let left, let right, _) = expression.kind else { return nil }
                let isOrder: Bool
                switch operation {
                case .equal, .notEqual: isOrder = false
                case .less, .lessEqual, .greater, .greaterEqual: isOrder = true
                default: return nil
                }
                return inference.mismatch(left, right, isOrder: isOrder).map { Finding($0, expression.position) }
            }
        })
}
