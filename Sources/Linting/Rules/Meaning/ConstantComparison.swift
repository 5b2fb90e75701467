internal import Model

extension Rule {
    static let constantComparison = Rule(
        name: "constant-comparison",
        purpose: "A comparison with itself, or with what the value can never be, always has the same result.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.action == "orders.reed" then deny("no reading") end
            end
            return policy
            """,
        find: .script { policy in policy.inference.map { ConstantComparisons($0).findings } ?? [] })
}
