internal import Model

extension Rule {
    static let wrongArgument = Rule(
        name: "wrong-argument",
        purpose: "A function with arguments that it does not take raises an error whenever it is reached.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.resource.department:is_within("Sales") then return end
              deny("not of Sales", { cod = "outside_sales" })
            end
            return policy
            """,
        find: .loader)
}
