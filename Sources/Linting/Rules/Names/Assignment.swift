internal import Model

extension Rule {
    static let assignment = Rule(
        name: "assignment",
        purpose:
            "Assigning to a global or to a part of the request fails: use a `local` variable.",
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
