internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let shadowedName = Rule(
        name: "shadowed-name",
        purpose: "A variable with the name of another visible variable, or of a function of the language, hides it.",
        severity: .warning,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              local deny = request.token.kind
              if deny == "mobile" then permit() end
            end
            return policy
            """,
        find: .script { policy in
            policy.chunk.declarations.compactMap { declaration in
                guard declaration.kind != .hiddenSelf, !declaration.name.hasPrefix("_") else { return nil }
                let known = policy.pluginPath == nil ? Dialect.ofPolicies : Dialect.ofPlugins
                // A day in a variable `date` is no mistake: calling it as the constant's function does not load.
                if known.contains(declaration.name), !constants.contains(declaration.name) {
                    return Finding("`\(declaration.name)` hides a name of the language", declaration.position)
                }
                guard let hidden = declaration.hides.map({ policy.chunk[$0] }), hidden.kind != .hiddenSelf else {
                    return nil
                }
                return Finding(
                    "`\(declaration.name)` hides the name declared on line \(hidden.position.line)",
                    declaration.position)
            }
        })

    private static let constants = Set(ValueType.constants.map(\.name))
}
