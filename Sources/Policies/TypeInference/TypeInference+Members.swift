internal import Model
internal import Syntax

/// The members and the elements of values.
extension TypeInference {
    func member(_ name: ExactName, of base: Expression.ID) -> Meaning? {
        if let library = library(base) { return member(name.text, ofLibrary: library) }
        if let library = sharedLibrary(base) { return member(name, of: library) }
        guard let owner = value(base) else { return indexed(base, name) }
        guard !Self.isOfText(name, owner) else { return nil }
        do throws(Resolver.Fault) {
            let expression = owner.expression ?? sample(owner.owner)
            switch try resolver.meaning(of: name, on: expression, in: expressions) {
            case .method(let method): return .method(method.name)
            case .function: return nil
            case .expression(let id), .fact(let id):
                if let plugin = pluginOfAttribute(id), !resolver.uses[0].contains(plugin) {
                    let attribute = resolver.plugins.plugins[plugin].name
                    return .fault(
                        "`\(name)` is an attribute of the plugin `\(attribute)`: write `use \"\(attribute)\"`")
                }
                // When only the type of the owner is known, only the type of its member is known.
                let isKnown = owner.expression != nil
                return .value(
                    Known(
                        type: expressions.types[Int(id)], expression: isKnown ? id : nil, isHandle: true,
                        absence: isKnown ? absence(id, name, of: expression, owner.type) : nil,
                        isOfRequest: owner.type != .settings))
            }
        } catch { return .fault(error.message) }
    }

    /// The meaning of a value with brackets: a name in quotes, or the number of an element.
    func element(_ key: Expression.ID, of base: Expression.ID) -> Meaning? {
        switch chunk[key].kind {
        case .string(let bytes): return member(ExactName(String(decoding: bytes, as: UTF8.self)), of: base)
        case .integer(let number):
            if let library = library(base) { return .fault("`\(library)` has no elements") }
            guard let owner = value(base), !owner.type.isTable else { return indexed(base, "\(number)") }
            if owner.type == .string { return .fault("a string has no elements: write `x:sub(\(number), \(number))`") }
            guard owner.isHandle else { return .fault("\(owner.typeName) has no elements") }
            return elementOfList(Int(clamping: number), of: owner)
        default: return nil
        }
    }

    /// True when a name on a string is a method of Lua's own strings.
    private static func isOfText(_ name: ExactName, _ owner: Known) -> Bool {
        guard owner.type == .string else { return false }
        let isValueOfRequest = owner.isHandle || owner.isOfRequest
        return Vocabulary.textMethods.contains(name) || !isValueOfRequest && ["char", "format"].contains(name)
    }

    /// An expression of a type, to find out the members of such a value.
    private func sample(_ type: ValueType) -> Expressions.ID {
        if let known = samples[type] { return known }
        let nothing = expressions.constant(.absent, type: .boolean)
        let constant = expressions.nodes[Int(nothing)].a
        let id = expressions.intern(.constant, constant, UInt32(samples.count) + 1, type: type)
        samples[type] = id
        return id
    }

    /// The plugin of an attribute; `nil` for any other expression.
    private func pluginOfAttribute(_ id: Expressions.ID) -> Int? {
        let node = expressions.nodes[Int(id)]
        guard node.operation == .call, resolver.plugins.isAttribute(Int(node.b)) else { return nil }
        return resolver.plugins.functions[Int(node.b)].plugin
    }

    func result(of name: ExactName, _ base: Expression.ID, _ arguments: [Expression.ID]) -> Meaning? {
        if let library = library(base) { return method(name.text, ofLibrary: library) }
        guard let owner = value(base) else { return indexed(base, name) }
        if Self.isOfText(name, owner) { return StandardLibrary.functions["string.\(name)"].flatMap { result(of: $0) } }
        let expression = owner.expression ?? sample(owner.owner)
        let method: Method
        do throws(Resolver.Fault) {
            switch try resolver.meaning(of: name, on: expression, in: expressions) {
            case .method(let found): method = found
            case .function(let number):
                let called = resolver.plugins.name(of: number)
                return .fault("`\(name)` is a function and not a method: write `\(called)(…)` with a dot")
            case .expression, .fact:
                return .fault("`\(name)` is an attribute: write it without `:` and `()`")
            }
        } catch { return .fault(error.message) }
        switch method {
        case .plus, .endOfDay:
            return .value(
                Known(
                    type: method == .plus ? owner.type : .instant, expression: nil, isHandle: true, absence: nil,
                    isOfRequest: owner.isOfRequest))
        case .get:
            if case .map(let type) = owner.type { return entry(arguments.first, of: owner, type).map(Meaning.value) }
            guard case .table(let table) = owner.type else { return nil }
            let id = expressions.intern(.row, UInt32(table), expression, type: .row(table))
            return .value(open(.row(table), id))
        case .all:
            guard case .table(let table) = owner.type else { return plain(.boolean) }
            return .value(
                Known(
                    type: .list(.row(table)), expression: nil, isHandle: true, absence: nil, isOfRequest: true))
        default: return plain(.boolean)
        }
    }
}
