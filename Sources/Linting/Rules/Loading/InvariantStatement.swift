internal import Model

extension Rule {
    static let invariant = Rule(
        name: "invariant",
        purpose:
            "`invariants.lua` calls `never` and `always` at its top, each with a decision, a sentence and a function of the request.",
        severity: .error,
        good: .plain,
        bad: [
            "mobile.lua": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """,
            "mobile_test.lua": "",
            "invariants.lua": """
            never("permit a mobile token", function(request) return request.token.kind == "mobile" end)
            """,
        ],
        find: .loader)
}
