internal import Model
internal import Syntax

extension Rule {
    static let saysNothing = Rule(
        name: "says-nothing",
        purpose: "A policy that calls no effect can never say anything.",
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
            return says ? [] : [Finding("it never calls permit, deny, advise or oblige", line: 1, column: 1)]
        })
}
