internal import Model
internal import Syntax

extension Rule {
    static let unreachable = Rule(
        name: "unreachable",
        purpose: "Code after a statement that always returns or raises an error is never run.",
        severity: .warning,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.token.kind == "mobile" then
                deny("no")
                return
              else
                return
              end
              deny("never said")
            end
            return policy
            """,
        find: .script { policy in
            var findings: [Finding] = []
            func look(_ block: Block) {
                for (statement, next) in zip(block.statements, block.statements.dropFirst()) {
                    if policy.chunk.returns(statement) {
                        findings.append(Finding("this is never reached", next.position))
                        return
                    }
                }
            }
            look(policy.chunk.block)
            for function in policy.chunk.functions { look(function.block) }
            policy.chunk.walk { node in
                if case .statement(let statement) = node {
                    for block in policy.chunk.blocks(of: statement) { look(block) }
                }
                return true
            }
            return findings
        })
}
