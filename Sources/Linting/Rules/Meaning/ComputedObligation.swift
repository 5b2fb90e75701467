internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let computedObligation = Rule(
        name: "computed-obligation",
        purpose:
            "Clients list the obligations that they support by name: one with a computed name denies them its permits.",
        severity: .warning,
        good: """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              if request.token:can(request.action) then
                permit("its role allows it")
                oblige("log", { action = request.action })
              end
            end
            return policy
            """,
        bad: """
            local policy = { on = "access", grants = { "*" } }
            local prefix = "log_"
            function policy.decide(request)
              if request.token:can(request.action) then
                permit("its role allows it")
                oblige(prefix .. request.token.kind)
              end
            end
            return policy
            """,
        find: .policy { policy in
            policy.chunk.expressions.indices.compactMap { index in
                let id = policy.chunk.id(index)
                guard policy.effect(id) == "oblige", case .call(_, let arguments) = policy.chunk[id].kind,
                    let first = arguments.first
                else { return nil }
                // A variable may hold a constant.
                switch policy.chunk[first].kind {
                case .binary, .call, .method, .index:
                    return Finding(
                        "the name of this obligation is computed: put what differs into its details",
                        policy.chunk[first].position)
                default: return nil
                }
            }
        })
}
