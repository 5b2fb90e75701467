internal import Model
package import Syntax

/// Faults that are certain wherever they are reached: a policy with one does not load.
extension TypeInference {
    package struct Fault {
        /// The rule that the fault is against.
        package let rule: String
        package let message: String
        package let position: Position
    }

    package var faults: [Fault] {
        chunk.expressions.indices.flatMap { faults(of: chunk.id($0)) } + assignments + ineffectiveReturns
            + directIterations + parameters
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
        // A call with a known result is a question, and calls no effect.
        case .call, .method: value(id) == nil
        case .parenthesized(let inner): mayCallEffect(inner)
        // A value from a table of the author's own may come from a call.
        case .member, .index: value(id) == nil
        case .binary(.and, _, let right, _), .binary(.or, _, let right, _): mayCallEffect(right)
        default: false
        }
    }

    private var assignments: [Fault] {
        var faults: [Fault] = []
        chunk.walk { node in
            guard case .statement(let statement) = node, case .assign(let targets, _) = statement.kind else {
                return true
            }
            for target in targets {
                switch chunk[target].kind {
                case .member(let base, _), .index(let base, _):
                    guard let known = value(base), known.isHandle else { continue }
                    let message = "\(known.typeName) is read-only and cannot be assigned to"
                    faults.append(Fault(rule: "assignment", message: message, position: chunk[target].position))
                default: continue
                }
            }
            return true
        }
        return faults
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
            return misuse(of: name, base, arguments).map { [$0] } ?? []
        case .call(let callee, let arguments):
            switch meaning(callee) {
            case .value(let known)?:
                let message = "\(known.typeName) is a value and not a function: write it without `()`"
                return [Fault(rule: "not-a-function", message: message, position: expression.position)]
            case .method(let name)?:
                let message = "`\(name)` is called with a colon: `x:\(name)(…)`"
                return [Fault(rule: "not-a-function", message: message, position: expression.position)]
            default:
                let fault =
                    misuse(ofFunction: callee, arguments) ?? misuse(ofEffect: callee, arguments)
                    ?? misuse(ofIteration: callee, arguments) ?? misuse(ofLibrary: callee, arguments)
                return (fault ?? misuse(ofPlugin: callee, arguments)).map { [$0] } ?? []
            }
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

    // MARK: Operators

    private func mismatch(_ operation: BinaryOperator, _ left: Expression.ID, _ right: Expression.ID) -> String? {
        switch operation {
        case .and, .or: return nil
        case .equal, .notEqual: return mismatch(left, right, isOrder: false)
        case .less, .lessEqual, .greater, .greaterEqual: return mismatch(left, right, isOrder: true)
        case .concat:
            for side in [left, right] { if let message = notText(side) { return message } }
        default:
            for side in [left, right] { if let message = notNumber(side) { return message } }
            for side in [left, right] where operation == .add {
                if case .string = chunk[side].kind { return "`+` adds numbers: join strings with `..`" }
            }
        }
        return nil
    }

    private func mismatch(_ operation: UnaryOperator, _ operand: Expression.ID) -> String? {
        switch operation {
        case .not: return nil
        case .length:
            guard let known = value(operand), known.isHandle else { return nil }
            return known.type.hasLength ? nil : "\(known.typeName) has no length"
        case .minus, .bitNot: return notNumber(operand)
        }
    }

    /// The reason why two values cannot be compared; `nil` when they can, or when it is not known.
    private func mismatch(_ one: Expression.ID, _ other: Expression.ID, isOrder: Bool) -> String? {
        for (side, opposite) in [(one, other), (other, one)] {
            guard let known = value(side), known.isHandle, known.type != .boolean else { continue }
            switch chunk[opposite].kind {
            case .nil: return "a value of the request is never nil: test with `:has` whether it is present"
            case .table, .function: return "cannot compare \(known.typeName) with a table or a function"
            default: break
            }
        }
        guard let left = value(one), let right = value(other), left.isHandle || right.isHandle else { return nil }
        if left.type == right.type {
            return isOrder && !left.type.isOrdered ? "\(left.typeName) has no order" : nil
        }
        do throws(Resolver.Fault) { try Resolver.same(left.type, right.type, isOrder ? "order" : "compare") } catch {
            return error.message
        }
        return nil
    }

    private func notText(_ id: Expression.ID) -> String? {
        guard let known = value(id), known.isHandle else { return nil }
        switch known.type {
        case .string, .number, .instant, .date, .ip: return nil
        case .department, .user, .userType: return "\(known.typeName) is not a string: write `.id` or `.name`"
        default: return "\(known.typeName) is not a string"
        }
    }

    private func notNumber(_ id: Expression.ID) -> String? {
        guard let known = value(id), known.isHandle else { return nil }
        switch known.type {
        case .number, .string: return nil
        case .instant, .date: return "\(known.typeName) is not a number: use `:plus { … }`"
        default: return "\(known.typeName) is not a number"
        }
    }

    // MARK: Methods

    private func misuse(of name: Identifier, _ base: Expression.ID, _ arguments: [Expression.ID]) -> Fault? {
        guard let owner = value(base), owner.isHandle, owner.type != .string,
            let method = Method.allCases.first(where: { $0.name == name.name })
        else { return nil }
        func fault(_ message: String, _ place: Expression.ID? = nil, rule: String = "wrong-argument") -> Fault {
            Fault(rule: rule, message: message, position: place.map { chunk[$0].position } ?? name.position)
        }
        if let fault = surplus(name.name, method.arity, arguments) { return fault }
        guard method != .endOfDay else { return nil }
        guard let first = arguments.first else {
            return fault("`\(name.name)` takes \(Self.expected(method, owner.type))")
        }
        func takes(_ type: ValueType) -> Fault? {
            guard let got = kind(of: first), value(first)?.type != type || value(first)?.isHandle != true else {
                return nil
            }
            return fault("`\(name.name)` takes \(type.withArticle), got \(got)", first)
        }
        switch method {
        case .can, .permits:
            guard let got = kind(of: first), value(first)?.type != .string else { return nil }
            return fault("`\(name.name)` takes the name of a permission, got \(got)", first)
        case .canAny, .canAll:
            guard let got = kind(of: first), !isTable(first) else { return nil }
            return fault("`\(name.name)` takes a table of permissions, got \(got)", first)
        case .meets: return takes(.department)
        case .covers: return takes(.token)
        case .isWithin:
            guard owner.type == .ip else { return takes(.department) }
            return network(first).map { fault($0, first) }
        case .isWithinAny:
            guard owner.type == .ip, case .table(let fields) = chunk[first].kind else { return nil }
            for case .item(let item) in fields { if let message = network(item) { return fault(message, item) } }
            return nil
        case .contains:
            guard case .list(let element) = owner.type, let known = value(first) else { return nil }
            do throws(Resolver.Fault) {
                try Resolver.same(element, known.type, "look in a list of \(element.name) for")
            } catch { return fault(error.message, first, rule: "type-mismatch") }
            return nil
        // Any value may be the key of a table.
        case .has where owner.type.isTable: return nil
        case .has, .declares:
            guard case .string(let bytes) = chunk[first].kind else {
                return kind(of: first).map {
                    fault("`\(name.name)` takes the name of a property as a string, got \($0)", first)
                }
            }
            let property = ExactName(String(decoding: bytes, as: UTF8.self))
            if method == .declares {
                if resolver.types(of: owner.type).contains(where: { $0.slot(property) != nil }) { return nil }
                return fault(
                    resolver.undeclared(property, on: owner.type).message, first, rule: "unknown-attribute")
            }
            if resolver.knows(property, on: owner.type) { return nil }
            return fault(resolver.unknown(property, on: owner.type).message, first, rule: "unknown-attribute")
        case .plus: return period(first).map { fault($0, first) }
        case .endOfDay, .get: return nil
        }
    }

    private static func expected(_ method: Method, _ owner: ValueType) -> String {
        switch method {
        case .can, .permits: "the name of a permission"
        case .canAny, .canAll: "a table of permissions"
        case .meets: "a department"
        case .covers: "a token"
        case .isWithin: owner == .ip ? "a network such as `10.0.0.0/8`" : "a department"
        case .isWithinAny: owner == .ip ? "a list of networks" : "a list of departments"
        case .contains: "a value"
        case .get: "a key"
        case .has, .declares: "the name of a property as a string"
        case .plus: "a table: `{ months = 12 }`"
        case .endOfDay: "nothing"
        }
    }

    private func network(_ id: Expression.ID) -> String? {
        guard case .string(let bytes) = chunk[id].kind else {
            return kind(of: id).map { "a network is a string, `10.0.0.0/8`; got \($0)" }
        }
        do throws(IPNetworkError) { _ = try IPNetwork(String(decoding: bytes, as: UTF8.self)) } catch {
            return error.message
        }
        return nil
    }

    private func period(_ id: Expression.ID) -> String? {
        guard case .table(let fields) = chunk[id].kind else {
            return kind(of: id).map { "`plus` takes a table: `{ months = 12 }`, got \($0)" }
        }
        if fields.isEmpty { return "`plus` needs a period: `{ months = 12 }`" }
        for field in fields {
            switch field {
            case .named(let name, let value):
                guard Period.names.contains(name.name) else {
                    return "`plus` takes \(Period.names.joined(separator: ", ")); got `\(name.name)`"
                        + Suggestion.hint(for: name.name, among: Period.names)
                }
                if let got = kind(of: value), self.value(value)?.type != .number {
                    return "`\(name.name)` must be a whole number, got \(got)"
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
        guard !isList || name.name == "pairs" else { return nil }
        let message = isList ? "`pairs` is only for tables of Lua: use `ipairs`" : "\(known.typeName) has no elements"
        return Fault(rule: "wrong-argument", message: message, position: chunk[first].position)
    }

    // MARK: Effects

    private func misuse(ofEffect callee: Expression.ID, _ arguments: [Expression.ID]) -> Fault? {
        guard case .name(let name) = chunk[callee].kind, name.target == .global,
            PolicyStatement.Effect.names.contains(name.name)
        else { return nil }
        func fault(_ message: String, _ place: Expression.ID) -> Fault {
            Fault(rule: "wrong-argument", message: message, position: chunk[place].position)
        }
        guard let first = arguments.first else {
            if name.name == "permit" { return nil }
            let what = name.name == "oblige" ? "a name" : "a reason"
            return fault("`\(name.name)` takes \(what) first", callee)
        }
        if case .string(let bytes) = chunk[first].kind {
            if bytes.count > 1_000 { return fault("`\(name.name)`: a reason has at most 1,000 bytes", first) }
        } else if let got = kind(of: first), !isPlainText(first), name.name != "permit" || !isNil(first) {
            let hint = value(first)?.isHandle == true ? "; name it in braces: `\"{token.name}\"`" : ""
            return fault("`\(name.name)` takes a string first, got \(got)\(hint)", first)
        }
        guard arguments.count > 1, name.name != "permit" else { return nil }
        return details(name.name, arguments[1]).map { fault($0.message, $0.place) }
    }

    private func details(_ effect: String, _ id: Expression.ID) -> (message: String, place: Expression.ID)? {
        guard case .table(let fields) = chunk[id].kind else {
            guard let got = kind(of: id), !isNil(id) else { return nil }
            let known = value(id).flatMap { $0.isHandle ? text($0) : nil }
            let hint = known.map { "; a reason shows it as `{\($0)}`" } ?? ""
            return ("`\(effect)` takes a table second, got \(got)\(hint)", id)
        }
        for field in fields {
            switch field {
            case .named(let name, let value):
                guard effect == "deny" else { continue }
                let hint = Suggestion.hint(for: name.name, among: ["code"])
                if name.name != "code" {
                    return ("`deny` takes only the option `code`, got `\(name.name)`\(hint)", value)
                }
                if case .string(let bytes) = chunk[value].kind, (1...100).contains(bytes.count) { continue }
                if !isPlainText(value), let got = kind(of: value) {
                    return ("`code` is a string of 1 to 100 bytes, got \(got)", value)
                }
            case .item(let value): return ("`\(effect)`: a detail needs a name: `{ name = … }`", value)
            case .keyed: continue
            }
        }
        return nil
    }

    // MARK: Kinds

    private func isTable(_ id: Expression.ID) -> Bool { if case .table = chunk[id].kind { true } else { false } }
    private func isPlainText(_ id: Expression.ID) -> Bool {
        value(id).map { $0.type == .string && !$0.isHandle } ?? false
    }
    private func isNil(_ id: Expression.ID) -> Bool { if case .nil = chunk[id].kind { true } else { false } }

    /// The kind of an expression, with its article; `nil` when the source does not determine it.
    func kind(of id: Expression.ID) -> String? {
        switch chunk[id].kind {
        case .nil: "nothing"
        case .table: "a table"
        case .function: "a function"
        default:
            value(id).map { known in
                switch known.type {
                case .string where known.isHandle, .number where known.isHandle: "\(known.typeName) of the request"
                default: known.typeName
                }
            }
        }
    }
}
