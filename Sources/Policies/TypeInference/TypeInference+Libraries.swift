package import Model
package import Syntax

/// The functions and constants of libraries: `use "lib.names"`.
extension TypeInference {
    /// The library that an expression is: `use "lib.names"`, or a variable that always is.
    package func sharedLibrary(_ id: Expression.ID) -> Library? {
        chunk.usedLibrary(resolved(id)).flatMap { libraries[$0] }
    }

    /// The member of a library that an expression is: `names.is_owner`, or a variable that always is.
    package func sharedMember(_ id: Expression.ID) -> (library: Library, member: Library.Member)? {
        guard case .member(let base, let name) = chunk[resolved(id)].kind, let library = sharedLibrary(base),
            let member = library.member(ExactName(name.name))
        else { return nil }
        return (library, member)
    }

    func member(_ name: ExactName, of library: Library) -> Meaning? {
        guard let member = library.member(name) else {
            return .fault(
                "the library `\(library.name)` has no `\(name)`"
                    + Suggestion.hint(for: name, among: library.members.map(\.name)))
        }
        switch (member.parameters, member.type) {
        case (nil, "boolean"): return plain(.boolean)
        case (nil, "number"): return plain(.number)
        case (nil, "string"): return plain(.string)
        default: return nil
        }
    }

    /// A call of a library's function with more arguments than it takes, or of a constant.
    func misuse(ofShared callee: Expression.ID, _ arguments: [Expression.ID]) -> Fault? {
        guard let (library, member) = sharedMember(callee) else { return nil }
        let name = "\(library.name).\(member.name)"
        guard let parameters = member.parameters else {
            return Fault(
                rule: "not-a-function", message: "`\(name)` is a \(member.type) and cannot be called",
                position: chunk[callee].position)
        }
        return parameters.last == "..." ? nil : surplus(name, parameters.count, arguments)
    }

    /// The arguments of each call of a library's function; `nil` when the source uses the function, or the library,
    /// otherwise, so that there may be other calls.
    func calls(of function: ExactName, in library: ExactName) -> [[Expression.ID]]? {
        var callees: Set<Expression.ID> = []
        var bases: Set<Expression.ID> = []
        var calls: [[Expression.ID]] = []
        for expression in chunk.expressions {
            switch expression.kind {
            case .call(let callee, let arguments):
                guard case .member(_, let name) = chunk[callee].kind, name.name == function.text,
                    isMember(callee, of: library)
                else { continue }
                callees.insert(callee)
                calls.append(arguments)
            case .member(let base, _): bases.insert(base)
            default: continue
            }
        }
        for index in chunk.expressions.indices {
            let id = chunk.id(index)
            if case .member(_, let name) = chunk[id].kind, name.name == function.text, isMember(id, of: library) {
                if !callees.contains(id) { return nil }
            } else if case .name = chunk[id].kind, !bases.contains(id), chunk.usedLibrary(resolved(id)) == library {
                return nil
            }
        }
        return calls
    }

    /// The members of a library that the source names; `nil` when it uses the library otherwise, so that it may mean
    /// any of them.
    package func namedMembers(of library: ExactName) -> Set<ExactName>? {
        var names: Set<ExactName> = []
        var bases: Set<Expression.ID> = []
        for index in chunk.expressions.indices {
            guard case .member(let base, let name) = chunk.expressions[index].kind,
                isMember(chunk.id(index), of: library)
            else { continue }
            bases.insert(base)
            names.insert(ExactName(name.name))
        }
        let isPlain = chunk.expressions.indices.allSatisfy { index in
            guard case .name = chunk.expressions[index].kind else { return true }
            return bases.contains(chunk.id(index)) || chunk.usedLibrary(resolved(chunk.id(index))) != library
        }
        return isPlain ? names : nil
    }

    private func isMember(_ id: Expression.ID, of library: ExactName) -> Bool {
        guard case .member(let base, _) = chunk[id].kind else { return false }
        return chunk.usedLibrary(resolved(base)) == library
    }
}
