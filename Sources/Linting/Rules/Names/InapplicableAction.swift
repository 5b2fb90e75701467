internal import Model
internal import Policies

extension Rule {
    static let inapplicableAction = Rule(
        name: "inapplicable-action",
        purpose: "An action is denied on a type of resource that the schema does not declare it for.",
        severity: .error,
        good: ["a.lua": asking("order"), "a_test.lua": "", "schema.lua": declared],
        bad: ["a.lua": asking("folder"), "a_test.lua": "", "schema.lua": declared],
        find: .policy { policy in
            guard let inference = policy.inference, inference.shape.kinds.contains(.access) else { return [] }
            return OptionalAccessAnalysis(inference).mismatches.sorted { $0.key < $1.key }.map { Finding($1, $0) }
        })

    private static let declared = """
        return {
          actions = { approve = { kind = "write", on = { "order" } }, read = "read" },
          resources = { order = {}, folder = {} },
        }
        """

    private static func asking(_ type: String) -> String {
        """
        local policy = { on = "access", grants = { "*" } }
        function policy.decide(request)
          if request.action == "approve" and request.resource.type == "\(type)" then deny("ask a person") end
          if request.token:can(request.action) then permit("its user type may") end
        end
        return policy
        """
    }
}
