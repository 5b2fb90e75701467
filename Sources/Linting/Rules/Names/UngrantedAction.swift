internal import Model
internal import Policies
internal import PolicyTesting
internal import Syntax

extension Rule {
    static let ungrantedAction = Rule(
        name: "ungranted-action",
        purpose: "An action that no policy grants is always denied.",
        severity: .warning,
        good: .plain,
        bad: [
            "a.lua": """
            local policy = { on = "access", grants = { "orders.read" } }
            function policy.decide(request)
              if request.token:can(request.action) then permit("its user type may") end
            end
            return policy
            """,
            "a_test.lua": "",
            "schema.lua": """
            return { actions = { ["orders.read"] = "read", ["orders.approve"] = "write" } }
            """,
        ],
        find: .folder { folder in
            let declarations = folder.policies.compactMap(\.declaration)
            guard let schema = folder.schema, let chunk = folder.schemaChunk,
                declarations.count == folder.source.policyIDs.count
            else { return [] }
            let deciding = declarations.filter { $0.isEnabled && !$0.isObserving && $0.shape.kinds.contains(.access) }
            let granted = PermissionSet(deciding.flatMap(\.grants))
            return schema.actionNames.filter { !granted.permits($0) }.map { action in
                let place = chunk.place(of: "actions", naming: action.text) ?? Position(line: 1, column: 1, offset: 0)
                return Finding("no policy grants `\(action)`", place, file: PolicyFile.schema)
            }
        })
}
