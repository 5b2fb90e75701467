internal import Model

extension Rule {
    static let testWithoutPolicy = Rule(
        name: "test-without-policy",
        purpose: "A test file is in the folder of the policy that it tests, and is named after it.",
        severity: .error,
        good: .plain,
        bad: [
            "orders.lua": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """,
            "order_test.lua": "",
        ],
        find: .loader)
}
