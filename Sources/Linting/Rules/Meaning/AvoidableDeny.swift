internal import Model
internal import Syntax

extension Rule {
    static let avoidableDeny = Rule(
        name: "avoidable-deny",
        purpose:
            "A request that leaves the property out avoids a deny behind `:has`: deny when it is absent, too.",
        severity: .warning,
        good: """
            local policy = { on = "access" }
            function policy.decide(request)
              if not request.resource:has("amount") then
                deny("the request does not say how much the order is", { code = "amount_missing" })
              elseif request.resource.amount > 100 then
                deny("this is more than is bought without a signature")
              end
            end
            return policy
            """,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.resource:has("amount") and request.resource.amount > 100 then
                deny("this is more than is bought without a signature")
              end
            end
            return policy
            """,
        find: .policy { policy in
            guard let inference = policy.inference else { return [] }
            return OptionalAccessAnalysis(inference).avoidable.map { found in
                Finding(
                    "leaving out `\(found.property)` avoids this deny; deny when it is absent, too", found.position
                )
            }
        })
}
