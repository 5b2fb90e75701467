internal import Model

extension Rule {
    static let undeclaredGlobal = Rule(
        name: "undeclared-global",
        purpose: "A name that neither the file nor the language declares has no value.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if reqest.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """,
        find: .loader)
}
