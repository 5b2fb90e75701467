internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let unfilledTemplate = Rule(
        name: "unfilled-template",
        purpose: "Names in braces are filled in only when the reason is a single literal in the call of an effect.",
        severity: .warning,
        good: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not in {token.department}") end
            end
            return policy
            """,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              local reason = "not in {token.department}"
              if request.token.kind == "mobile" then deny(reason) end
            end
            return policy
            """,
        find: .policy { policy in
            guard let inference = policy.inference else { return [] }
            var reasons: Set<Expression.ID> = []
            for index in policy.chunk.expressions.indices {
                let id = policy.chunk.id(index)
                guard let effect = policy.effect(id), effect != "oblige",
                    case .call(_, let arguments) = policy.chunk[id].kind, let first = arguments.first
                else { continue }
                reasons.insert(first)
            }
            return policy.chunk.expressions.indices.compactMap { index in
                let id = policy.chunk.id(index)
                guard !reasons.contains(id), case .string(let bytes) = policy.chunk[id].kind,
                    inference.isTemplate(String(decoding: bytes, as: UTF8.self))
                else { return nil }
                return Finding("the names in braces are not filled in here", policy.chunk[id].position)
            }
        })
}
