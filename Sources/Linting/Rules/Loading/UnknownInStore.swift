internal import Model

extension Rule {
    static let unknownInStore = Rule(
        name: "unknown-in-store",
        purpose: "With `--store`, a name or an id that no tenant has is misspelt, or was removed.",
        severity: .error,
        good: .init(
            [
                "a.lua": """
                local policy = { on = "access" }
                function policy.decide(request)
                  if request.resource.department.name == "Sales" then return end
                  if request.token.user.name ~= "anna" then deny("not {token.user}") end
                end
                return policy
                """,
                "a_test.lua": "",
            ], store: smallStore),
        bad: .init(
            [
                "a.lua": """
                local policy = { on = "access" }
                local config = settings { shared = list "department" }
                function policy.decide(request)
                  local department = request.resource.department
                  if config.shared:contains(department) or department.name == "Sales" then return end
                  if request.token.user.name ~= "ana" then deny("not {token.user}") end
                end
                return policy
                """,
                "a_test.lua": "",
                "settings.json": """
                { "a": { "tenants": { "acme": { "shared": ["d-sale"] }, "acne": { "shared": [] } } } }
                """,
            ], store: smallStore),
        find: .folder { folder in UnknownIDCheck(folder)?.findings ?? [] })

    private static let smallStore =
        """
        { "tenants": [ { "id": "acme", "name": "Acme", "zone": "UTC",
          "departments": [ { "id": "d-sales", "name": "Sales" } ],
          "user_types": [ { "id": "t-clerk", "name": "Clerk", "permissions": [] } ],
          "users": [ { "id": "u-anna", "name": "anna", "full_name": "Anna", "email": "anna@example.org",
            "assignments": [ { "id": "a-1", "department": "d-sales", "user_type": "t-clerk" } ] } ] } ] }
        """
}
