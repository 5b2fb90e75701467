internal import Model

extension Rule {
    static let lateDeclaration = Rule(
        name: "late-declaration",
        purpose: "`use` and `settings` declare while the file is loaded: at its top, and not in a function.",
        severity: .error,
        good: """
            local policy = { on = "access" }
            local config = settings { most = 100 }
            function policy.decide(request)
              if request.resource.total > config.most then deny("too much") end
            end
            return policy
            """,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              local config = settings { most = 100 }
              if request.resource.total > config.most then deny("too much") end
            end
            return policy
            """,
        find: .loader)
}
