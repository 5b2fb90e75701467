internal import Model

extension Rule {
    static let typeMismatch = Rule(
        name: "type-mismatch",
        purpose:
            "An operator on values of different types, or of a type that it does not take, raises an error whenever it is reached.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.department == "Sales" then deny("no") end
            end
            return policy
            """,
        find: .loader)
}
