internal import Model
internal import Syntax

extension Rule {
    static let keptState = Rule(
        name: "kept-state",
        purpose:
            "A variable that outlives a call and is assigned to remembers nothing: the policy is run anew each time, at a cost.",
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
        find: .policy { policy in
            let assigned = policy.chunk.declarations.filter { $0.isCaptured && $0.isReassigned }.map {
                Finding("`\($0.name)` is assigned to in a function: it is new for every request", $0.position)
            }
            let changed = policy.chunk.keptTables.map {
                Finding("`\($0.name)` is changed in a function: it is new for every request", $0.position)
            }
            return assigned + changed
        })
}
