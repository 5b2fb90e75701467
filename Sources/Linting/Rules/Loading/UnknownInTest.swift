internal import Model

extension Rule {
    static let unknownInTest = Rule(
        name: "unknown-in-test",
        purpose: "A test with a name that does not exist, or that cannot run as it is written, can never pass.",
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
            "orders_test.lua": """
            test("a mobile token reads no order", {
              token = { department = "Sales", user_type = "Integrator", kind = "mobile" },
              action = "orders.read",
              resource = { type = "order", department = "Sales" },
              expect = { deny = "order" },
            })
            """,
        ],
        find: .tests { tests in UnknownNames(tests).findings })
}
