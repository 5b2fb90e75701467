internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let cutArgument = Rule(
        name: "cut-argument",
        purpose:
            "A method, an effect or a plugin's function takes only the first value of a call in last place.",
        severity: .warning,
        good: """
            local policy = { on = "access" }
            local config = settings { reason = "not_for_mobile_tokens" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny((config.reason:gsub("_", " "))) end
            end
            return policy
            """,
        bad: """
            local policy = { on = "access" }
            local config = settings { reason = "not_for_mobile_tokens" }
            function policy.decide(request)
              if request.token.kind == "mobile" then deny(config.reason:gsub("_", " ")) end
            end
            return policy
            """,
        find: .code { policy in
            guard let inference = policy.inference else { return [] }
            let chunk = policy.chunk
            var several = SeveralValues(chunk)
            return chunk.expressions.compactMap { expression -> Finding? in
                let (name, arguments): (String, [Expression.ID])
                switch expression.kind {
                case .method(let base, let method, let list):
                    guard methods.contains(method.name), inference.value(base)?.isHandle ?? true else { return nil }
                    (name, arguments) = (method.name, list)
                case .call(let callee, let list):
                    guard let function = hostFunction(callee, inference) else { return nil }
                    (name, arguments) = (function, list)
                default: return nil
                }
                guard let last = arguments.last, several.gives(last) else { return nil }
                return Finding(
                    "this call gives more than one value, but `\(name)` takes only the first; put it in parentheses",
                    chunk[last].position)
            }
        })

    private static let methods = Set(Method.allCases.map(\.name))

    private static func hostFunction(_ callee: Expression.ID, _ inference: TypeInference) -> String? {
        if case .name(let name) = inference.chunk[callee].kind, name.target == .global,
            (PolicyStatement.Effect.names + ["settings", "use"]).contains(name.name)
        {
            return name.name
        }
        return inference.pluginFunction(callee).map { inference.functionName($0).text }
    }
}
