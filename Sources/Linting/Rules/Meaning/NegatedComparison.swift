internal import Model
internal import Syntax

extension Rule {
    static let negatedComparison = Rule(
        name: "negated-comparison",
        purpose: "`not` binds tighter than a comparison: `not a == b` compares `not a` with `b`.",
        severity: .error,
        good: """
            local policy = { on = "access" }
            function policy.decide(request)
              if not (request.action_kind == "read") then deny("only reading") end
            end
            return policy
            """,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if not request.action_kind == "read" then deny("only reading") end
            end
            return policy
            """,
        find: .script { policy in
            policy.chunk.expressions.compactMap { expression in
                guard case .binary(let operation, let left, let right, _) = expression.kind,
                    case .unary(.not, _) = policy.chunk[left].kind
                else { return nil }
                switch operation {
                case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: break
                default: return nil
                }
                switch policy.chunk[right].kind {
                case .boolean, .unary(.not, _): return nil
                default: break
                }
                let name = operation.rawValue
                return Finding(
                    "this compares `not …` with the right side; write `not (… \(name) …)`", expression.position)
            }
        })
}
