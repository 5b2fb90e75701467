internal import Lua
internal import Model
internal import Policies

/// Methods of expressions, and effects.
extension EvaluationHost {
    func call(_ function: UInt32, _ arguments: LuaArguments, line: Int) -> HostAnswer {
        // An coverageLog call is not a question of the policy.
        if function == PolicyInstrumentation.function.code { return instrumented(arguments) }
        guard mayAsk() else { return .failure(Self.tooMany) }
        do throws(Resolver.Fault) {
            if function >= PluginFunction.firstCode {
                return try call(plugin: Int(function - PluginFunction.firstCode), arguments)
            }
            if let method = Method(rawValue: function) { return try call(method, arguments) }
            return try call(BuiltinFunction(rawValue: function)!, arguments, line: line)
        } catch {
            return .failure(error.message)
        }
    }

    private func instrumented(_ arguments: LuaArguments) -> HostAnswer {
        coverageLog?.note(arguments, facts: factCount) { value in
            switch value {
            case .integer(let value): .integer(value)
            case .number(let value): .number(value)
            // Looked at, but not read: it is not a fact of the policy.
            case .handle(let id): OrderedValue(facts.value(id))
            default: nil
            }
        }
        return .nothing
    }

    private func call(_ method: Method, _ arguments: LuaArguments) throws(Resolver.Fault) -> HostAnswer {
        guard let target = arguments.handle(0) else {
            throw Resolver.Fault(message: "`\(method.name)` is called with a colon: `x:\(method.name)(…)`")
        }
        try Arity.hold(arguments, to: method.arity, of: method.name, before: 1)
        guard expressions.carries(target) else { throw Resolver.Fault(message: Self.tooDeep) }
        // A method taken from one value and called on another must exist on the other, too.
        if known.insert(UInt64(target) << 32 | UInt64(method.rawValue)).inserted {
            guard case .method? = try? resolver.meaning(of: ExactName(method.name), on: target, in: expressions) else {
                known.remove(UInt64(target) << 32 | UInt64(method.rawValue))
                throw resolver.unknown(ExactName(method.name), on: type(target))
            }
        }
        switch method {
        case .can: return ask(try permission(.can, target, arguments[1], method))
        case .permits: return ask(try permission(.permits, target, arguments[1], method))
        case .canAny: return try any(target, arguments, method, until: true)
        case .canAll: return try any(target, arguments, method, until: false)
        case .meets:
            return ask(expressions.intern(.meets, target, try handle(arguments, 1, .department, method)))
        case .covers: return ask(expressions.intern(.covers, target, try handle(arguments, 1, .token, method)))
        case .isWithin where type(target) == .ip || type(target) == .network:
            return ask(expressions.intern(.inNetwork, target, try network(arguments[1], method)))
        case .isWithin:
            return ask(expressions.intern(.isWithin, target, try handle(arguments, 1, .department, method)))
        case .isWithinAny: return try withinAny(target, arguments)
        case .contains:
            guard case .list(let element) = type(target) else { throw resolver.unknown("contains", on: type(target)) }
            if element.hasParts {
                throw Resolver.Fault(
                    message:
                        "\(type(target).withArticle) is looked into by its parts: `x:any(function(e) return … end)`")
            }
            let other = try operand(arguments, 1)
            try Resolver.same(element, type(other), "look in a list of \(element.name) for")
            if case .list(let declared) = expressions.declared(target).unrestricted {
                try refuseOdd(other, amongst: declared.choices ?? [], of: target, "never has")
            }
            return ask(expressions.intern(.contains, target, other))
        case .get where type(target).isTable: return try row(.row, target, arguments)
        case .get: return try entry(.entry, target, arguments)
        case .all: return try rows(target, arguments)
        // The interpreter walks through lists itself.
        case .any: throw resolver.unknown("any", on: type(target))
        case .has where type(target).isTable: return try row(.hasRow, target, arguments)
        case .has where type(target).isMap:
            return try entry(.hasEntry, target, arguments)
        case .has:
            guard let name = arguments[1].name else {
                throw Resolver.Fault(message: "`has` takes the name of a property as a string")
            }
            guard resolver.knows(name, on: type(target)) else { throw resolver.unknown(name, on: type(target)) }
            return ask(expressions.intern(.has, target, expressions.name(name)))
        case .declares: return try declares(target, arguments[1])
        case .plus:
            let period = expressions.period(try period(arguments[1]))
            return .handle(expressions.intern(.plus, target, period, type: type(target)))
        case .between:
            let ends = expressions.list([try timeOfDay(arguments, 1), try timeOfDay(arguments, 2)])
            return ask(expressions.intern(.between, target, ends))
        case .endOfDay: return .handle(expressions.intern(.endOfDay, target, type: .instant))
        }
    }

