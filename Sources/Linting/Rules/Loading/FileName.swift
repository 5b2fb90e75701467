internal import Model

extension Rule {
    static let fileName = Rule(
        name: "file-name",
        purpose: "A policy's file name consists of lower-case letters, digits and `_`, and is not reserved.",
        severity: .error,
        good: .plain,
        bad: [
            "Orders-EU.lua": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """,
            "Orders-EU_test.lua": "",
        ],
        find: .loader)
}
