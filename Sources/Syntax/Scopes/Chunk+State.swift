extension Chunk {
    /// True when a function of this program could keep state from one call to the next: it assigns a variable of an
    /// enclosing function, or changes a table that it did not make itself.
    ///
    /// Judged by the source, and true in doubt: a library function that changes tables counts unless it is called by
    /// its name on a table of the function's own. Iterators that the program makes when it is run, before any of its
    /// functions is called, are not covered here.
    package var keepsState: Bool {
        if declarations.contains(where: { $0.isCaptured && $0.isReassigned }) { return true }
        if functions.isEmpty { return false }
        let own = constructed
        return givesTableFunctionsAway || functions.contains { changesForeignTables($0.block, own) }
    }

    /// The places where functions change a table held by a variable outside of them, each as that variable's name.
    package var keptTables: [Identifier] {
        var found: [Identifier] = []
        func note(_ id: Expression.ID) {
            guard case .name(let name) = self[id].kind, name.isUpvalue else { return }
            found.append(Identifier(name: name.name, position: self[id].position))
        }
        for function in functions {
            walk(function.block) { node in
                switch node {
                case .statement(let statement):
                    switch statement.kind {
                    case .assign(let targets, _):
                        for target in targets {
                            switch self[target].kind {
                            case .member(let base, _), .index(let base, _): note(base)
                            default: continue
                            }
                        }
                    // The outer loop visits it.
                    case .function, .localFunction: return false
                    default: break
                    }
                case .expression(let id):
                    if case .function = self[id].kind { return false }
                    guard case .call(let callee, let arguments) = self[id].kind, let name = tableFunction(callee),
                        !Self.readers.contains(name), let first = arguments.first
                    else { return true }
                    note(first)
                }
                return true
            }
        }
        return found
    }

    /// The variables that are declared with a table constructor and never assigned again.
    private var constructed: Set<Declaration.ID> {
        var own: Set<Declaration.ID> = []
        walk { node in
            if case .statement(let statement) = node, case .local(let names, let values) = statement.kind {
                for (name, value) in zip(names, values) where !self[name].isReassigned {
                    if case .table = self[value].kind { own.insert(name) }
                }
            }
            return true
        }
        return own
    }

    private func changesForeignTables(_ body: Block, _ own: Set<Declaration.ID>) -> Bool {
        var changes = false
        walk(body) { node in
            switch node {
            case .statement(let statement):
                switch statement.kind {
                case .assign(let targets, _): changes = changes || targets.contains { !isHarmless($0, own) }
                case .function(let target, _):
                    changes = changes || !isHarmless(target, own)
                    return false
                case .localFunction: return false
                default: break
                }
            case .expression(let id):
                switch self[id].kind {
                case .function: return false
                case .call(let callee, let arguments):
                    if let name = tableFunction(callee), !Self.readers.contains(name) {
                        changes = changes || arguments.first.map { !isOwn($0, own) } ?? true
                    }
                default: break
                }
            }
            return !changes
        }
        return changes
    }

    /// True when the target is a variable of this function or belongs to a table that it made.
    private func isHarmless(_ target: Expression.ID, _ own: Set<Declaration.ID>) -> Bool {
        switch self[target].kind {
        case .name(let name): name.target != .global && !name.isUpvalue
        case .member(let base, _), .index(let base, _): isOwn(base, own)
        default: false
        }
    }

    private func isOwn(_ id: Expression.ID, _ own: Set<Declaration.ID>) -> Bool {
        guard case .name(let name) = self[id].kind, !name.isUpvalue, case .local(let declaration) = name.target else {
            return false
        }
        return own.contains(declaration)
    }

    /// The functions of `table` that change nothing.
    private static let readers: Set<String> = ["concat", "unpack", "pack"]

    /// The name of a function of the library `table`: `insert` for `table.insert`.
    private func tableFunction(_ id: Expression.ID) -> String? {
        guard case .member(let base, let member) = self[id].kind, case .name(let name) = self[base].kind,
            name.target == .global, name.name == "table"
        else { return nil }
        return member.name
    }

    /// True when `table`, or a function of it that changes tables, is used as a value: `local insert = table.insert`.
    private var givesTableFunctionsAway: Bool {
        var plain: Set<Expression.ID> = []
        for expression in expressions {
            switch expression.kind {
            case .call(let callee, _):
                if tableFunction(callee) != nil, case .member(let base, _) = self[callee].kind { plain.insert(base) }
            case .member(let base, let member) where Self.readers.contains(member.name): plain.insert(base)
            default: break
            }
        }
        return expressions.indices.contains { index in
            guard case .name(let name) = expressions[index].kind else { return false }
            return name.target == .global && name.name == "table" && !plain.contains(Expression.ID(index: index))
        }
    }
}
