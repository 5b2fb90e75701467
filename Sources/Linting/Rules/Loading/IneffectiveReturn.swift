internal import Model

extension Rule {
    static let ineffectiveReturn = Rule(
        name: "ineffective-return",
        purpose: "A value that `decide` returns has no effect, nor has a second value that a file returns.",
        severity: .error,
        good: """
            local policy = { on = "access" }
            function policy.decide(request)
              return request.token.kind == "mobile" and deny("not for mobile tokens")
            end
            return policy
            """,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then return { deny = "not for mobile tokens" } end
              deny("for nobody else either")
            end
            return policy
            """,
        find: .loader)
}
