internal import Model

extension Rule {
    static let duplicateKey = Rule(
        name: "duplicate-key",
        purpose: "When a table has a key twice, or a function is defined twice, only the last one counts.",
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
