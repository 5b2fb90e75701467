internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let unknownAttribute = Rule(
        name: "unknown-attribute",
        purpose: "A name that neither the vocabulary nor the schema has raises, whenever it is reached.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.knd == "mobile" then deny("no") end
            end
            return policy
            """,
        find: .policy { policy in
            guard let inference = policy.inference else { return [] }
            return policy.chunk.expressions.indices.compactMap { index in
                let id = policy.chunk.id(index)
                guard case .fault(let message)? = inference.meaning(id) else { return nil }
                switch policy.chunk[id].kind {
                case .member(_, let name), .method(_, let name, _): return Finding(message, name.position)
                default: return nil
                }
            }
        })
}
