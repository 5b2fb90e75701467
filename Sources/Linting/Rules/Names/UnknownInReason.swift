internal import Model

extension Rule {
    static let unknownInReason = Rule(
        name: "unknown-in-reason",
        purpose: "A reason can show only what the policy can read, and its settings.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("{token.departement} is not for mobile tokens") end
            end
            return policy
            """,
        find: .loader)
}
