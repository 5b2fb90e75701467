internal import Model

extension Rule {
    static let notAFunction = Rule(
        name: "not-a-function",
        purpose: "Calling a value of the request that is not a function raises an error.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind() == "mobile" then deny("no") end
            end
            return policy
            """,
        find: .loader)
}
