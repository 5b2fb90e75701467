internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let unusedGrant = Rule(
        name: "unused-grant",
        purpose: "A policy that declares `grants` but never permits has more rights than it needs.",
        severity: .warning,
        good: .plain,
        bad: """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny("not for mobile tokens") end
            end
            return policy
            """,
        find: .policy { policy in
            guard policy.declaration?.grants.isEmpty == false,
                !policy.chunk.globals.contains(where: { $0.name == "permit" }),
                let place = policy.chunk.place(of: "grants")
            else { return [] }
            return [Finding("the policy never permits; remove `grants`", place)]
        })
}
