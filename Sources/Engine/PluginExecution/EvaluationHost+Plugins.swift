internal import Lua
internal import Model
internal import Policies

/// Calls to functions and tables of plugins.
extension EvaluationHost {
    /// The result of `use`: the plugin or the library, if the policy has used it while it was loaded.
    func use(_ name: LuaValue) throws(Resolver.Fault) -> HostAnswer {
        guard let name = name.name else {
            throw Resolver.Fault(message: "`use` takes the name of a plugin or a library as a string")
        }
        if resolver.libraries.indices.contains(Int(policy)), resolver.libraries[Int(policy)].contains(name),
            let chunk = libraryChunks[name]
        {
            return .chunk(chunk)
        }
        let number = resolver.plugins.number(of: name)
        guard let number, resolver.uses[Int(policy)].contains(number) else {
            throw Resolver.Fault(message: "`use \"\(name)\"` must be at the top of the file, outside of functions")
        }
        return .handle(expressions.intern(.plugin, UInt32(number), type: .plugin(number)))
    }

    /// The result of `data`: one of the plugin's own tables.
    func data(_ name: LuaValue) throws(Resolver.Fault) -> HostAnswer {
        guard let name = name.name, let owner = resolver.owner else {
            throw Resolver.Fault(message: "`data` takes the name of a table as a string")
        }
        guard case .table(let number)? = resolver.plugins.member(name, of: owner) else {
            throw Resolver.Fault(message: "this plugin has no data `\(name)`")
        }
        return .handle(expressions.intern(.table, UInt32(number), type: .table(number)))
    }

    func call(plugin number: Int, _ arguments: LuaArguments) throws(Resolver.Fault) -> HostAnswer {
        let (plugin, function) = resolver.plugins.functions[number]
        let parameters = function.parameters
        guard arguments.stated <= parameters.count else {
            throw Resolver.Fault(
                message: "`\(resolver.plugins.name(of: number))` takes \(PluginFunction.shown(parameters)), got "
                    + "\(arguments.stated) arguments")
        }
        var asked: [Expressions.ID] = []
        for (index, parameter) in parameters.enumerated() {
            if arguments.handle(index) == nil, case .nil = arguments[index] {
                let isLast = (index..<parameters.count).allSatisfy {
                    if arguments.handle($0) == nil, case .nil = arguments[$0] {
                        parameters[$0].isOptional
                    } else {
                        false
                    }
                }
                if isLast { break }
            }
            asked.append(try argument(arguments, index, parameter, number))
        }
        if case .native(let native, _) = function.body, native.isNetworkTest,
            case .string(let text)? = constant(asked[0])
        {
            return ask(expressions.intern(.inNetwork, asked[1], try network(.string(text), .isWithin)))
        }
        _ = plugin
        let id = expressions.intern(
            .call, expressions.list(asked), UInt32(number), type: function.result.type)
        return function.result.type == .boolean ? ask(id) : try costly(id, function)
    }

    /// Counts the cost of a function that runs later, when its result is used.
    private func costly(_ id: Expressions.ID, _ function: PluginFunction) throws(Resolver.Fault) -> HostAnswer {
        spend(function.fuel)
        return .handle(id)
    }

    private func constant(_ id: Expressions.ID) -> Value? {
        let node = expressions.nodes[Int(id)]
        return node.operation == .constant ? expressions.constants[Int(node.a)] : nil
    }

    /// An argument as an expression of the parameter's type.
    private func argument(
        _ arguments: LuaArguments, _ index: Int, _ parameter: PluginFunction.Parameter, _ number: Int
    ) throws(Resolver.Fault) -> Expressions.ID {
        func mistaken(_ got: String) -> Resolver.Fault {
            Resolver.Fault(
                message:
                    "`\(resolver.plugins.name(of: number))` takes \(parameter.type.withArticle) as `\(parameter.name)`,"
                    + " got \(got)")
        }
        if var handle = arguments.handle(index) {
            if parameter.type == .string { handle = expressions.content(of: handle) }
            if let part = type(handle).misfit(parameter.type, parameter.name.text) {
                let isPart = part != parameter.name.text
                throw mistaken(
                    type(handle).withArticle + (isPart ? " whose `\(part)` is missing or of another type" : ""))
            }
            guard expressions.carries(handle) else { throw Resolver.Fault(message: Self.tooDeep) }
            return handle
        }
        guard let value = Value(arguments[index], as: parameter.type) else { throw mistaken(arguments[index].shown) }
        return expressions.constant(value, type: parameter.type)
    }

