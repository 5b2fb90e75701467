internal import Model
internal import Syntax

extension Rule {
    static let saysNothing = Rule(
        name: "says-nothing",
        purpose: "A policy that calls none of `permit`, `deny`, `advise` and `oblige` has no effect.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              return request.token.kind == "mobile"
            end
            return policy
            """,
        find: .policy { policy in
            let says = policy.chunk.globals.contains { LintedPolicy.effects.contains($0.name) }
            return says ? [] : [Finding("the policy never calls permit, deny, advise or oblige", line: 1, column: 1)]
        })
}
