internal import Model

extension Rule {
    static let declaration = Rule(
        name: "declaration",
        purpose: "A policy's declaration has only names and types of values that the language knows.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access", mode = "watch" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """,
        find: .loader)
}
