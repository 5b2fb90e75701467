internal import Model
internal import Syntax

extension Rule {
    static let unusedLocal = Rule(
        name: "unused-local",
        purpose:
            "A variable, parameter or function that nobody reads is a slip or can go; a name that begins with `_` says it is meant.",
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
        find: .policy { policy in
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
