internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let ungrantedPermit = Rule(
        name: "ungranted-permit",
        purpose: "A permit of a policy without `grants` always fails: declare what the policy may permit.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token:can(request.action) then permit("its user type may") end
            end
            return policy
            """,
        find: .policy { policy in
            guard policy.declaration?.grants.isEmpty == true else { return [] }
            return policy.chunk.expressions.indices.compactMap { index in
                guard policy.effect(policy.chunk.id(index)) == "permit" else { return nil }
                return Finding(
                    "this policy has no grants; declare `grants = { \"orders.*\" }`",
                    policy.chunk.expressions[index].position)
            }
        })
}
