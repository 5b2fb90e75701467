internal import Model

extension Rule {
    static let syntax = Rule(
        name: "syntax",
        purpose: "A file that is not valid Lua 5.4, or not valid JSON, is not read any further.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" the deny("not for mobile tokens") end
            end
            return policy
            """,
        find: .loader)
}
