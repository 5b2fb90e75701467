internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let typeWithoutAction = Rule(
        name: "type-without-action",
        purpose: "Every request about a type of resource that no action applies to is denied.",
        severity: .warning,
        good: [
            "a.lua": permitting, "a_test.lua": "",
            "schema.lua": """
            return {
              actions = { approve = { kind = "write", on = { "order", "folder" } } },
              resources = { order = {}, folder = {} },
            }
            """,
        ],
        bad: [
            "a.lua": permitting, "a_test.lua": "",
            "schema.lua": """
            return {
              actions = { approve = { kind = "write", on = { "order" } } },
              resources = { order = {}, folder = {} },
            }
            """,
        ],
        find: .folder { folder in
            guard let schema = folder.schema, let chunk = folder.schemaChunk else { return [] }
            return schema.resources.filter { type in
                !schema.actions.isEmpty && schema.actions.values.allSatisfy { !$0.applies(to: type.name) }
            }.map { type in
                let place =
                    chunk.place(of: "resources", naming: type.name.text) ?? Position(line: 1, column: 1, offset: 0)
                return Finding(
                    "no action applies to `\(type.name)`: name it in the `on` of one", place, file: PolicyFile.schema)
            }
        })

    private static let permitting = """
        local policy = { on = "access", grants = { "*" } }
        function policy.decide(request)
          if request.token:can(request.action) then permit("its user type may") end
        end
        return policy
        """
}
