internal import Model

extension Rule {
    static let duplicateKey = Rule(
        name: "duplicate-key",
        purpose: "Of a key that a table has twice, or a function that is defined twice, only the last one counts.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access", enabled = true, enabled = false }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """,
        find: .loader)
}
