internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let unguardedRead = Rule(
        name: "unguarded-read",
        purpose: "Reading a property that may be absent raises an error when it is: test it with `:has` first.",
        severity: .warning,
        good: """
            local policy = { on = "access" }
            function policy.decide(request)
              if not request.resource:has("amount") or request.resource.amount > 100 then deny("much") end
            end
            return policy
            """,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.resource.amount > 100 then deny("much") end
            end
            return policy
            """,
        find: .policy { policy in
            guard let inference = policy.inference else { return [] }
            return OptionalAccessAnalysis(inference).reads.map { read in
                Finding(
                    "`\(read.absence.key)` may be absent here; test `\(read.absence.test)` first", read.position)
            }
        })
}
