internal import Model
internal import Syntax

/// Statements that raise whenever they are reached, and declarations in places where they have no effect.
extension TypeInference {
    /// Assignments to what is read-only, and loops over what has no elements.
    var statements: [Fault] {
        var faults: [Fault] = []
        chunk.walk { node in
            guard case .statement(let statement) = node else { return true }
            switch statement.kind {
            case .assign(let targets, _): faults += targets.compactMap(assignment)
            case .function(let target, _): faults += [target].compactMap(assignment)
            case .numericFor(_, let bounds, _): faults += bound(bounds).map { [$0] } ?? []
            case .genericFor(_, let values, _): faults += values.first.flatMap(iterator).map { [$0] } ?? []
            default: break
            }
            return true
        }
        return faults
    }

    private func assignment(_ target: Expression.ID) -> Fault? {
        switch chunk[target].kind {
        case .member(let base, _), .index(let base, _):
            if let known = value(base), known.isHandle {
                let message = "\(known.typeName) is read-only and cannot be assigned to"
                return Fault(rule: "assignment", message: message, position: chunk[target].position)
            }
            switch luaKind(base) {
            case .table?, nil: return nil
            case .library?:
                let message = "`\(library(base) ?? "a library")` is read-only: write `local function …`"
                return Fault(rule: "assignment", message: message, position: chunk[target].position)
            case let kind?:
                let message = "\(kind.withArticle) has no fields and cannot be assigned to"
                return Fault(rule: "assignment", message: message, position: chunk[target].position)
            }
        default: return nil
        }
    }

    /// A bound or a step of a counting loop that is no number, or a step of 0.
    private func bound(_ bounds: [Expression.ID]) -> Fault? {
        for bound in bounds {
            // A string may be a number, and is taken as one.
            guard luaKind(bound) != .string, value(bound)?.type != .string, let message = notNumber(bound) else {
                continue
            }
            return Fault(rule: "type-mismatch", message: message, position: chunk[bound].position)
        }
        guard bounds.count == 3, case .integer(0) = chunk[bounds[2]].kind else { return nil }
        return Fault(
            rule: "type-mismatch", message: "the step of a loop is not 0", position: chunk[bounds[2]].position)
    }

    /// A value after `in` that is no function.
    private func iterator(_ id: Expression.ID) -> Fault? {
        let what: String
        if let known = value(id) {
            what = known.typeName
            if case .list = known.type, known.isHandle {
                return Fault(
                    rule: "not-a-function", message: "\(what) is read with `for _, x in ipairs(list) do`",
                    position: chunk[id].position)
            }
        } else if let kind = luaKind(id), kind != .function {
            what = kind.withArticle
        } else {
            return nil
        }
        return Fault(
            rule: "not-a-function", message: "\(what) is no iterator: write `in ipairs(…)`, or `in pairs(…)`",
            position: chunk[id].position)
    }

    /// Calls of `use` and `settings` inside functions: both declare, while the file is loaded.
    var lateDeclarations: [Fault] {
        let bodies = chunk.functions.map { $0.position.offset..<$0.end }
        return chunk.expressions.compactMap { expression in
            guard case .call(let callee, let arguments) = expression.kind, case .name(let name) = chunk[callee].kind,
                name.target == .global, ["use", "settings"].contains(name.name),
                bodies.contains(where: { $0.contains(expression.start) })
            else { return nil }
            let shown = arguments.first.flatMap(literal).map { "use \"\(String(decoding: $0, as: UTF8.self))\"" }
            let example =
                name.name == "use" ? "local name = \(shown ?? "use \"plugin\"")" : "local config = settings { … }"
            return Fault(
                rule: "late-declaration",
                message: "`\(name.name)` is called in a function: write `\(example)` at the top of the file",
                position: expression.position)
        }
    }
}
