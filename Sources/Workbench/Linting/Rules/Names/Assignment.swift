internal import Model

extension Rule {
    static let assignment = Rule(
        name: "assignment",
        purpose:
            "Assigning to a global, or to a part of the request, fails: a variable is `local`, and a policy changes nothing.",
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
