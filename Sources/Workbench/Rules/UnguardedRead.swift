internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let unguardedRead = Rule(
        name: "unguarded-read",
        purpose: "Reading what may be absent raises when it is: ask `:has` first.",
        severity: .warning,
        good: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.resource:has("amount") and request.resource.amount > 100 then deny("much") end
            end
            return policy
            """,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.resource.amount > 100 then deny("much") end
            end
            return policy
            """,
        find: .policy { policy in
            guard let inference = policy.inference else { return [] }
            let asked = inference.asked
            return policy.chunk.expressions.indices.compactMap { index in
                let id = policy.chunk.id(index)
                guard case .member(_, let name) = policy.chunk[id].kind,
                    case .value(let known)? = inference.meaning(id),
                    let optional = known.optional, !asked.contains("\(optional.of).\(optional.name)")
                else { return nil }
                return Finding(
                    "`\(optional.of).\(optional.name)` may be absent, and no `:has(\"\(optional.name)\")` asks",
                    name.position)
            }
        })
}