    /// Refuses to compare a value that is one of a few strings with a string that it can never be.
    func refuseOdd(_ one: Expressions.ID, _ other: Expressions.ID) throws(Resolver.Fault) {
        for (value, text) in [(one, other), (other, one)] {
            try refuseOdd(text, amongst: choices(of: value), of: value)
        }
    }

    /// Refuses a constant that is none of the strings that a value can be.
    /// - Parameter choices: empty for any.
    func refuseOdd(
        _ text: Expressions.ID, amongst choices: [ExactName], of value: Expressions.ID, _ relation: String = "is never"
    ) throws(Resolver.Fault) {
        guard !choices.isEmpty, case .string(let text)? = constant(text), !choices.contains(ExactName(text)) else {
            return
        }
        throw Resolver.Fault(
            message: "`\(expressions.text(value))` \(relation) `\(text)`"
                + Suggestion.hint(for: ExactName(text), among: choices))
    }

    /// The strings that a value can be; empty for any.
    private func choices(of id: Expressions.ID) -> [ExactName] {
        let node = expressions.nodes[Int(id)]
        if node.operation == .call { return resolver.plugins.functions[Int(node.b)].function.result.choices }
        return expressions.declared(id).choices ?? []
    }

    // MARK: Tables

    /// A row by its key, `offices:get(key)`, or the presence of such a row.
    func row(
        _ operation: Expressions.Operation, _ target: Expressions.ID, _ arguments: LuaArguments
    ) throws(Resolver.Fault) -> HostAnswer {
        guard case .table(let number) = type(target) else { throw resolver.unknown("get", on: type(target)) }
        let table = resolver.plugins.tables[number].table
        guard let key = table.key else {
            let other = table.index.isEmpty ? "" : ", or look rows up with `all`"
            throw Resolver.Fault(
                message: "`\(expressions.text(target))` has no key: iterate over it with `ipairs`\(other)")
        }
        let id = try keyOperand(table.columns[key], 1, target, arguments)
        let presence = expressions.intern(.hasRow, UInt32(number), id)
        if operation == .hasRow { return ask(presence) }
        guard case .boolean(true) = read(presence) else {
            if case .failure(let message) = facts.value(presence) { return .failure(message) }
            throw Resolver.Fault(
                message: "`\(expressions.text(target))` has no `\(expressions.text(id))`: ask `:has` first")
        }
        let row = expressions.intern(.row, UInt32(number), id, type: .row(number))
        return .handleWhile(row, fact: presence)
    }

    /// The rows with some values in the columns of the index, `tuples:all(object, relation)`.
    func rows(_ target: Expressions.ID, _ arguments: LuaArguments) throws(Resolver.Fault) -> HostAnswer {
        guard case .table(let number) = type(target) else { throw resolver.unknown("all", on: type(target)) }
        let table = resolver.plugins.tables[number].table
        if let message = table.unindexed(arguments.stated - 1, expressions.text(target)) {
            throw Resolver.Fault(message: message)
        }
        var keys: [Expressions.ID] = []
        for (place, column) in table.index.enumerated() {
            keys.append(try keyOperand(table.columns[column], place + 1, target, arguments))
        }
        return .handle(
            expressions.intern(.rows, UInt32(number), expressions.list(keys), type: .list(.row(number))))
    }

    /// An argument by which rows of a table are looked up.
    private func keyOperand(
        _ column: PluginTable.Column, _ place: Int, _ target: Expressions.ID, _ arguments: LuaArguments
    ) throws(Resolver.Fault) -> Expressions.ID {
        if let handle = arguments.handle(place).map(expressions.content), type(handle) == column.type { return handle }
        if let value = Value(arguments[place], as: column.type) {
            return expressions.constant(value, type: column.type)
        }
        let got = arguments.handle(place).map { type($0).withArticle } ?? arguments[place].shown
        throw Resolver.Fault(
            message: "`\(expressions.text(target))` is looked up by its `\(column.name)`, "
                + "\(column.type.withArticle), got \(got)")
    }
}
