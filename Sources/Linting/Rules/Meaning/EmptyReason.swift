internal import Model
internal import Syntax

extension Rule {
    static let emptyReason = Rule(
        name: "empty-reason",
        purpose: "A deny or an advice without a reason helps nobody.",
        severity: .warning,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("") end
            end
            return policy
            """,
        find: .policy { policy in
            policy.chunk.expressions.indices.compactMap { index in
                let id = policy.chunk.id(index)
                guard let effect = policy.effect(id), effect == "deny" || effect == "advise",
                    case .call(_, let arguments) = policy.chunk[id].kind, let first = arguments.first,
                    case .string(let bytes) = policy.chunk[first].kind, bytes.allSatisfy({ $0 <= 0x20 })
                else { return nil }
                return Finding("this \(effect) gives no reason", policy.chunk[first].position)
            }
        })
}