    /// True when a record is there and its type has a property. The facts read are its presence, where it may be absent,
    /// and comparisons of its type; of an action, those of its name.
    private func declares(_ target: Expressions.ID, _ name: LuaValue) throws(Resolver.Fault) -> HostAnswer {
        guard case .string(let text) = name else {
            throw Resolver.Fault(message: "`declares` takes the name of a property as a string")
        }
        let name = ExactName(text)
        let types = resolver.types(of: type(target))
        let having = types.filter { $0.slot(name) != nil }
        guard !having.isEmpty else { throw resolver.undeclared(name, on: type(target)) }
        if case .external(let index) = type(target), index >= 0 { return .boolean(true) }
        if type(target) == .action {
            // An administrative act is none of them, so those that lack the property are not enough.
            return firstAnswer(comparisons(of: expressions.content(of: target), with: having), until: true)
        }
        // An absent record has no type: comparing it would fail.
        let isThere = expressions.intern(.has, target, expressions.name("type"))
        guard case .boolean(true) = read(isThere) else { return .boolean(false) }
        // Compares with the types that lack it where they are fewer.
        let rest = types.filter { $0.slot(name) == nil }
        let isExcluding = rest.count < having.count
        let kind = expressions.intern(.attribute, target, Attribute.recordType.rawValue, type: .string)
        let answer = firstAnswer(comparisons(of: kind, with: isExcluding ? rest : having), until: true)
        guard isExcluding, case .boolean(let isOther) = answer else { return answer }
        return .boolean(!isOther)
    }

    /// The facts that a string is one of some names.
    private func comparisons(
        of string: Expressions.ID, with types: [Schema.RecordType]
    ) -> some Sequence<Expressions.ID> {
        types.lazy.map { [expressions] in
            expressions.intern(.equal, string, expressions.constant(.string($0.name.text), type: .string))
        }
    }

    private func handle(
        _ arguments: LuaArguments, _ index: Int, _ expected: ValueType, _ method: Method
    ) throws(Resolver.Fault) -> Expressions.ID {
        guard let handle = arguments.handle(index) else {
            throw Resolver.Fault(
                message: "`\(method.name)` takes \(expected.withArticle), got \(arguments[index].kindName)")
        }
        guard type(handle) == expected else {
            throw Resolver.Fault(
                message: "`\(method.name)` takes \(expected.withArticle), got \(type(handle).withArticle)")
        }
        return handle
    }

    private func permission(
        _ operation: Expressions.Operation, _ target: Expressions.ID, _ argument: LuaValue, _ method: Method
    ) throws(Resolver.Fault) -> Expressions.ID {
        switch argument {
        case .string(let text):
            let name = ExactName(text)
            guard resolver.schema.actions[name] != nil else {
                throw Resolver.Fault(
                    message: "`\(name)` is not a declared permission"
                        + Suggestion.hint(for: name, among: resolver.schema.actions.keys.sorted()))
            }
            return expressions.intern(operation, target, expressions.constant(.string(name), type: .string))
        case .handle(let id) where type(expressions.content(of: id)) == .string:
            return expressions.intern(operation, target, expressions.content(of: id))
        default:
            throw Resolver.Fault(message: "`\(method.name)` takes the name of a permission, got \(argument.kindName)")
        }
    }

    private func any(
        _ target: Expressions.ID, _ arguments: LuaArguments, _ method: Method, until wanted: Bool
    ) throws(Resolver.Fault) -> HostAnswer {
        guard case .table(let entries) = arguments[1], !entries.isEmpty else {
            throw Resolver.Fault(message: "`\(method.name)` takes a table of permissions: `{ \"orders.read\" }`")
        }
        let asked = try entries.map { entry throws(Resolver.Fault) in
            try permission(.can, target, entry.value, method)
        }
        return firstAnswer(asked, until: wanted)
    }

