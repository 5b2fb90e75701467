internal import Analysis
internal import Model

extension Rule {
    static let sameDenies = Rule(
        name: "same-denies",
        purpose: "Two policies deny exactly the same requests.",
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
            "phones.lua": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not for mobile tokens", { code = "mobile" }) end
            end
            return policy
            """,
            "phones_test.lua": """

            """,
        ],
        find: .branches { branches in
            branches.findings(.sameDenies) { finding in
                "it denies on \(finding.kindOfDecision.rawValue) exactly what `\(finding.other?.text ?? "")` denies"
            }
        })
}
