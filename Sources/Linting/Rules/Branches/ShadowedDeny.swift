internal import Analysis
internal import Model

extension Rule {
    static let shadowedDeny = Rule(
        name: "shadowed-deny",
        purpose: "Whenever a policy denies, another policy denies too.",
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
            "orders.lua": """
            local policy = { on = "access", grants = { "orders.*" } }
            function policy.decide(request)
              if request.token.kind == "mobile" then
                deny("the application has its own token")
              elseif request.action_kind == "read" then
                permit()
              end
            end
            return policy
            """,
            "orders_test.lua": """

            """,
        ],
        find: .branches { branches in
            branches.findings(.shadowedDeny) { finding in
                "whenever it denies on \(finding.kindOfDecision.rawValue), another policy denies too"
            }
        })
}
