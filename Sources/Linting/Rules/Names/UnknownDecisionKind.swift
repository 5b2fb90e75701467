internal import Model

extension Rule {
    static let unknownDecisionKind = Rule(
        name: "unknown-point",
        purpose: "`on` must name decision kinds.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = { "access", "token.reveel" } }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """,
        find: .loader)
}
