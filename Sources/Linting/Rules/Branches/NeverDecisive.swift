internal import Analysis
internal import Model

extension Rule {
    static let neverDecisive = Rule(
        name: "never-decisive",
        purpose: "A policy changes no decision: without it, every request would be decided as it is.",
        severity: .warning,
        good: .limiting,
        bad: [
            "mobile.lua": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """,
            "mobile_test.lua": """

            """,
            "admin.lua": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" and request.action_kind == "admin" then deny("mobile tokens do not administer") end
            end
            return policy
            """,
            "admin_test.lua": """

            """,
        ],
        find: .branches { branches in
            branches.findings(.neverDecisive) { finding in
                "without it, every decision on \(finding.kindOfDecision.rawValue) would be the same"
            }
        })
}
