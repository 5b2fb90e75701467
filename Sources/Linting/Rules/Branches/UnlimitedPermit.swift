internal import Analysis
internal import Model

extension Rule {
    static let unlimitedPermit = Rule(
        name: "unlimited-permit",
        purpose: "A policy permits requests of which no policy denies any, though there are policies that deny.",
        severity: .warning,
        good: .limiting,
        bad: [
            "reading.lua": """
            local policy = { on = "access", grants = { "orders.*" } }
            function policy.decide(request)
              if request.token:can(request.action) and request.action_kind == "read" then permit() end
            end
            return policy
            """,
            "reading_test.lua": """

            """,
            "writing.lua": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.action_kind ~= "read" and request.token.kind == "mobile" then deny("mobile tokens only read") end
            end
            return policy
            """,
            "writing_test.lua": """

            """,
        ],
        find: .branches { branches in
            branches.findings(.unlimitedPermit) { finding in
                "no policy denies anything that it permits on \(finding.kindOfDecision.rawValue)"
            }
        })
}
