internal import Lua
internal import Model
internal import Syntax

/// Arguments that the source shows to be too many, too few, or of another type.
extension TypeInference {
    /// A call with more arguments than the function takes.
    func surplus(_ name: String, _ most: Int, _ arguments: [Expression.ID]) -> Fault? {
        let count = chunk.written(arguments)
        guard count > most else { return nil }
        return Fault(
            rule: "wrong-argument", message: Arity.surplus(name, most, got: count),
            position: chunk[arguments[most]].position)
    }

    func misuse(ofFunction callee: Expression.ID, _ arguments: [Expression.ID]) -> Fault? {
        guard case .name(let name) = chunk[callee].kind, name.target == .global,
            let function = BuiltinFunction(name: name.name)
        else { return nil }
        return surplus(name.name, function.arity, arguments)
    }

    func misuse(ofPlugin callee: Expression.ID, _ arguments: [Expression.ID]) -> Fault? {
        guard let number = pluginFunction(callee) else { return nil }
        let function = resolver.plugins.functions[number].function
        let name = resolver.plugins.name(of: number)
        func fault(_ message: String, _ place: Expression.ID) -> Fault {
            Fault(rule: "wrong-argument", message: message, position: chunk[place].position)
        }
        let count = chunk.written(arguments)
        if count > function.parameters.count {
            let message = "`\(name)` takes \(PluginFunction.shown(function.parameters)), got \(count) arguments"
            return fault(message, arguments[function.parameters.count])
        }
        if count < function.required, arguments.last.map(chunk.isMultiple) != true {
            return fault(
                "`\(name)` takes \(PluginFunction.shown(function.parameters)), got \(count) arguments",
                arguments.last ?? callee)
        }
        for (argument, parameter) in zip(arguments.prefix(count), function.parameters) {
            guard let got = misfit(argument, parameter) else { continue }
            return fault("`\(name)` takes \(parameter.type.withArticle) as `\(parameter.name)`, got \(got)", argument)
        }
        return nil
    }

    /// The kind of an argument that certainly does not fit a parameter; `nil` for one that may fit.
    private func misfit(_ id: Expression.ID, _ parameter: PluginFunction.Parameter) -> String? {
        switch (chunk[id].kind, parameter.type) {
        case (.nil, _), (.function, _): return kind(of: id)
        case (.table, .list): return nil
        case (.table, _): return kind(of: id)
        case (.string(let bytes), let type):
            let text = String(decoding: bytes, as: UTF8.self)
            return Value(LuaValue.string(text), as: type) == nil ? "`\(text.prefix(60))`" : nil
        default: break
        }
        guard let known = value(id) else { return nil }
        if known.isHandle { return known.type.fits(parameter.type) ? nil : kind(of: id) }
        // The result of a plugin's function may be a value of Lua, and those may be of several types.
        guard known.expression == nil, !known.isOfRequest else { return nil }
        switch (known.type, parameter.type) {
        case (.number, .number), (.boolean, .boolean), (.string, _): return nil
        case (.number, _), (.boolean, _): return kind(of: id)
        default: return nil
        }
    }
}
