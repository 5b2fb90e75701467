internal import Model
internal import Syntax

extension Rule {
    static let unusedLocal = Rule(
        name: "unused-local",
        purpose:
            "An unused variable, parameter or function is a mistake or can go; begin its name with `_` to keep it.",
        severity: .warning,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              local department = request.token.department
              if request.token.kind == "mobile" then deny("no") end
            end
            return policy
            """,
        find: .script { policy in
            let used = policy.chunk.readDeclarations
            return policy.chunk.declarations.indices.compactMap { index in
                let declaration = policy.chunk.declarations[index]
                guard declaration.kind != .hiddenSelf, !declaration.name.hasPrefix("_"), !used.contains(index) else {
                    return nil
                }
                let kind =
                    switch declaration.kind {
                    case .parameter: "parameter"
                    case .function: "function"
                    default: "variable"
                    }
                return Finding("the \(kind) `\(declaration.name)` is never read", declaration.position)
            }
        })
}
