internal import Model

extension Rule {
    static let required = Rule(
        name: "required",
        purpose:
            "`required.json` lists policies that must exist, load, decide, and call the effects it requires where `decide` reaches.",
        severity: .error,
        good: .plain,
        bad: [
            "gate.lua": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then advise("not for mobile tokens") end
            end
            return policy
            """,
            "gate_test.lua": "",
            "required.json": """
            { "gate": ["deny"], "ceiling": [] }
            """,
        ],
        find: .loader)
}
