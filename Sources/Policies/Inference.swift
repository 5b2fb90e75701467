internal import Model
package import Syntax

/// What the expressions of a policy's source stand for, as far as the source says: what `request.token.department` is, and
/// what is wrong with it where it is nothing.
///
/// For whoever checks a policy without running it. When in doubt it says nothing.
package final class Inference {
    package enum Meaning {
        /// Something of the request, a setting, or a literal.
        case value(Known)
        /// A method, named and not called yet.
        case method(String)
        /// What reading it raises, always.
        case fault(String)
    }

    package struct Known {
        let type: ValueType
        let expression: Expressions.ID?
        /// The property's name and what it is of, where it may be absent.
        package let optional: (of: String, name: String)?

        /// As messages call it, with its article.
        package var typeName: String { type.withArticle }
        /// Whether reading it gives a content, and not yes or no.
        package var isContent: Bool {
            switch type {
            case .string, .number, .instant, .date, .ip: true
            default: false
            }
        }
        /// Whether it comes of the request, and is no constant and no setting.
        package let isOfRequest: Bool
    }

    package let chunk: Chunk
    private let resolver: Resolver
    private let expressions: Expressions
    private var requests: Set<Declaration.ID> = []
    private var values: [Declaration.ID: Expression.ID] = [:]
    private var known: [Expression.ID: Meaning?] = [:]

    init(_ chunk: Chunk, _ declaration: PolicyDeclaration, schema: Schema, plugins: PluginSet) {
        self.chunk = chunk
        expressions = Expressions(plugins: plugins)
        resolver = Resolver(
            schema: schema, roots: [declaration.root], settings: [declaration.settings], plugins: plugins,
            uses: [declaration.plugins])
        findNames()
    }

    /// The first parameters of functions called `decide`, and what variables are declared with and keep.
    private func findNames() {
        func note(_ function: Function.ID) {
            if let request = chunk[function].parameters.first { requests.insert(request) }
        }
        chunk.walk { node in
            switch node {
            case .statement(let statement):
                switch statement.kind {
                case .function(let target, let function):
                    if case .member(_, let name) = chunk[target].kind, name.name == "decide" { note(function) }
                case .assign(let targets, let assigned):
                    for (target, value) in zip(targets, assigned) {
                        if case .member(_, let name) = chunk[target].kind, name.name == "decide",
                            case .function(let function) = chunk[value].kind
                        {
                            note(function)
                        }
                    }
                case .local(let names, let assigned):
                    for (name, value) in zip(names, assigned) where !chunk[name].isReassigned { values[name] = value }
                default: break
                }
            case .expression(let id):
                guard case .table(let fields) = chunk[id].kind else { return true }
                for case .named(let name, let value) in fields where name.name == "decide" {
                    if case .function(let function) = chunk[value].kind { note(function) }
                }
            }
            return true
        }
    }

    // MARK: Meanings

    /// What an expression stands for; `nil` when the source does not say.
    package func meaning(_ id: Expression.ID) -> Meaning? {
        if let known = known[id] { return known }
        known[id] = .some(nil)
        let meaning = find(id)
        known[id] = .some(meaning)
        return meaning
    }

    private func value(_ id: Expression.ID) -> Known? {
        if case .value(let known)? = meaning(id) { return known }
        return nil
    }

    private func plain(_ type: ValueType) -> Meaning {
        .value(Known(type: type, expression: nil, optional: nil, isOfRequest: false))
    }

    private func find(_ id: Expression.ID) -> Meaning? {
        switch chunk[id].kind {
        case .string: return plain(.string)
        case .integer, .float: return plain(.number)
        case .boolean: return plain(.boolean)
        case .parenthesized(let inner): return value(inner).map(Meaning.value)
        case .name(let name):
            guard case .local(let declaration) = name.target else { return nil }
            if requests.contains(declaration), !chunk[declaration].isReassigned {
                return of(expressions.intern(.request, 0, type: .request), .request)
            }
            return values[declaration].flatMap(value).map(Meaning.value)
        case .member(let base, let name): return member(name.name, of: base)
        case .method(let base, let name, _): return result(of: name.name, base)
        case .call(let callee, let arguments): return called(callee, arguments)
        case .unary(.length, let inner):
            if case .list? = value(inner)?.type { return plain(.number) }
            return nil
        default: return nil
        }
    }

    private func of(_ id: Expressions.ID, _ type: ValueType, optional: (String, String)? = nil) -> Meaning {
        .value(Known(type: type, expression: id, optional: optional, isOfRequest: type != .settings))
    }

    private func called(_ callee: Expression.ID, _ arguments: [Expression.ID]) -> Meaning? {
        switch chunk[callee].kind {
        case .name(let name) where name.target == .global && name.name == "settings":
            return of(expressions.intern(.settings, 0, type: .settings), .settings)
        case .name(let name) where name.target == .global && name.name == "use":
            guard let first = arguments.first, case .string(let bytes) = chunk[first].kind,
                let number = resolver.plugins.number(of: String(decoding: bytes, as: UTF8.self))
            else { return nil }
            let type = ValueType.plugin(number)
            let id = expressions.intern(.plugin, UInt32(number), type: type)
            return .value(Known(type: type, expression: id, optional: nil, isOfRequest: false))
        case .member(let base, let name):
            guard let owner = self.value(base), case .plugin(let plugin) = owner.type,
                case .function(let number)? = resolver.plugins.member(name.name, of: plugin)
            else { return nil }
            let type = resolver.plugins.functions[number].function.result.type
            return .value(Known(type: type, expression: nil, optional: nil, isOfRequest: true))
        case .name(let name):
            // `local contains = use("cidr").contains`
            guard case .local(let declaration) = name.target, let source = values[declaration],
                case .member = chunk[source].kind
            else { return nil }
            return called(source, arguments)
        default: return nil
        }
    }

    private func member(_ name: String, of base: Expression.ID) -> Meaning? {
        guard let owner = value(base), let expression = owner.expression else { return nil }
        if owner.type == .string { return nil }
        do throws(Resolver.Fault) {
            switch try resolver.meaning(of: name, on: expression, in: expressions) {
            case .method(let method): return .method(method.name)
            case .function: return nil
            case .expression(let id), .fact(let id):
                let type = expressions.types[Int(id)]
                if let plugin = pluginOfAttribute(id), !resolver.uses[0].contains(plugin) {
                    let attribute = resolver.plugins.plugins[plugin].name
                    return .fault("`\(name)` is an attribute of the plugin `\(attribute)`: say `use \"\(attribute)\"`")
                }
                // Whether a part of the request is there follows from more than `:has`: the point, or who acts.
                let mayBeAbsent = expressions.nodes[Int(id)].operation == .property && !isRequired(name, of: owner.type)
                return .value(
                    Known(
                        type: type, expression: id,
                        optional: mayBeAbsent ? (expressions.text(expression), name) : nil,
                        isOfRequest: owner.type != .settings))
            }
        } catch { return .fault(error.message) }
    }

    /// The plugin that an attribute is of; `nil` for what is none.
    private func pluginOfAttribute(_ id: Expressions.ID) -> Int? {
        let node = expressions.nodes[Int(id)]
        guard node.operation == .call, resolver.plugins.isAttribute(Int(node.b)) else { return nil }
        return resolver.plugins.functions[Int(node.b)].plugin
    }

    /// Whether every type of record that has a property requires it.
    private func isRequired(_ name: String, of owner: ValueType) -> Bool {
        let types: [Schema.RecordType] =
            switch owner {
            case .resource: resolver.schema.resources
            case .context: [resolver.schema.context]
            case .external(let index): index < 0 ? resolver.schema.subjects : [resolver.schema.subjects[index]]
            default: []
            }
        return types.allSatisfy { type in type.slot(name).map { !type.properties[$0].isOptional } ?? false }
    }

    private func result(of name: String, _ base: Expression.ID) -> Meaning? {
        guard let owner = value(base), let expression = owner.expression, owner.type != .string else { return nil }
        guard let method = Method.allCases.first(where: { $0.name == name }),
            case .method? = try? resolver.meaning(of: name, on: expression, in: expressions)
        else { return .fault(resolver.unknown(name, on: owner.type).message) }
        switch method {
        case .plus:
            return .value(Known(type: owner.type, expression: nil, optional: nil, isOfRequest: owner.isOfRequest))
        case .get:
            guard case .table(let table) = owner.type, let base = owner.expression else { return nil }
            let id = expressions.intern(.row, UInt32(table), base, type: .row(table))
            return .value(Known(type: .row(table), expression: id, optional: nil, isOfRequest: true))
        case .endOfDay:
            return .value(Known(type: .instant, expression: nil, optional: nil, isOfRequest: owner.isOfRequest))
        default: return plain(.boolean)
        }
    }

    /// Why two values cannot be compared; `nil` when they can, or when it is not known.
    package func mismatch(_ one: Expression.ID, _ other: Expression.ID, isOrder: Bool) -> String? {
        guard let left = value(one), let right = value(other), left.expression != nil || right.expression != nil else {
            return nil
        }
        if left.type == right.type {
            return isOrder && !left.type.isOrdered ? "\(left.typeName) has no order" : nil
        }
        do throws(Resolver.Fault) { try Resolver.same(left.type, right.type, isOrder ? "order" : "compare") } catch {
            return error.message
        }
        return nil
    }

    /// The properties that are asked for with `has`, as what they are of and their name.
    package var asked: Set<String> {
        var asked: Set<String> = []
        for expression in chunk.expressions {
            guard case .method(let base, let name, let arguments) = expression.kind, name.name == "has",
                let owner = value(base)?.expression, let first = arguments.first,
                case .string(let bytes) = chunk[first].kind
            else { continue }
            asked.insert(expressions.text(owner) + "." + String(decoding: bytes, as: UTF8.self))
        }
        return asked
    }
}
