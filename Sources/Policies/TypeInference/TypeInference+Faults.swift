package import Model
package import Syntax

/// Faults that are certain wherever they are reached: a policy with one does not load.
extension TypeInference {
    package struct Fault {
        /// The rule that the fault is against.
        package let rule: String
        package let message: String
        package let position: Position

        /// The fault as an error in a file.
        package func diagnostic(path: String) -> Diagnostic {
            Diagnostic(message, path: path, line: position.line, column: position.column, rule: rule)
        }
    }

    /// The rules against what raises an error wherever it is reached.
    package static let failures = ["not-a-function", "type-mismatch", "unknown-attribute", "wrong-argument"]

    package var faults: [Fault] {
        let statements = statements
        // A target that cannot be assigned to is reported once, as such.
        let targets = Set(statements.filter { $0.rule == "assignment" }.map(\.position))
        let found = chunk.expressions.indices.flatMap { index -> [Fault] in
            if case .member = chunk.expressions[index].kind, targets.contains(chunk.expressions[index].position) {
                return []
            }
            return faults(of: chunk.id(index))
        }
        // The use of a value that is wrong itself is wrong by the same cause.
        let causes = Set(found.filter { $0.rule == "type-mismatch" }.map(\.position))
        return found.filter { $0.rule != "wrong-argument" || !causes.contains($0.position) } + statements
            + lateDeclarations + ineffectiveReturns + parameters
    }

