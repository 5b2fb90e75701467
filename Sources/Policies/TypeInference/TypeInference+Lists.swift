internal import Syntax

/// Lists of a request or of settings that are used like tables of Lua.
extension TypeInference {
    /// A list that a function of Lua's own gets in place of a table.
    func misuse(ofLibrary callee: Expression.ID, _ arguments: [Expression.ID]) -> Fault? {
        guard let name = chunk.libraryFunction(callee), name.hasPrefix("table."), name != "table.pack",
            let first = arguments.first, let known = value(first), known.isHandle
        else { return nil }
        var message = "`\(name)` takes a table of Lua, got \(known.typeName) of the request"
        if case .list = known.type { message += ": read it with `for _, x in ipairs(list) do`" }
        return Fault(rule: "wrong-argument", message: message, position: chunk[first].position)
    }

    /// Lists that are iterated over without `ipairs`.
    var directIterations: [Fault] {
        var faults: [Fault] = []
        chunk.walk { node in
            guard case .statement(let statement) = node, case .genericFor(_, let values, _) = statement.kind,
                let first = values.first, let known = value(first), known.isHandle
            else { return true }
            var message = "\(known.typeName) has no elements"
            if case .list = known.type { message = "\(known.typeName) is read with `for _, x in ipairs(list) do`" }
            faults.append(Fault(rule: "wrong-argument", message: message, position: chunk[first].position))
            return true
        }
        return faults
    }
}