    /// Reads facts in turn.
    /// - Returns: `wanted` from the first that is; its failure where one fails: what is unknown is neither true nor false.
    private func firstAnswer(_ facts: some Sequence<Expressions.ID>, until wanted: Bool) -> HostAnswer {
        for id in facts {
            let value = read(id)
            guard case .boolean(let holds) = value else { return answer(value, of: id) }
            if holds == wanted { return .boolean(wanted) }
        }
        return .boolean(!wanted)
    }

    private func withinAny(_ target: Expressions.ID, _ arguments: LuaArguments) throws(Resolver.Fault) -> HostAnswer {
        let isNetwork = type(target) != .department
        let operation: Expressions.Operation = isNetwork ? .inNetwork : .isWithin
        var others: [Expressions.ID] = []
        if let list = arguments.handle(1) {
            let wanted: [ValueType] = isNetwork ? [.network, .ip] : [.department]
            guard case .list(let element) = type(list), wanted.contains(element) else {
                throw Resolver.Fault(
                    message: "`is_within_any` takes a list of \(wanted[0].name)s, got \(type(list).withArticle)")
            }
            let length = read(expressions.intern(.length, list, type: .number))
            guard case .integer(let count) = length else { return answer(read(list), of: list) }
            others = (0..<UInt32(count)).map { expressions.intern(.element, list, $0, type: element) }
        } else if isNetwork {
            guard case .table(let entries) = arguments[1] else {
                throw Resolver.Fault(message: "`is_within_any` takes a list of networks: `{ \"10.0.0.0/8\" }`")
            }
            others = try entries.map { entry throws(Resolver.Fault) in try network(entry.value, .isWithinAny) }
        } else if case .table(let entries) = arguments[1] {
            for entry in entries {
                guard case .handle(let id) = entry.value, type(id) == .department else {
                    throw Resolver.Fault(message: "`is_within_any` takes departments, got \(entry.value.kindName)")
                }
                others.append(id)
            }
        } else {
            throw Resolver.Fault(message: "`is_within_any` takes a list of departments")
        }
        return firstAnswer(others.lazy.map { [expressions] in expressions.intern(operation, target, $0) }, until: true)
    }

    private func period(_ value: LuaValue) throws(Resolver.Fault) -> Period {
        guard case .table(let entries) = value, !entries.isEmpty else {
            throw Resolver.Fault(message: "`plus` takes a table: `{ months = 12 }`")
        }
        var period = Period()
        for entry in entries {
            guard let name = entry.key.name, Period.names.contains(name.text) else {
                throw Resolver.Fault(
                    message: "`plus` takes \(Period.names.joined(separator: ", ")); got \(entry.key.shown)")
            }
            let count = try whole(entry.value, name)
            switch name {
            case "years": period.years = count
            case "months": period.months = count
            case "weeks": period.weeks = count
            case "days": period.days = count
            case "hours": period.hours = count
            case "minutes": period.minutes = count
            default: period.seconds = count
            }
        }
        return period
    }

    private func whole(_ value: LuaValue, _ name: ExactName) throws(Resolver.Fault) -> Int {
        var content = Value.absent
        switch value {
        case .integer(let value): content = .integer(value)
        case .number(let value): content = .number(value)
        case .handle(let id) where type(id) == .number: content = read(id)
        default: break
        }
        if case .number(let number) = content, let whole = Int64(exactly: number) { content = .integer(whole) }
        guard case .integer(let count) = content, (-10_000_000...10_000_000).contains(count) else {
            throw Resolver.Fault(message: "`\(name)` must be a whole number, got \(value.shown)")
        }
        return Int(count)
    }

    // MARK: Effects

    private func call(_ function: BuiltinFunction, _ arguments: LuaArguments, line: Int) throws(Resolver.Fault)
        -> HostAnswer
    {
        try Arity.hold(arguments, to: function.arity, of: function.name)
        // Declared while loading; here the chunk only runs again.
        if function == .settings { return .handle(expressions.intern(.settings, policy, type: .settings)) }
        if function == .use { return try use(arguments[0]) }
        if function == .data { return try data(arguments[0]) }
        if let type = function.constantType { return try constant(type, arguments[0]) }
        if function == .permit, !isGranted() {
            throw Resolver.Fault(message: "it permits an action that its `grants` do not name")
        }
        let effect: CalledEffect
        if !asksInFull, let known = effectCache.effect(function.rawValue, arguments, of: policy, line: line) {
            effect = known
        } else {
            effect = try self.effect(function, arguments, line: line)
            effectCache.note(effect, function.rawValue, arguments, of: policy, line: line)
        }
        guard append(effect) else {
            throw Resolver.Fault(message: "a policy calls at most \(Self.mostEffects) effects")
        }
        return .nothing
    }

