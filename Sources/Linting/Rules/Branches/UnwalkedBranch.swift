internal import Analysis
internal import Model

extension Rule {
    static let unwalkedBranch = Rule(
        name: "unwalked-branch",
        purpose: "Not every branch of a policy can be walked, so that less can be proved of it.",
        severity: .warning,
        good: .limiting,
        bad: [
            "notes.lua": """
            local policy = { on = "access" }
            function policy.decide(request)
              local resource = request.resource
              if resource:has("note") and resource.note:find("secret", 1, true) then deny("that is secret") end
            end
            return policy
            """,
            "notes_test.lua": "",
        ],
        find: .branches { $0.unwalked })
}
