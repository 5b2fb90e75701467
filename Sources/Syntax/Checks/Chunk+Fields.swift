extension Chunk {
    /// The first place where the source gives a table field of this name a value, in a constructor or an assignment.
    /// - Parameter text: if this is a string literal inside that value, the literal's place is returned instead.
    package func place(of name: String, naming text: String? = nil) -> Position? {
        guard let (position, value) = field(name) else { return nil }
        guard let text, let value = value.map({ self[$0] }) else { return position }
        let bytes = Array(text.utf8)
        let literal = expressions.first { expression in
            guard case .string(bytes) = expression.kind else { return false }
            return value.start <= expression.start && expression.end <= value.end
        }
        return literal?.position ?? position
    }

    private func field(_ name: String) -> (Position, value: Expression.ID?)? {
        for expression in expressions {
            guard case .table(let fields) = expression.kind else { continue }
            for case .named(let identifier, let value) in fields where identifier.name == name {
                return (identifier.position, value)
            }
        }
        var found: (Position, value: Expression.ID?)?
        walk { node in
            guard found == nil, case .statement(let statement) = node else { return found == nil }
            switch statement.kind {
            case .assign(let targets, let values):
                for (index, target) in targets.enumerated() {
                    guard case .member(_, let identifier) = self[target].kind, identifier.name == name else { continue }
                    found = (identifier.position, index < values.count ? values[index] : nil)
                }
            case .function(let target, _):
                guard case .member(_, let identifier) = self[target].kind, identifier.name == name else { break }
                found = (identifier.position, nil)
            default: break
            }
            return found == nil
        }
        return found
    }
}