    /// Values that `decide` itself returns and that cannot have called an effect: the author meant them as an answer.
    private var ineffectiveReturns: [Fault] {
        guard let decide = names.decide else { return [] }
        let message =
            "`decide` answers by calling \(PolicyStatement.Effect.listed("or", quote: "`")); a result has no effect"
        return chunk.results(of: decide).filter { !mayCallEffect($0) }.map {
            Fault(rule: "ineffective-return", message: message, position: chunk[$0].position)
        }
    }

    /// Parameters of `decide` that are never given a value.
    private var parameters: [Fault] {
        guard let decide = names.decide, chunk[decide].isMethod || chunk[decide].parameters.count > 1 else { return [] }
        let function = chunk[decide]
        let place = function.isMethod ? function.position : chunk[function.parameters[1]].position
        return [
            Fault(
                rule: "declaration",
                message: "`decide` gets one argument, the request: write `function policy.decide(request)`",
                position: place)
        ]
    }

    /// True when a value may come from calling an effect, or is `nil`: `cond and permit(…)`, `deny(…)`, `nil`.
    private func mayCallEffect(_ id: Expression.ID) -> Bool {
        switch chunk[id].kind {
        case .nil: true
        // A call with a known result is a question, and calls no effect, unless one of its arguments does.
        case .call(_, let arguments), .method(_, _, let arguments):
            value(id) == nil || arguments.contains { chunk.isMultiple($0) && mayCallEffect($0) }
        case .parenthesized(let inner): mayCallEffect(inner)
        // A value from a table of the author's own may come from a call.
        case .member, .index: value(id) == nil
        case .binary(.and, _, let right, _), .binary(.or, _, let right, _): mayCallEffect(right)
        default: false
        }
    }

    private func faults(of id: Expression.ID) -> [Fault] {
        let expression = chunk[id]
        switch expression.kind {
        case .member(_, let name):
            if case .fault(let message)? = meaning(id) {
                return [Fault(rule: "unknown-attribute", message: message, position: name.position)]
            }
        case .index(_, let key):
            if case .fault(let message)? = meaning(id) {
                return [Fault(rule: "unknown-attribute", message: message, position: chunk[key].position)]
            }
        case .method(let base, let name, let arguments):
            if case .fault(let message)? = meaning(id) {
                return [Fault(rule: "unknown-attribute", message: message, position: name.position)]
            }
            if let message = missingFunction(name, of: base) {
                return [Fault(rule: "unknown-attribute", message: message, position: name.position)]
            }
            return (misuse(of: name, base, arguments) ?? misuse(ofText: name, base, arguments)).map { [$0] } ?? []
        case .call(let callee, let arguments):
            if let fault = notCallable(callee, expression.position) { return [fault] }
            let fault =
                misuse(ofFunction: callee, arguments) ?? misuse(ofConstant: callee, arguments)
                ?? misuse(ofEffect: callee, arguments)
                ?? misuse(ofIteration: callee, arguments) ?? misuse(ofLibrary: callee, arguments)
            return (fault ?? misuse(ofPlugin: callee, arguments) ?? misuse(ofShared: callee, arguments)).map { [$0] }
                ?? []
        case .binary(let operation, let left, let right, _):
            return mismatch(operation, left, right).map { message in
                [Fault(rule: "type-mismatch", message: message, position: expression.position)]
            } ?? []
        case .unary(let operation, let operand):
            return mismatch(operation, operand).map { message in
                [Fault(rule: "type-mismatch", message: message, position: expression.position)]
            } ?? []
        default: break
        }
        return []
    }

    /// The fault of calling what is no function.
    private func notCallable(_ callee: Expression.ID, _ position: Position) -> Fault? {
        func fault(_ message: String) -> Fault { Fault(rule: "not-a-function", message: message, position: position) }
        switch meaning(callee) {
        case .value(let known)?:
            if case .member(_, let name) = chunk[callee].kind, known.isHandle {
                return fault("`\(name.name)` is an attribute: write it without `()`")
            }
            return fault("\(known.typeName) cannot be called")
        case .method(let name)?: return fault("`\(name)` is called with a colon: `x:\(name)(…)`")
        // The name itself is reported.
        case .fault?: return nil
        case nil: break
        }
        if case .member(let base, let name) = chunk[callee].kind, let message = missingFunction(name, of: base) {
            return Fault(rule: "unknown-attribute", message: message, position: name.position)
        }
        switch luaKind(callee) {
        case nil, .function?: return nil
        case .library?:
            let name = library(callee) ?? "this"
            let hint = ["string": ": write `tostring(x)`", "table": ": write `{ … }`"][name] ?? ""
            return fault("`\(name)` is a library and cannot be called\(hint)")
        case let kind?: return fault("\(kind.withArticle) cannot be called")
        }
    }

    // MARK: Methods

    private func misuse(of name: Identifier, _ base: Expression.ID, _ arguments: [Expression.ID]) -> Fault? {
        guard let owner = value(base), owner.isHandle, owner.owner != .string,
            let method = Method.allCases.first(where: { $0.name == name.name })
        else { return nil }
        func fault(_ message: String, _ place: Expression.ID? = nil, rule: String = "wrong-argument") -> Fault {
            Fault(rule: rule, message: message, position: place.map { chunk[$0].position } ?? name.position)
        }
        let isWalk = method == .any || method == .all && !owner.type.isTable
        if let fault = surplus(name.name, isWalk ? 1 : method.arity, arguments) { return fault }
        if isWalk { return misuse(ofWalk: name, arguments) }
        guard method != .endOfDay else { return nil }
        guard let first = arguments.first else {
            return fault("`\(name.name)` takes \(Self.expected(method, owner.type))")
        }
        func takes(_ type: ValueType) -> Fault? {
            guard let got = kind(of: first), value(first)?.type != type else { return nil }
            return fault("`\(name.name)` takes \(type.withArticle), got \(got)", first)
        }
        switch method {
        case .can, .permits:
            guard let got = kind(of: first), value(first)?.type != .string else { return nil }
            return fault("`\(name.name)` takes the name of a permission, got \(got)", first)
        case .canAny, .canAll:
            if case .table(let fields) = chunk[first].kind {
                if fields.isEmpty {
                    return fault("`\(name.name)` takes at least one permission: `{ \"orders.read\" }`", first)
                }
                for case .item(let item) in fields {
                    guard let got = kind(of: item), value(item)?.type != .string else { continue }
                    return fault("`\(name.name)` takes the names of permissions, got \(got)", item)
                }
                return nil
            }
            return notTable(first).map { fault("`\(name.name)` takes a table of permissions, got \($0)", first) }
        case .meets: return takes(.department)
        case .covers: return takes(.token)
        case .isWithin:
            guard owner.type == .ip || owner.type == .network else { return takes(.department) }
            return network(first).map { fault($0, first) }
        case .isWithinAny:
            guard case .table(let fields) = chunk[first].kind else {
                let lists: [ValueType] = owner.type == .department ? [.department] : [.network, .ip]
                let isList = lists.contains { value(first)?.type == .list($0) }
                guard !isList, let got = notTable(first) else { return nil }
                return fault("`\(name.name)` takes \(Self.expected(method, owner.type)), got \(got)", first)
            }
            for case .item(let item) in fields {
                if owner.type != .department {
                    if let message = network(item) { return fault(message, item) }
                } else if let got = kind(of: item), value(item)?.type != .department {
                    return fault("`\(name.name)` takes departments, got \(got)", item)
                }
            }
            return nil
        case .contains:
            guard case .list(let element) = owner.type else { return nil }
            if element.hasParts {
                return fault(
                    "\(owner.typeName) is looked into by its parts: `x:any(function(e) return … end)`", first)
            }
            guard let known = value(first) else { return nil }
            do throws(Resolver.Fault) {
                try Resolver.same(element, known.type, "look in a list of \(element.name) for")
            } catch { return fault(error.message, first, rule: "type-mismatch") }
            return refusal(ofElement: first, of: owner).map { fault($0, first, rule: "type-mismatch") }
        // Any value may be the key of a table.
        case .has where owner.type.isTable: return nil
        case .has where owner.type.isMap, .get where owner.type.isMap:
            if let got = kind(of: first), value(first)?.type != .string {
                return fault("`\(name.name)` takes a key, a string, got \(got)", first)
            }
            return refusal(ofKey: first, of: owner).map { fault($0, first) }
        case .has, .declares:
            guard case .string(let bytes) = chunk[first].kind else {
                return kind(of: first).map {
                    fault("`\(name.name)` takes the name of a property as a string, got \($0)", first)
                }
            }
            let property = ExactName(String(decoding: bytes, as: UTF8.self))
            if method == .declares {
                if resolver.types(of: owner.owner).contains(where: { $0.slot(property) != nil }) { return nil }
                return fault(
                    resolver.undeclared(property, on: owner.owner).message, first, rule: "unknown-attribute")
            }
            if resolver.knows(property, on: owner.owner) { return nil }
            return fault(resolver.unknown(property, on: owner.owner).message, first, rule: "unknown-attribute")
        case .plus: return period(first, of: owner.type).map { fault($0, first) }
        case .between: return ends(arguments).map { fault($0.message, $0.place) }
        case .all:
            guard case .table(let table) = owner.type else { return nil }
            let called = text(owner) ?? "this table"
            return resolver.plugins.tables[table].table.unindexed(arguments.count, called).map { fault($0) }
        case .endOfDay, .get, .any: return nil
        }
    }

    private static func expected(_ method: Method, _ owner: ValueType) -> String {
        switch method {
        case .can, .permits: "the name of a permission"
        case .canAny, .canAll: "a table of permissions"
        case .meets: "a department"
        case .covers: "a token"
        case .isWithin: owner == .department ? "a department" : "a network such as `10.0.0.0/8`"
        case .isWithinAny: owner == .department ? "a list of departments" : "a list of networks"
        case .between: "two times: `:between(\"06:00\", \"21:00\")`"
        case .contains: "a value"
        case .any: "a function of an element"
        case .get: "a key"
        case .all: "the values of the index"
        case .has, .declares: "the name of a property as a string"
        case .plus: "a table: `{ months = 12 }`"
        case .endOfDay: "nothing"
        }
    }

    private func period(_ id: Expression.ID, of owner: ValueType) -> String? {
        guard case .table(let fields) = chunk[id].kind else {
            return notTable(id).map { "`plus` takes a table: `{ months = 12 }`, got \($0)" }
        }
        if fields.isEmpty { return "`plus` needs a period: `{ months = 12 }`" }
        for field in fields {
            switch field {
            case .named(let name, let value):
                guard Period.names.contains(name.name) else {
                    return "`plus` takes \(Period.names.joined(separator: ", ")); got `\(name.name)`"
                        + Suggestion.hint(for: name.name, among: Period.names)
                }
                if owner == .date, ["hours", "minutes", "seconds"].contains(name.name) {
                    return "a day moves by days, not by `\(name.name)`: write them of an instant"
                }
                if let got = kind(of: value), self.value(value)?.type != .number {
                    return "`\(name.name)` must be a whole number, got \(got)"
                }
                if case .float(let number) = chunk[value].kind, number != number.rounded() {
                    return "`\(name.name)` must be a whole number, got \(number)"
                }
            case .item: return "`plus` takes named numbers: `{ months = 12 }`"
            case .keyed: continue
            }
        }
        return nil
    }

    /// Iteration over a value without elements.
    private func misuse(ofIteration callee: Expression.ID, _ arguments: [Expression.ID]) -> Fault? {
        guard case .name(let name) = chunk[callee].kind, name.target == .global,
            ["ipairs", "pairs"].contains(name.name),
            let first = arguments.first, let known = value(first), known.isHandle
        else { return nil }
        let isList = if case .list = known.type { true } else { known.type.isTable }
        guard !isList, !(known.type.isMap && name.name == "pairs") else { return nil }
        let message =
            known.type.isMap
            ? "\(known.typeName) is read with `for key, value in pairs(map) do`" : "\(known.typeName) has no elements"
        return Fault(rule: "wrong-argument", message: message, position: chunk[first].position)
    }

    // MARK: Kinds

    func isPlainText(_ id: Expression.ID) -> Bool {
        value(id).map { $0.type == .string && !$0.isHandle } ?? false
    }
    func isNil(_ id: Expression.ID) -> Bool { luaKind(id) == .nothing }

    /// The kind of an expression that is certainly no table of Lua's own.
    func notTable(_ id: Expression.ID) -> String? { luaKind(id) == .table ? nil : kind(of: id) }

    /// The kind of an expression, with its article; `nil` when the source does not determine it.
    func kind(of id: Expression.ID) -> String? {
        switch chunk[id].kind {
        case .nil: "nothing"
        case .table: "a table"
        case .function: "a function"
        default:
            if let known = value(id) {
                switch known.type {
                case .string where known.isHandle, .number where known.isHandle: "\(known.typeName) of the request"
                default: known.typeName
                }
            } else {
                luaKind(id).map { $0 == .nothing ? "nothing" : $0.withArticle }
            }
        }
    }
}
