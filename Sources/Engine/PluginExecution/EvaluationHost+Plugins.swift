internal import Lua
internal import Model
internal import Policies

/// Calls to functions and tables of plugins.
extension EvaluationHost {
    /// The result of `use`: the plugin, if the policy has used it while it was loaded.
    func use(_ name: LuaValue) throws(Resolver.Fault) -> HostAnswer {
        guard let name = name.name else {
            throw Resolver.Fault(message: "`use` takes the name of a plugin as a string")
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
            do throws(IPNetworkError) {
                return ask(expressions.intern(.inNetwork, asked[1], expressions.network(try IPNetwork(text))))
            } catch { throw Resolver.Fault(message: error.message) }
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
            guard type(handle) == parameter.type else { throw mistaken(type(handle).withArticle) }
            guard expressions.carries(handle) else { throw Resolver.Fault(message: Self.tooDeep) }
            return handle
        }
        guard let value = Value(arguments[index], as: parameter.type) else { throw mistaken(arguments[index].shown) }
        return expressions.constant(value, type: parameter.type)
    }

    /// Refuses to compare the result of a function, one of a few strings, with a string that it can never be.
    func refuseOdd(_ one: Expressions.ID, _ other: Expressions.ID) throws(Resolver.Fault) {
        for (call, text) in [(one, other), (other, one)] {
            let node = expressions.nodes[Int(call)]
            guard node.operation == .call, case .string(let text)? = constant(text) else { continue }
            let choices = resolver.plugins.functions[Int(node.b)].function.result.choices
            if !choices.isEmpty, !choices.contains(ExactName(text)) {
                throw Resolver.Fault(
                    message: "`\(expressions.text(call))` is never `\(text)`"
                        + Suggestion.hint(for: ExactName(text), among: choices))
            }
        }
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
