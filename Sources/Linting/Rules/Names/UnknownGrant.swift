internal import Model

extension Rule {
    static let unknownGrant = Rule(
        name: "unknown-grant",
        purpose: "A grant that names no action of the schema can never be used.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access", grants = { "order.*" } }
            function policy.decide(request)
              if request.token:can(request.action) then permit("its user type may") end
            end
            return policy
            """,
        find: .loader)
}
