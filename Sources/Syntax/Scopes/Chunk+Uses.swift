/// A use of a global name.
package struct GlobalUse: Equatable, Sendable {
    package let name: String
    package let position: Position
    /// True when this use assigns the global: `x = 1`, `function x()`.
    package internal(set) var isAssigned: Bool
}

/// A string literal, decoded.
package struct StringUse: Equatable, Sendable {
    package let bytes: [UInt8]
    package let position: Position
}

/// A call of a global function, of a member of a global, or of a method.
package struct CallUse: Equatable, Sendable {
    package enum Callee: Equatable, Sendable {
        case global(String)
        case method(String)
        /// A dotted path that begins with a global: `string.format`.
        case member(String)
    }

    package enum Argument: Equatable, Sendable {
        case string([UInt8])
        case number
        /// A table constructor and the string literals among its positional items.
        case table([[UInt8]])
        case other
    }

    package let callee: Callee
    package let arguments: [Argument]
    /// The place of the called name.
    package let position: Position
}

extension Chunk {
    /// Every string literal, in source order.
    package var strings: [StringUse] {
        expressions.compactMap { expression in
            guard case .string(let bytes) = expression.kind else { return nil }
            return StringUse(bytes: bytes, position: expression.position)
        }.sorted { $0.position < $1.position }
    }

    /// Every call whose callee is a method, an unshadowed global or a path from one, in source order.
    package var calls: [CallUse] {
        let literals = heldLiterals
        return expressions.compactMap { call($0, literals) }.sorted { $0.position < $1.position }
    }

    private func call(_ expression: Expression, _ literals: [Declaration.ID: Expression.ID]) -> CallUse? {
        let callee: CallUse.Callee
        let position: Position
        let arguments: [Expression.ID]
        switch expression.kind {
        case .method(_, let name, let list):
            (callee, position, arguments) = (.method(name.name), name.position, list)
        case .call(let function, let list):
            guard let (path, place) = path(function) else { return nil }
            callee = path.count == 1 ? .global(path[0]) : .member(path.joined(separator: "."))
            (position, arguments) = (place, list)
        default: return nil
        }
        return CallUse(
            callee: callee, arguments: arguments.map { argument($0, literals) }, position: position)
    }

    /// The names from an unshadowed global to this expression, and the place of the last.
    private func path(_ id: Expression.ID) -> ([String], Position)? {
        var names: [String] = []
        var position: Position?
        var id = id
        while case .member(let base, let member) = self[id].kind {
            names.append(member.name)
            position = position ?? member.position
            id = base
        }
        guard case .name(let name) = self[id].kind, name.target == .global else { return nil }
        return (([name.name] + names.reversed()), position ?? self[id].position)
    }

    /// A variable that always holds a literal counts as the literal.
    private func argument(
        _ id: Expression.ID, _ literals: [Declaration.ID: Expression.ID]
    ) -> CallUse.Argument {
        switch self[id].kind {
        case .name(let name):
            guard case .local(let variable) = name.target, let literal = literals[variable] else { return .other }
            return argument(literal, [:])
        case .string(let bytes): return .string(bytes)
        case .integer, .float: return .number
        case .table(let fields):
            return .table(
                fields.compactMap { field in
                    guard case .item(let item) = field, case .string(let bytes) = argument(item, literals) else {
                        return nil
                    }
                    return bytes
                })
        default: return .other
        }
    }
}
