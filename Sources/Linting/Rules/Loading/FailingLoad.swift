internal import Model

extension Rule {
    static let failingLoad = Rule(
        name: "failing-load",
        purpose: "A file that raises an error, or never ends, while it is loaded is not a policy.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            local limit = tonumber("12 months") + 1
            function policy.decide(request)
              if request.resource.total > limit then deny("too much") end
            end
            return policy
            """,
        find: .loader)
}
