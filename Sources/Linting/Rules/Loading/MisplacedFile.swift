internal import Model

extension Rule {
    static let misplacedFile = Rule(
        name: "misplaced-file",
        purpose: "A policy in a subfolder, or with an extension other than `.lua`, would not be in force.",
        severity: .error,
        good: .plain,
        bad: [
            "sales/mobile.lua": """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """
        ],
        find: .loader)
}
