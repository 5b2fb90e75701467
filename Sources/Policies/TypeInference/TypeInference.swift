package import Model
package import Syntax

/// The meanings of the expressions of a policy's source, as far as the source determines them: the type of
/// `request.token.department`, or the fault when it has no meaning.
///
/// It judges a policy without running it. In doubt, the meaning of an expression is `nil`.
package final class TypeInference {
    package enum Meaning {
        /// A value of the request, a setting, or a literal.
        case value(Known)
        /// A method, named and not called yet.
        case method(String)
        /// The error that reading it always raises.
        case fault(String)
    }

    package struct Known {
        /// The type that determines its members.
        package let owner: ValueType
        let expression: Expressions.ID?
        /// True for a value of the request or a setting, false for a value of Lua.
        package let isHandle: Bool
        /// The part that may be absent; `nil` when the value is always present.
        package let absence: Absence?
        /// True when it comes from the request, and is neither a constant nor a setting.
        package let isOfRequest: Bool

        init(type: ValueType, expression: Expressions.ID?, isHandle: Bool, absence: Absence?, isOfRequest: Bool) {
            (owner, self.expression, self.isHandle) = (type, expression, isHandle)
            (self.absence, self.isOfRequest) = (absence, isOfRequest)
        }

        /// Its type as a value: the action is a string, its name.
        package var type: ValueType { owner == .action ? .string : owner }
        /// Its name in messages, with its article.
        package var typeName: String { type.withArticle }
        /// True when reading it gives content, rather than yes or no.
        package var isContent: Bool {
            switch type {
            case .string, .number, .instant, .date, .time, .duration, .ip, .network: true
            default: false
            }
        }
    }

    /// A part that may be absent.
    package struct Absence {
        /// The owner of the part, as reasons call it; `nil` for the request itself.
        package let owner: String?
        package let name: ExactName
        /// `nil` for a property that the schema declares.
        package let attribute: Attribute?
        /// The number of an element of a list; `nil` for anything else.
        package let element: Int?

        init(owner: String?, name: ExactName, attribute: Attribute? = nil, element: Int? = nil) {
            (self.owner, self.name, self.attribute, self.element) = (owner, name, attribute, element)
        }

        /// Its name in reasons: `resource.amount`, `actor`, `resource.tags[1]`.
        package var key: ExactName {
            guard let owner else { return name }
            return element.map { "\(owner)[\($0)]" } ?? "\(owner).\(name)"
        }

        /// The test of its presence, as a source writes it.
        package var test: String {
            let owner = owner ?? "request"
            return element.map { "#\(owner) >= \($0)" } ?? "\(owner):has(\"\(name)\")"
        }
    }

    package let chunk: Chunk
    /// The decision kinds of the policy, and its subjects.
    package let shape: RequestShape
    package var schema: Schema { resolver.schema }
    let resolver: Resolver
    let expressions: Expressions
    let names: InferredNames
    /// True for a policy whose declaration is known: its settings are known, too.
    let isDeclared: Bool
    /// The types of parameters that a manifest declares.
    private let parameters: [Declaration.ID: ValueType]
    let libraries: LibrarySet
    private var known: [Expression.ID: Meaning?] = [:]
    /// The tables that nothing changes.
    package private(set) lazy var fixedTables = chunk.fixedTables
    /// For each type, one expression of that type, about which nothing else is known.
    var samples: [ValueType: Expressions.ID] = [:]

    init(
        _ chunk: Chunk, _ declaration: PolicyDeclaration, schema: Schema, plugins: PluginSet,
        libraries: LibrarySet = .none
    ) {
        self.libraries = libraries
        self.chunk = chunk
        shape = declaration.shape
        expressions = Expressions(plugins: plugins)
        resolver = Resolver(
            schema: schema, shapes: [declaration.shape], settings: [declaration.settings], plugins: plugins,
            uses: [declaration.plugins])
        names = InferredNames(chunk, isPolicy: true)
        isDeclared = true
        parameters = [:]
        inferAll()
    }

    /// A script without a known request: a plugin, a file of tests, or a policy whose declaration cannot be read.
    /// - Parameter parameters: the types of parameters that are always given.
    package init(script chunk: Chunk, plugins: PluginSet = .none, parameters: [Declaration.ID: ValueType] = [:]) {
        libraries = .none
        self.chunk = chunk
        shape = RequestShape(kinds: [], subject: .any)
        expressions = Expressions(plugins: plugins)
        let all = Set(plugins.plugins.indices)
        resolver = Resolver(schema: Schema(), shapes: [shape], settings: [[:]], plugins: plugins, uses: [all])
        names = InferredNames(chunk, isPolicy: false)
        isDeclared = false
        self.parameters = parameters
        inferAll()
    }

    /// A library, for one kind of request.
    /// - Parameter parameters: the types of parameters that every call of their functions gives.
    init(
        library chunk: Chunk, parameters: [Declaration.ID: ValueType], shape: RequestShape, schema: Schema,
        plugins: PluginSet, libraries: LibrarySet
    ) {
        self.chunk = chunk
        self.shape = shape
        self.libraries = libraries
        expressions = Expressions(plugins: plugins)
        let all = Set(plugins.plugins.indices)
        resolver = Resolver(schema: schema, shapes: [shape], settings: [[:]], plugins: plugins, uses: [all])
        names = InferredNames(chunk, isPolicy: false)
        isDeclared = false
        self.parameters = parameters
        inferAll()
    }

    private func inferAll() {
        // The parts of an expression come before it: in this order, recursion is never deep.
        for index in chunk.expressions.indices { _ = meaning(chunk.id(index)) }
    }

    /// The function that is the policy's `decide`; `nil` where the source does not determine it.
    package var decide: Function.ID? { names.decide }

    /// The initial value of a variable that is never assigned to.
    package func definition(of variable: Declaration.ID) -> Expression.ID? { names.values[variable] }

    /// The meaning of an expression; `nil` when the source does not determine it.
    package func meaning(_ id: Expression.ID) -> Meaning? {
        if let known = known[id] { return known }
        known[id] = .some(nil)
        let meaning = find(id)
        known[id] = .some(meaning)
        return meaning
    }

    package func value(_ id: Expression.ID) -> Known? {
        if case .value(let known)? = meaning(id) { return known }
        return nil
    }

    /// The name of a value in reasons; `nil` for a literal.
    package func text(_ known: Known) -> String? { known.expression.map(expressions.text) }

    /// True when two expressions have the same value in every request.
    package func isSame(_ one: Expression.ID, _ other: Expression.ID) -> Bool {
        guard let left = value(one)?.expression, let right = value(other)?.expression else { return false }
        return expressions.content(of: left) == expressions.content(of: right)
    }

    /// The vocabulary's attribute that an expression reads; `nil` for everything else.
    package func attribute(_ id: Expression.ID) -> Attribute? {
        guard let content = value(id)?.expression.map(expressions.content) else { return nil }
        let node = expressions.nodes[Int(content)]
        guard node.operation == .attribute else { return nil }
        return Attribute(rawValue: node.b)
    }

    /// The name of a record's property, or of a part of the request, where its presence is tested; `nil` for anything
    /// else.
    package func key(of name: ExactName, on owner: Expression.ID) -> ExactName? {
        value(owner)?.expression.map { key(of: name, on: $0) }
    }

    private func key(of name: ExactName, on owner: Expressions.ID) -> ExactName {
        expressions.types[Int(owner)] == .request ? name : "\(expressions.text(owner)).\(name)"
    }

    // MARK: Meanings

    func plain(_ type: ValueType) -> Meaning {
        .value(Known(type: type, expression: nil, isHandle: false, absence: nil, isOfRequest: false))
    }

    func of(_ id: Expressions.ID, _ type: ValueType) -> Known {
        Known(type: type, expression: id, isHandle: true, absence: nil, isOfRequest: type != .settings)
    }

    /// A value that a plugin provides, of which less is certain.
    func open(_ type: ValueType, _ id: Expressions.ID?) -> Known {
        Known(type: type, expression: id, isHandle: false, absence: nil, isOfRequest: true)
    }

    private func find(_ id: Expression.ID) -> Meaning? {
        switch chunk[id].kind {
        case .string: return plain(.string)
        case .integer, .float: return plain(.number)
        case .boolean: return plain(.boolean)
        case .parenthesized(let inner): return value(inner).map(Meaning.value)
        case .name(let name):
            guard case .local(let variable) = name.target else { return nil }
            return self.variable(variable).map(Meaning.value)
        case .member(let base, let name): return member(ExactName(name.name), of: base)
        case .index(let base, let key): return element(key, of: base)
        case .method(let base, let name, let arguments): return result(of: ExactName(name.name), base, arguments)
        case .call(let callee, let arguments): return called(callee, arguments)
        case .unary(let operation, _): return plain(operation == .not ? .boolean : .number)
        case .binary(let operation, let left, let right, _) where operation == .add || operation == .subtract:
            return sum(operation, left, right)
        case .binary(let operation, _, _, _): return Self.result(of: operation).map(plain)
        default: return nil
        }
    }

    /// The type of what an operator gives, if it gives anything; `nil` when that depends on its operands.
    private static func result(of operation: BinaryOperator) -> ValueType? {
        switch operation {
        case .and, .or: nil
        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: .boolean
        case .concat: .string
        default: .number
        }
    }

    private func variable(_ id: Declaration.ID) -> Known? {
        if id == names.request { return of(expressions.intern(.request, 0, type: .request), .request) }
        if parameters[id] == .request { return of(expressions.intern(.request, 0, type: .request), .request) }
        if let type = parameters[id] {
            let isScalar = [.string, .number, .boolean].contains(type)
            return Known(type: type, expression: nil, isHandle: !isScalar, absence: nil, isOfRequest: !isScalar)
        }
        if names.counters.contains(id), case .value(let number) = plain(.number) { return number }
        if let value = names.values[id] { return self.value(value) }
        if let list = names.elements[id].flatMap(value), let found = part(of: list) { return found }
        if let list = names.keys[id].flatMap(value), let found = key(of: list) { return found }
        // A parameter is the value that every call of its function passes, when all pass the same one; or a value of the
        // type that all pass.
        guard let passed = names.arguments(of: id)?.map(value), let first = passed.first ?? nil else { return nil }
        if first.expression != nil, passed.allSatisfy({ $0?.expression == first.expression }) { return first }
        let isOneType = passed.allSatisfy { other in
            other.map { ($0.type, $0.isHandle, $0.isOfRequest) == (first.type, first.isHandle, first.isOfRequest) }
                ?? false
        }
        guard isOneType else { return nil }
        return Known(
            type: passed.allSatisfy { $0?.owner == first.owner } ? first.owner : first.type, expression: nil,
            isHandle: first.isHandle, absence: nil, isOfRequest: first.isOfRequest)
    }

    private func called(_ callee: Expression.ID, _ arguments: [Expression.ID]) -> Meaning? {
        if let type = constantType(callee) { return constant(type, arguments) }
        switch chunk[callee].kind {
        case .name(let name) where isDeclared && name.target == .global && name.name == "settings":
            return .value(of(expressions.intern(.settings, 0, type: .settings), .settings))
        case .name(let name) where name.target == .global && name.name == "use":
            guard let first = arguments.first, case .string(let bytes) = chunk[first].kind,
                let number = resolver.plugins.number(of: ExactName(String(decoding: bytes, as: UTF8.self)))
            else { return nil }
            let type = ValueType.plugin(number)
            let id = expressions.intern(.plugin, UInt32(number), type: type)
            return .value(Known(type: type, expression: id, isHandle: true, absence: nil, isOfRequest: false))
        default:
            if let number = pluginFunction(callee) {
                return .value(open(resolver.plugins.functions[number].function.result.type, nil))
            }
            return libraryFunction(callee).flatMap(result)
        }
    }

    /// The result of one of Lua's own functions; `nil` when it depends on the arguments.
    func result(of function: StandardLibrary.Function) -> Meaning? {
        switch function.result {
        case .boolean: plain(.boolean)
        case .number: plain(.number)
        case .string: plain(.string)
        default: nil
        }
    }
}
