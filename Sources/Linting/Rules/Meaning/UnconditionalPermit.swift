internal import Model
internal import Syntax

extension Rule {
    static let unconditionalPermit = Rule(
        name: "unconditional-permit",
        purpose: "A permit without a condition permits everything that its grants name.",
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
            policy.chunk.functions.flatMap { permits($0.block, policy).findings }
        })

    /// The permits that a block always reaches, and true when the code after the block is reached as well.
    private static func permits(_ block: Block, _ policy: LintedPolicy) -> (findings: [Finding], goesOn: Bool) {
        var findings: [Finding] = []
        for statement in block.statements {
            switch statement.kind {
            case .call(let call) where policy.effect(call) == "permit":
                findings.append(Finding("this permit has no condition", statement.position))
            case .local, .assign, .call, .empty, .localFunction, .function: continue
            case .block(let inner):
                let own = permits(inner, policy)
                findings += own.findings
                if !own.goesOn { return (findings, false) }
            // A statement that may return, or that loops, counts as a condition.
            default: return (findings, false)
            }
        }
        return (findings, true)
    }
}
