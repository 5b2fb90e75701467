internal import Model

extension Rule {
    static let suppression = Rule(
        name: "suppression",
        purpose: "A comment that allows a rule must name the rule, give a reason, and be needed.",
        severity: .warning,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              -- check: allow unused-local: there was one once
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """,
        find: .comments)
}
