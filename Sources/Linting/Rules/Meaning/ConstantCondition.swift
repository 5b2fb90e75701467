internal import Model
internal import Policies
internal import Syntax

extension Rule {
    static let constantCondition = Rule(
        name: "constant-condition",
        purpose:
            "A condition with a constant result decides nothing: of a request's values only booleans can be false.",
        severity: .error,
        good: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.action_kind == "write" or request.action_kind == "delete" then deny("only reading") end
            end
            return policy
            """,
        bad: """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.action_kind == "write" or "delete" then deny("only reading") end
            end
            return policy
            """,
        find: .script { policy in
            var findings: [Finding] = []
            policy.chunk.walk { node in
                switch node {
                case .statement(let statement):
                    switch statement.kind {
                    case .if(let branches, _):
                        for branch in branches { findings += constants(branch.condition, policy) }
                    case .while(let condition, _), .repeat(_, let condition):
                        // `while true` is intended.
                        if case .boolean = policy.chunk[condition].kind { break }
                        findings += constants(condition, policy)
                    default: break
                    }
                case .expression(let id):
                    if case .unary(.not, let operand) = policy.chunk[id].kind { findings += constants(operand, policy) }
                }
                return true
            }
            return findings
        })

    /// The parts of a condition that are always true, or always false.
    private static func constants(_ id: Expression.ID, _ policy: LintedPolicy) -> [Finding] {
        var findings: [Finding] = []
        var asked = [id]
        while let id = asked.popLast() {
            let expression = policy.chunk[id]
            switch expression.kind {
            case .parenthesized(let inner): asked.append(inner)
            case .binary(.and, let left, let right, _), .binary(.or, let left, let right, _): asked += [right, left]
            case .boolean, .nil:
                findings.append(Finding("this always has the same value", expression.position))
            case .string, .integer, .float, .table, .function:
                findings.append(Finding("this always counts as true", expression.position))
            default:
                if let finding = constant(id, policy) {
                    findings.append(finding)
                    continue
                }
                guard let known = policy.inference?.value(id), known.isHandle, known.type != .boolean else { continue }
                let hint = known.absence.map { "; test its presence with `\($0.test)`" }
                findings.append(Finding("\(known.typeName) always counts as true\(hint ?? "")", expression.position))
            }
        }
        return findings
    }

    /// The finding for a value of Lua's own that is no boolean.
    private static func constant(_ id: Expression.ID, _ policy: LintedPolicy) -> Finding? {
        guard let inference = policy.inference, let kind = inference.luaKind(id), kind != .boolean else { return nil }
        let place = policy.chunk[id].position
        if kind == .nothing { return Finding("this is always nil, which counts as false", place) }
        if case .method(let name)? = inference.meaning(id) {
            return Finding("`\(name)` is a method, and always counts as true: call it, `x:\(name)(…)`", place)
        }
        return Finding("\(kind.withArticle) always counts as true", place)
    }
}
