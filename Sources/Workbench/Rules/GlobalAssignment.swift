internal import Model

extension Rule {
    static let globalAssignment = Rule(
        name: "global-assignment",
        purpose: "Assigning to a global fails: nothing outlives an evaluation, and a variable is `local`.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              limit = 100
              if request.resource.total > limit then deny("too much") end
            end
            return policy
            """,
        find: .loader)
}
