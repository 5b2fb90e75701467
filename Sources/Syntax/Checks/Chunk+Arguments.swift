/// Calls whose last argument is a call too, which may add more values than the one argument that is written.
extension Chunk {
    /// Wraps the called function so that it drops such extra values: `f(a, g())` becomes `__cut(2,f)(a, g())`, and
    /// `x:m(g())` becomes `__cut(1,x,"m")(g())`. `__cut` returns the function unchanged unless it is a host function.
    ///
    /// Lua's own functions are left alone, and so are the program's functions that are called by their own name.
    func cutArguments(of index: Int, into edits: inout [Edit]) {
        switch expressions[index].kind {
        case .call(let callee, let arguments):
            guard mayAdd(arguments), !isOwnFunction(callee), libraryFunction(callee) == nil else { return }
            let isMultiple = isMultiple(callee)
            surround(
                callee, .content, "__cut(\(arguments.count),\(isMultiple ? "(" : "")", isMultiple ? "))" : ")",
                into: &edits)
        case .method(let base, let name, let arguments):
            guard mayAdd(arguments), !StandardLibrary.textMethods.contains(name.name),
                let colon = colon(after: base, before: name)
            else { return }
            surround(base, .content, "__cut(\(arguments.count),", "", into: &edits)
            edits.append(Edit(offset: colon, order: 0, text: ",", replaced: 1))
            let length = name.name.utf8.count
            edits.append(Edit(offset: name.position.offset, order: 0, text: "\"\(name.name)\")", replaced: length))
        default: return
        }
    }

    private func colon(after base: Expression.ID, before name: Identifier) -> Int? {
        // A comment between the two may contain a colon, so this reads lexemes, from the end of the base on.
        let start = self[base].end
        var lexer = Lexer(Array([UInt8(ascii: " ")] + source[start..<name.position.offset]))
        guard let lexeme = try? lexer.next(), lexeme.symbol == .colon else { return nil }
        return start + lexeme.position.offset - 1
    }

    private func mayAdd(_ arguments: [Expression.ID]) -> Bool {
        guard let last = arguments.last else { return false }
        switch self[last].kind {
        case .vararg: return true
        case .method(_, let name, _): return StandardLibrary.functions["string.\(name.name)"]?.isSingle != true
        case .call(let callee, _):
            return libraryFunction(callee).flatMap { StandardLibrary.functions[$0] }?.isSingle != true
        default: return false
        }
    }

    /// The values of each `return` of a function, without those of functions inside it.
    func lists(returnedBy function: Function.ID) -> [[Expression.ID]] {
        var found: [[Expression.ID]] = []
        walk(self[function].block) { node in
            guard case .statement(let statement) = node else { return false }
            switch statement.kind {
            case .function, .localFunction: return false
            case .return(let values): found.append(values)
            default: break
            }
            return true
        }
        return found
    }

    // MARK: Functions

    /// True for a local function of the program that is called by its own name.
    private func isOwnFunction(_ callee: Expression.ID) -> Bool {
        guard case .name(let name) = self[callee].kind, case .local(let variable) = name.target else { return false }
        return self[variable].kind == .function && !self[variable].isReassigned
    }

    /// The name of one of Lua's own functions, `tostring` or `string.format`, when it is called by that name.
    package func libraryFunction(_ callee: Expression.ID) -> String? {
        switch self[callee].kind {
        case .name(let name):
            return name.target == .global && StandardLibrary.basic.contains(name.name) ? name.name : nil
        case .member(let base, let member):
            guard case .name(let name) = self[base].kind, name.target == .global,
                StandardLibrary.libraries.contains(name.name)
            else { return nil }
            return "\(name.name).\(member.name)"
        default: return nil
        }
    }
}

/// The calls that return more than one value, as far as the source shows.
package struct SeveralValues {
    private let chunk: Chunk
    /// The returned values of each local function that is called by its own name.
    private var results: [Declaration.ID: [[Expression.ID]]] = [:]
    private var known: [Expression.ID: Bool] = [:]

    package init(_ chunk: Chunk) {
        self.chunk = chunk
        var functions: [(name: Declaration.ID, function: Function.ID)] = []
        chunk.walk { node in
            if case .statement(let statement) = node, case .localFunction(let name, let function) = statement.kind,
                !chunk[name].isReassigned
            {
                functions.append((name, function))
            }
            return true
        }
        for (name, function) in functions { results[name] = chunk.lists(returnedBy: function) }
    }

    /// True when a call certainly returns more than one value if it returns any.
    package mutating func gives(_ id: Expression.ID) -> Bool {
        if let known = known[id] { return known }
        // A function that calls itself ends the search here.
        known[id] = false
        let gives = find(id)
        known[id] = gives
        return gives
    }

    private mutating func find(_ id: Expression.ID) -> Bool {
        switch chunk[id].kind {
        case .vararg: return true
        case .method(_, let name, let arguments): return gives(name.name, arguments[...])
        case .call(let callee, let arguments):
            if let name = chunk.libraryFunction(callee) {
                switch name {
                case "select", "table.unpack", "math.modf", "ipairs", "pairs": return true
                case "assert": return arguments.count > 1
                case "string.gsub", "string.find", "string.match", "string.byte":
                    return gives(String(name.dropFirst(7)), arguments.dropFirst())
                default: return false
                }
            }
            guard case .name(let name) = chunk[callee].kind, case .local(let variable) = name.target else {
                return false
            }
            for values in results[variable] ?? [] {
                if values.count > 1 { return true }
                if values.count == 1, gives(values[0]) { return true }
            }
            return false
        default: return false
        }
    }

    private func gives(_ method: String, _ arguments: ArraySlice<Expression.ID>) -> Bool {
        switch method {
        case "gsub", "find": return true
        case "byte": return arguments.count > 1
        case "match":
            guard let first = arguments.first, case .string(let pattern) = chunk[first].kind else { return false }
            return pattern.count { $0 == UInt8(ascii: "(") } > pattern.count { $0 == UInt8(ascii: "%") } + 1
        default: return false
        }
    }
}

/// The largest number of arguments that Lua's own functions take, for those with a limit.
extension Chunk {
    /// The arguments that Lua's own functions ignore: the first one of each call, with the message about it.
    package var surplusArguments: [(message: String, position: Position)] {
        expressions.compactMap { expression in
            guard case .call(let callee, let arguments) = expression.kind, let name = libraryFunction(callee),
                let most = StandardLibrary.functions[name]?.most, written(arguments) > most
            else { return nil }
            let takes = most == 1 ? "one argument" : "at most \(most) arguments"
            return ("`\(name)` takes \(takes), got \(written(arguments))", self[arguments[most]].position)
        }.sorted { $0.position < $1.position }
    }

    /// The number of arguments that are written, without each `nil` at the end.
    package func written(_ arguments: [Expression.ID]) -> Int {
        var count = arguments.count
        while count > 0, case .nil = self[arguments[count - 1]].kind { count -= 1 }
        return count
    }
}
