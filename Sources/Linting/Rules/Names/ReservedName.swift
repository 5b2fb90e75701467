internal import Model

extension Rule {
    static let reservedName = Rule(
        name: "reserved-name",
        purpose: "`_ENV` and names that begin with `__` are reserved.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              local __limit = 100
              if request.resource.total > __limit then deny("too much") end
            end
            return policy
            """,
        find: .loader)
}
