internal import Model
internal import Syntax

extension Rule {
    static let keptState = Rule(
        name: "kept-state",
        purpose:
            "Top-level variables are reset for every request: assigning to one remembers nothing, and costs time.",
        severity: .warning,
        good: .plain,
        bad: """
            local count = 0
            local policy = { on = "access" }
            function policy.decide(request)
              count = count + 1
              if count > 10 then deny("too often") end
            end
            return policy
            """,
        find: .code { policy in
            let assigned = policy.chunk.declarations.filter { $0.isCaptured && $0.isReassigned }.map {
                Finding("`\($0.name)` is assigned in a function, but reset for every request", $0.position)
            }
            let changed = policy.chunk.keptTables.map {
                Finding("`\($0.name)` is changed in a function, but reset for every request", $0.position)
            }
            return assigned + changed
        })
}
