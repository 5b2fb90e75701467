internal import Model

extension Rule {
    static let schema = Rule(
        name: "schema",
        purpose: "The schema declares actions, resources, context and subjects with the types that the language knows.",
        severity: .error,
        good: .plain,
        bad: [
            "schema.lua": """
            return {
              actions = { ["orders.read"] = "reading" },
              resources = { order = { amount = "nomber" } },
            }
            """,
            "a.lua": """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              if request.token.kind == "api" then permit("API tokens may") end
            end
            return policy
            """,
            "a_test.lua": "",
        ],
        find: .loader)
}
