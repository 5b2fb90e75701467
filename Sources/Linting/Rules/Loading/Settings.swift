internal import Model

extension Rule {
    static let settings = Rule(
        name: "settings",
        purpose: "`settings.json` has only settings that policies declare, with values of the declared types.",
        severity: .error,
        good: .plain,
        bad: [
            "a.lua": """
            local policy = { on = "access" }
            local config = settings { most = 100 }
            function policy.decide(request)
              if request.resource.total > config.most then deny("too much") end
            end
            return policy
            """,
            "a_test.lua": "",
            "settings.json": """
            { "a": { "all": { "most": "a hundred", "least": 1 } } }
            """,
        ],
        find: .loader)
}
