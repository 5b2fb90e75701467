internal import Model

extension Rule {
    static let unknownPermission = Rule(
        name: "unknown-permission",
        purpose: "A permission that is not among the declared permissions is held by nobody.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if not request.token:can("orders.reed") then deny("it may not") end
            end
            return policy
            """,
        find: .loader)
}
