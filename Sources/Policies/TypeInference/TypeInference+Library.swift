package import Model
package import Syntax

/// Arguments that Lua's own functions do not take.
extension TypeInference {
    /// The fault of a call of one of Lua's own functions, by its name or as a method of a string.
    func misuse(ofLibrary callee: Expression.ID, _ arguments: [Expression.ID]) -> Fault? {
        guard let function = libraryFunction(callee) else { return nil }
        return misuse(of: function, arguments, at: chunk[callee].position, isMethod: false)
    }

    func misuse(ofText name: Identifier, _ base: Expression.ID, _ arguments: [Expression.ID]) -> Fault? {
        guard value(base)?.type == .string, let function = StandardLibrary.functions["string.\(name.name)"] else {
            return nil
        }
        return misuse(of: function, [base] + arguments, at: name.position, isMethod: true)
    }

    private func misuse(
        of function: StandardLibrary.Function, _ arguments: [Expression.ID], at place: Position, isMethod: Bool
    ) -> Fault? {
        let name = isMethod ? String(function.name.dropFirst("string.".utf8.count)) : function.name
        let isOpen = arguments.last.map(chunk.isMultiple) == true
        if arguments.count < function.required, !isOpen {
            let (needed, got) = (function.required - (isMethod ? 1 : 0), arguments.count - (isMethod ? 1 : 0))
            let message = "`\(name)` takes at least \(needed == 1 ? "one argument" : "\(needed) arguments"), got \(got)"
            return Fault(rule: "wrong-argument", message: message, position: place)
        }
        for (index, argument) in arguments.enumerated() {
            // A call in last place may give no value, where one can be left out.
            if isOpen, index == arguments.count - 1, index >= function.required { break }
            guard let parameter = function.parameter(index), let reason = reason(argument, against: parameter),
                index < function.required || luaKind(argument) != .nothing
            else { continue }
            return Fault(
                rule: "wrong-argument", message: "`\(name)`: \(reason)", position: chunk[argument].position)
        }
        return function.name == "string.format" ? misuse(ofFormat: arguments, name, isOpen: isOpen) : nil
    }

    /// The reason why an argument is none for a parameter; `nil` when it may be one.
    private func reason(_ id: Expression.ID, against parameter: StandardLibrary.Parameter) -> String? {
        switch parameter {
        case .any: return nil
        case .string: return notText(id)
        // A string may be a number, and is taken as one.
        case .number:
            if luaKind(id) == .string || value(id)?.type == .string { return nil }
            return notNumber(id)
        case .table, .ownTable, .list:
            switch luaKind(id) {
            case .table?, nil: break
            case .library? where parameter != .ownTable: break
            case .library?: return "a library is read-only"
            case let kind?: return "\(kind.withArticle) is not a table"
            }
            // `misuse(ofIteration:)` tells lists from values without elements.
            guard parameter != .list, let known = value(id), known.isHandle else { return nil }
            return "\(known.typeName) of the request is not a table: read it with `for _, x in ipairs(list) do`"
        case .function:
            switch luaKind(id) {
            case .function?, .nothing?: return nil
            case let kind?: return "\(kind.withArticle) is not a function"
            case nil: return value(id).map { $0.isHandle ? "\($0.typeName) is not a function" : nil } ?? nil
            }
        case .replacement:
            switch luaKind(id) {
            case .boolean?, .nothing?: return "\(luaKind(id)!.withArticle) is no replacement: write a string"
            default: return nil
            }
        }
    }

    /// The fault of a literal format: a conversion that there is not, or more of them than arguments.
    private func misuse(ofFormat arguments: [Expression.ID], _ name: String, isOpen: Bool) -> Fault? {
        guard let first = arguments.first, let format = literal(first) else { return nil }
        func fault(_ message: String) -> Fault {
            Fault(rule: "wrong-argument", message: "`\(name)`: \(message)", position: chunk[first].position)
        }
        var conversions = 0
        var bytes = format[...]
        while let percent = bytes.firstIndex(of: UInt8(ascii: "%")) {
            bytes = bytes[(percent + 1)...]
            if bytes.first == UInt8(ascii: "%") {
                bytes = bytes.dropFirst()
                continue
            }
            bytes = bytes.drop { "-+ #0123456789.".utf8.contains($0) }
            guard let letter = bytes.first else { return fault("the format ends in `%`: write `%%`") }
            guard "diuoxXcaAeEfgGqs".utf8.contains(letter) else {
                return fault(
                    "the format has no `%\(String(decoding: [letter], as: UTF8.self))`: write `%%` for a percent sign")
            }
            bytes = bytes.dropFirst()
            conversions += 1
        }
        guard conversions > arguments.count - 1, !isOpen else { return nil }
        return fault(
            "the format takes \(conversions) \(conversions == 1 ? "value" : "values"), got \(arguments.count - 1)")
    }

    /// The name of a plugin's function.
    package func functionName(_ number: Int) -> ExactName { resolver.plugins.name(of: number) }

    /// The function of a plugin that is called, by its number among all.
    package func pluginFunction(_ callee: Expression.ID) -> Int? {
        switch chunk[callee].kind {
        case .member(let base, let name):
            guard let owner = self.value(base), case .plugin(let plugin) = owner.type,
                case .function(let number)? = resolver.plugins.member(ExactName(name.name), of: plugin)
            else { return nil }
            return number
        case .name(let name):
            // `local contains = use("cidr").contains`
            guard case .local(let declaration) = name.target, let source = names.values[declaration],
                case .member = chunk[source].kind
            else { return nil }
            return pluginFunction(source)
        default: return nil
        }
    }
}