    private func effect(_ function: BuiltinFunction, _ arguments: LuaArguments, line: Int) throws(Resolver.Fault)
        -> CalledEffect
    {
        let kind: PolicyStatement.Effect =
            switch function {
            case .deny: .deny
            case .advise: .advise
            case .oblige: .oblige
            default: .permit
            }
        let text = try text(arguments[0], function.name, isOptional: kind == .permit)
        guard kind != .permit else { return CalledEffect(kind: kind, text: text, code: nil, details: [], line: line) }
        var details = try details(arguments[1], function.name)
        guard kind == .deny else {
            let occasion = kind == .oblige ? try occasion(takenFrom: &details) : .permit
            return CalledEffect(
                kind: kind, text: text, code: nil, details: details, line: line, occasion: occasion)
        }
        var code: ExactName?
        for option in details {
            guard option.name == "code" else {
                throw Resolver.Fault(message: "`deny` takes only the option `code`, got `\(option.name)`")
            }
            guard case .json(.string(let text)) = option.value, (1...100).contains(text.utf8.count) else {
                throw Resolver.Fault(message: "`code` must be a string of 1 to 100 bytes")
            }
            code = ExactName(text)
        }
        return CalledEffect(kind: kind, text: text, code: code, details: [], line: line)
    }

    /// The decision that an obligation belongs to, as the option `on` says. The option is no detail.
    private func occasion(
        takenFrom details: inout [(name: ExactName, value: CalledEffect.Detail)]
    ) throws(Resolver.Fault) -> PolicyStatement.Occasion {
        guard let index = details.firstIndex(where: { $0.name == "on" }) else { return .permit }
        let option = details.remove(at: index).value
        guard case .json(.string(let text)) = option, let occasion = PolicyStatement.Occasion(rawValue: text) else {
            throw Resolver.Fault(
                message: "`oblige`: `on` must be \(PolicyStatement.Occasion.listed), the decision it belongs to")
        }
        return occasion
    }

    /// True when `grants` names the request's action. It is a fact, unless the grants name every action. Policies with
    /// the same grants read the same fact.
    private func isGranted() -> Bool {
        guard let number = facts.known.grants[Int(policy)] else { return true }
        return if case .boolean(true) = read(expressions.intern(.granted, UInt32(number))) { true } else { false }
    }

    private func text(_ value: LuaValue, _ effect: String, isOptional: Bool) throws(Resolver.Fault) -> String {
        switch value {
        case .string(let text) where text.utf8.count <= 1_000: return text
        case .nil where isOptional: return ""
        case .string: throw Resolver.Fault(message: "`\(effect)`: a reason has at most 1,000 bytes")
        default: throw Resolver.Fault(message: "`\(effect)` takes a string first, got \(value.kindName)")
        }
    }

    private func details(_ value: LuaValue, _ effect: String) throws(Resolver.Fault) -> [(
        name: ExactName, value: CalledEffect.Detail
    )] {
        if case .nil = value { return [] }
        guard case .table(let entries) = value else {
            throw Resolver.Fault(message: "`\(effect)` takes a table second, got \(value.kindName)")
        }
        guard entries.count <= 32 else { throw Resolver.Fault(message: "`\(effect)` takes at most 32 details") }
        var details: [(name: ExactName, value: CalledEffect.Detail)] = []
        for entry in entries {
            guard let name = entry.key.name, name.utf8.count <= 100 else {
                throw Resolver.Fault(message: "`\(effect)`: a detail needs a name, of at most 100 bytes")
            }
            switch entry.value {
            case .handle(let id): details.append((name, .expression(expressions.content(of: id))))
            case .string(let value): details.append((name, .json(.string(value))))
            case .integer(let value): details.append((name, .json(.integer(value))))
            case .number(let value) where value.isFinite: details.append((name, .json(.number(value))))
            case .boolean(let value): details.append((name, .json(.boolean(value))))
            default:
                throw Resolver.Fault(message: "`\(effect)`: the detail `\(name)` cannot be \(entry.value.kindName)")
            }
        }
        return details
    }
}
