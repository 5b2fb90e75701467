internal import Model
internal import Syntax

extension Rule {
    static let saysNothing = Rule(
        name: "says-nothing",
        purpose: "A policy that calls none of \(PolicyStatement.Effect.listed("and", quote: "`")) has no effect.",
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
            let says = policy.chunk.globals.contains { PolicyStatement.Effect.names.contains($0.name) }
            let effects = PolicyStatement.Effect.listed("or")
            return says ? [] : [Finding("the policy never calls \(effects)", line: 1, column: 1)]
        })
}
