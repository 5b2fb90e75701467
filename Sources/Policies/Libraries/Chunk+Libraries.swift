package import Model
package import Syntax

extension Chunk {
    /// A library that the source names: `use "lib.names"`.
    package struct LibraryUse {
        package let name: ExactName
        package let position: Position
        /// True outside of all functions, where it must be.
        package let isAtTop: Bool
    }

    /// The libraries that the source names, in its order.
    package var libraryUses: [LibraryUse] {
        var uses: [LibraryUse] = []
        var atTop: Set<Expression.ID>?
        for index in expressions.indices {
            guard let name = usedLibrary(id(index)) else { continue }
            let top = atTop ?? expressionsAtTop
            atTop = top
            uses.append(
                LibraryUse(name: name, position: expressions[index].position, isAtTop: top.contains(id(index))))
        }
        return uses.sorted { $0.position < $1.position }
    }

    /// The library of a call `use "lib.names"`; `nil` for any other expression.
    func usedLibrary(_ id: Expression.ID) -> ExactName? {
        guard case .call(let callee, let arguments) = self[id].kind, let first = arguments.first,
            case .name(let name) = self[callee].kind, name.target == .global, name.name == "use",
            case .string(let bytes) = self[first].kind, bytes.starts(with: PolicyFile.libraryPrefix.utf8)
        else { return nil }
        return ExactName(String(decoding: bytes, as: UTF8.self))
    }

    private var expressionsAtTop: Set<Expression.ID> {
        var found: Set<Expression.ID> = []
        walk { node in
            switch node {
            case .statement(let statement):
                switch statement.kind {
                case .function, .localFunction: return false
                default: return true
                }
            case .expression(let id):
                found.insert(id)
                if case .function = self[id].kind { return false }
                return true
            }
        }
        return found
    }

    /// The places of the fields of the table that the file returns, with the functions among them.
    var returnedFields: [ExactName: (position: Position, function: Function.ID?)] {
        guard case .return(let values)? = block.statements.last?.kind, values.count == 1 else { return [:] }
        var fields: [ExactName: (position: Position, function: Function.ID?)] = [:]
        var functions: [Declaration.ID: Function.ID] = [:]
        var returned: Declaration.ID?
        if case .name(let name) = self[values[0]].kind, case .local(let variable) = name.target,
            !self[variable].isReassigned
        {
            returned = variable
        }

        func function(_ id: Expression.ID) -> Function.ID? {
            switch self[id].kind {
            case .function(let function): function
            case .name(let name): if case .local(let variable) = name.target { functions[variable] } else { nil }
            default: nil
            }
        }
        func note(_ name: Identifier, _ function: Function.ID?) {
            let isFirst = fields[ExactName(name.name)] == nil
            fields[ExactName(name.name)] = (name.position, isFirst ? function : nil)
        }
        func look(into id: Expression.ID) {
            guard case .table(let items) = self[id].kind else { return }
            for case .named(let name, let value) in items { note(name, function(value)) }
        }
        func member(_ target: Expression.ID) -> Identifier? {
            guard case .member(let base, let member) = self[target].kind, case .name(let name) = self[base].kind,
                case .local(let variable) = name.target, variable == returned
            else { return nil }
            return member
        }

        walk { node in
            guard case .statement(let statement) = node else { return true }
            switch statement.kind {
            case .localFunction(let name, let function) where !self[name].isReassigned: functions[name] = function
            case .local(let names, let values):
                for (name, value) in zip(names, values) where !self[name].isReassigned {
                    if case .function(let function) = self[value].kind { functions[name] = function }
                    if name == returned { look(into: value) }
                }
            case .function(let target, let function): if let name = member(target) { note(name, function) }
            case .assign(let targets, let values):
                for (target, value) in zip(targets, values) {
                    if let name = member(target) { note(name, function(value)) }
                }
            default: break
            }
            return true
        }
        if returned == nil { look(into: values[0]) }
        return fields
    }

    /// The name in a source of an expression's number.
    package func parameterNames(of function: Function.ID) -> [String] {
        self[function].parameters.map { self[$0].name } + (self[function].isVararg ? ["..."] : [])
    }
}
