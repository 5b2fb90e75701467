internal import Model
internal import Syntax

extension Rule {
    static let silentBranch = Rule(
        name: "silent-branch",
        purpose: "A branch that calls no effect, although two of its siblings do, may be an oversight.",
        severity: .warning,
        good: """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              if request.action_kind == "read" then
                permit("reading")
              elseif request.action_kind == "write" then
                deny("no writing")
              else
                advise("ask first")
              end
            end
            return policy
            """,
        bad: """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              if request.action_kind == "read" then
                permit("reading")
              elseif request.action_kind == "write" then
                deny("no writing")
              else
                local note = "nobody says it"
              end
            end
            return policy
            """,
        find: .policy { policy in
            var findings: [Finding] = []
            policy.chunk.walk { node in
                guard case .statement(let statement) = node, case .if(let branches, let otherwise) = statement.kind
                else { return true }
                let blocks =
                    branches.map { ($0.block, policy.chunk[$0.condition].position) }
                    + (otherwise.map { [($0, $0.statements.first?.position ?? statement.position)] } ?? [])
                let silent = blocks.filter { !policy.callsEffect($0.0) && !policy.chunk.returns($0.0) }
                if blocks.count - silent.count >= 2 {
                    findings += silent.map { Finding("this branch calls no effect, unlike the others", $0.1) }
                }
                return true
            }
            return findings
        })
}
