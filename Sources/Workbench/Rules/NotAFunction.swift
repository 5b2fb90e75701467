internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let notAFunction = Rule(
        name: "not-a-function",
        purpose: "Calling a value of the request that is no function raises.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind() == "mobile" then deny("no") end
            end
            return policy
            """,
        find: .policy { policy in
            guard let inference = policy.inference else { return [] }
            return policy.chunk.expressions.compactMap { expression in
                guard case .call(let callee, _) = expression.kind else { return nil }
                switch inference.meaning(callee) {
                case .value(let known)?:
                    return Finding("this is \(known.typeName) and is not called", expression.position)
                case .method(let name)?:
                    return Finding("`\(name)` is called with a colon: `x:\(name)(…)`", expression.position)
                default: return nil
                }
            }
        })
}
