internal import Model

extension Rule {
    static let brokenPlugin = Rule(
        name: "plugin",
        purpose: "A plugin that does not load fails the policies that use it.",
        severity: .error,
        good: [
            "a.lua": """
            local office = use "office"
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" and not office.is_open() then deny("the office is closed") end
            end
            return policy
            """,
            "a_test.lua": """
            test("it", { token = { department = "Sales", user_type = "Integrator" }, action = "orders.read",
              resource = { type = "order" }, expect = { silent = true } })
            """,
            "plugins/office/plugin.lua": """
            return {
              name = "office", version = "1.0.0", about = "Whether the office is open",
              provides = { functions = { is_open = { returns = "boolean", run = function() return true end } } },
            }
            """,
        ],
        bad: [
            "a.lua": """
            local office = use "office"
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" and not office.is_open() then deny("the office is closed") end
            end
            return policy
            """,
            "a_test.lua": """
            test("it", { token = { department = "Sales", user_type = "Integrator" }, action = "orders.read",
              resource = { type = "order" }, expect = { silent = true } })
            """,
            "plugins/office/plugin.lua": """
            return {
              name = "office", version = "1.0.0", about = "Whether the office is open",
              provides = { functions = { is_open = { run = function() return true end } } },
            }
            """,
        ],
        find: .loader)
}
