internal import Model
internal import Syntax

extension Rule {
    static let unconditionalPermit = Rule(
        name: "unconditional-permit",
        purpose: "A permit that nothing stands before permits everything that its grants name.",
        severity: .warning,
        good: """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              if request.token:can(request.action) then permit("it may") end
            end
            return policy
            """,
        bad: """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              permit("everybody may")
            end
            return policy
            """,
        find: .policy { policy in
            policy.chunk.functions.flatMap { function -> [Finding] in
                var findings: [Finding] = []
                for statement in function.block.statements {
                    switch statement.kind {
                    case .call(let call) where policy.effect(call) == "permit":
                        findings.append(Finding("nothing stands before this permit", statement.position))
                    case .local, .assign, .call, .empty, .localFunction, .function: continue
                    // Whatever may return, or loops, is a condition.
                    default: return findings
                    }
                }
                return findings
            }
        })
}
