internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let constantComparison = Rule(
        name: "constant-comparison",
        purpose: "A comparison with itself, or with a string that the value can never be, always has the same result.",
        severity: .error,
        good: .plain,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.action == "orders.reed" then deny("no reading") end
            end
            return policy
            """,
        find: .policy { policy in
            guard let inference = policy.inference else { return [] }
            return policy.chunk.expressions.compactMap { expression in
                guard case .binary(let operation, let left, let right, _) = expression.kind else { return nil }
                switch operation {
                case .equal, .notEqual: break
                case .less, .lessEqual, .greater, .greaterEqual:
                    guard inference.isSame(left, right) else { return nil }
                    return Finding("both sides are the same", expression.position)
                default: return nil
                }
                if inference.isSame(left, right) { return Finding("both sides are the same", expression.position) }
                for (side, other) in [(left, right), (right, left)] {
                    guard case .string(let bytes) = policy.chunk[other].kind,
                        let (name, known) = texts(inference.attribute(side), inference)
                    else { continue }
                    let text = ExactName(String(decoding: bytes, as: UTF8.self))
                    if known.contains(text) { return nil }
                    let hint = Suggestion.hint(for: text, among: known)
                    return Finding("\(name) is never `\(text)`\(hint)", policy.chunk[other].position)
                }
                return nil
            }
        })

    /// The words for an attribute that has few possible strings, and these strings.
    private static func texts(_ attribute: Attribute?, _ inference: TypeInference) -> (String, [ExactName])? {
        let kinds = inference.shape.kinds
        let administrative = kinds.filter(\.isAdministrative).map { ExactName($0.rawValue) }
        let schema = inference.schema
        switch attribute {
        case .action: return ("the action", (kinds.contains(.access) ? schema.actionNames : []) + administrative)
        case .actionKind: return ("the kind of an action", Schema.ActionKind.allCases.map { ExactName($0.rawValue) })
        case .kind: return ("the kind of a token", ["api", "mobile"])
        case .point: return ("the decision kind here", kinds.map { ExactName($0.rawValue) })
        case .recordType where kinds == [.access]:
            return ("the type", (schema.resources + schema.subjects).map(\.name) + ["token"])
        default: return nil
        }
    }
}
