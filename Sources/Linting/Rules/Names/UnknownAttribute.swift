internal import Model

extension Rule {
    static let unknownAttribute = Rule(
        name: "unknown-attribute",
        purpose: "A name that a value or a library does not have raises an error whenever it is reached.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.knd == "mobile" then deny("no") end
            end
            return policy
            """,
        find: .loader)
}
