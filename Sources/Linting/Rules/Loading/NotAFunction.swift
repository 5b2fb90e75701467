internal import Model

extension Rule {
    static let notAFunction = Rule(
        name: "not-a-function",
        purpose: "Calling a value that is not a function, or iterating by one, raises an error whenever it is reached.",
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
