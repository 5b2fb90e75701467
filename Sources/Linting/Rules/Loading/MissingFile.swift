internal import Model

extension Rule {
    static let missingFile = Rule(
        name: "missing-file",
        purpose: "A folder of policies needs a schema and at least one policy.",
        severity: .error,
        good: .plain,
        bad: [
            "schema.lua": """
            return { actions = { ["orders.read"] = "read" } }
            """
        ],
        find: .loader)
}
