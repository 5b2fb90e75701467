package import Model

/// Finds what a name after a dot or a colon means for an expression, and forms the expression.
package final class Resolver {
    /// The meaning of a name.
    package enum Meaning {
        /// An expression that is always present; reading it is not a fact yet.
        case expression(Expressions.ID)
        /// A boolean, or something that may be absent: naming it reads it.
        case fact(Expressions.ID)
        case method(Method)
        /// A function of a plugin, by its number among all.
        case function(Int)
    }

    package struct Fault: Error {
        package let message: String

        package init(message: String) { self.message = message }
    }

    package let schema: Schema
    package let shapes: [RequestShape]
    /// For each policy, its settings by name.
    package let settings: [[ExactName: Setting]]

    package let plugins: PluginSet
    /// For each policy, the plugins it uses, by number.
    package let uses: [Set<Int>]
    /// For each policy, the libraries it uses.
    package let libraries: [Set<ExactName>]
    /// The plugin whose functions run; `nil` where policies run.
    package let owner: Int?
    /// True when the presence of each property is tested before it is read, even where the schema requires it.
    package let asksPresence: Bool

    package init(
        schema: Schema, shapes: [RequestShape], settings: [[ExactName: Setting]], plugins: PluginSet = .none,
        uses: [Set<Int>] = [], libraries: [Set<ExactName>] = [], owner: Int? = nil, asksPresence: Bool = false
    ) {
        self.schema = schema
        self.shapes = shapes
        self.settings = settings
        self.plugins = plugins
        self.uses = uses
        self.libraries = libraries
        self.owner = owner
        self.asksPresence = asksPresence
    }

    package func meaning(
        of name: ExactName, on base: Expressions.ID, in expressions: Expressions
    ) throws(Fault) -> Meaning {
        let type = expressions.types[Int(base)]
        if let method = method(name, on: type) { return .method(method) }
        switch type {
        case .request: return try part(name, of: base, in: expressions)
        case .settings: return try setting(name, of: base, in: expressions)
        case .plugin(let number):
            switch plugins.member(name, of: number) {
            case .function(let function)?: return .function(function)
            case .table(let table)?:
                return .expression(expressions.intern(.table, UInt32(table), type: .table(table)))
            case nil: throw unknown(name, on: type)
            }
        case .row(let table):
            let declared = plugins.tables[table].table
            guard let slot = declared.slot(name) else { throw unknown(name, on: type) }
            let column = declared.columns[slot]
            let presence = column.isOptional ? expressions.intern(.has, base, expressions.name(name)) : nil
            let id = expressions.intern(.column, base, UInt32(slot), type: column.type, presence: presence)
            return column.isOptional || column.type == .boolean ? .fact(id) : .expression(id)
        case .resource:
            if let property = Schema.property(name, among: schema.resources) {
                return form(property, among: schema.resources, of: base, in: expressions)
            }
        case .action:
            if let property = Schema.property(name, among: schema.actionRecords) {
                try requireAccess(to: name, of: base, in: expressions)
                return form(property, among: schema.actionRecords, of: base, in: expressions)
            }
        case .context:
            if let property = Schema.property(name, among: [schema.context]) {
                return form(property, among: [schema.context], of: base, in: expressions)
            }
        case .external(let index):
            let types = index < 0 ? schema.subjects : [schema.subjects[index]]
            if let property = Schema.property(name, among: types) {
                return form(property, among: types, of: base, in: expressions)
            }
        case .record(let properties):
            // By the declared type, which has the restrictions of the parts.
            let declared = expressions.declared(base).properties ?? properties
            guard let slot = declared.slot(name) else { throw unknown(name, on: type) }
            return form(declared[slot], isOptional: declared[slot].isOptional, of: base, in: expressions)
        default: break
        }
        if let number = plugins.attribute(name, on: type) {
            let result = plugins.functions[number].function.result.type
            let id = expressions.intern(.call, expressions.list([base]), UInt32(number), type: result)
            // Each read is a question, so that its cost is counted.
            return .fact(id)
        }
        guard let entry = entry(name, on: type) else { throw unknown(name, on: type) }
        return form(entry, type: entry.type, isOptional: entry.isOptional, of: base, in: expressions)
    }

    private func method(_ name: ExactName, on type: ValueType) -> Method? {
        guard let method = Method.allCases.first(where: { $0.name == name.text }) else { return nil }
        switch (method, type) {
        case (.has, .request), (.has, .token), (.has, .ceiling), (.has, .actor), (.has, .department), (.has, .resource),
            (.has, .action), (.has, .context), (.has, .external), (.has, .table), (.has, .row), (.has, .record),
            (.has, .map):
            return .has
        case (.get, .table), (.get, .map): return .get
        case (.all, .table), (.all, .list): return .all
        case (.any, .list): return .any
        case (.declares, .resource), (.declares, .action), (.declares, .external): return .declares
        case (.contains, .list): return .contains
        default:
            return Vocabulary.methods.contains { $0.method == method && $0.owners.contains(type) } ? method : nil
        }
    }

    private func entry(_ name: ExactName, on type: ValueType) -> Vocabulary.Entry? {
        let owner: ValueType
        if case .external = type { owner = .external(-1) } else { owner = type }
        return Vocabulary.entries.first { $0.owner == owner && $0.name == name }
    }

    /// A part of the request; the request shape of the policy determines which parts there are.
    private func part(
        _ name: ExactName, of base: Expressions.ID, in expressions: Expressions
    ) throws(Fault) -> Meaning {
        guard let entry = entry(name, on: .request) else { throw unknown(name, on: .request) }
        let shape = shapes[Int(expressions.nodes[Int(base)].a)]
        var type = entry.type
        if entry.attribute == .subject {
            guard let subject = shape.subjectType else {
                throw Fault(
                    message: "`request.subject` is a token on `access` and an administrator elsewhere; "
                        + "a policy for both uses `request.token` or `request.actor`")
            }
            type = subject
        }
        if shape.excludes(entry.attribute) {
            let kinds = shape.kinds.map { "`\($0.rawValue)`" }.sorted().joined(separator: ", ")
            let what =
                entry.attribute == .resource || entry.attribute == .context ? "there is no \(name) at " : "it decides "
            throw Fault(message: "`request.\(name)` is never present in this policy: \(what)\(kinds)")
        }
        let isOptional = entry.isOptional && !shape.guarantees(entry.attribute)
        return form(entry, type: type, isOptional: isOptional, of: base, in: expressions)
    }

    /// Refuses a property of an action where no request has one: administrative acts have a name alone.
    private func requireAccess(
        to name: ExactName, of base: Expressions.ID, in expressions: Expressions
    ) throws(Fault) {
        guard let kinds = shape(of: base, in: expressions)?.kinds, !kinds.isEmpty, !kinds.contains(.access) else {
            return
        }
        let shown = kinds.map { "`\($0.rawValue)`" }.sorted().joined(separator: ", ")
        throw Fault(
            message: "`request.action.\(name)` is never present in this policy: an action has no properties at \(shown)"
        )
    }

    /// The shape of the request of which an expression is a part; `nil` for any other.
    private func shape(of base: Expressions.ID, in expressions: Expressions) -> RequestShape? {
        let node = expressions.nodes[Int(base)]
        guard node.operation == .attribute, expressions.nodes[Int(node.a)].operation == .request else { return nil }
        return shapes[Int(expressions.nodes[Int(node.a)].a)]
    }

    private func setting(
        _ name: ExactName, of base: Expressions.ID, in expressions: Expressions
    ) throws(Fault) -> Meaning {
        let policy = expressions.nodes[Int(base)].a
        let known = settings[Int(policy)]
        guard let setting = known[name] else {
            throw Fault(
                message: "this policy has no setting `\(name)`" + Suggestion.hint(for: name, among: known.keys.sorted())
            )
        }
        let id = expressions.intern(.setting, policy, expressions.name(name), type: setting.type)
        return setting.type == .boolean ? .fact(id) : .expression(id)
    }

    private func form(
        _ entry: Vocabulary.Entry, type: ValueType, isOptional: Bool, of base: Expressions.ID,
        in expressions: Expressions
    ) -> Meaning {
        let presence = isOptional ? expressions.intern(.has, base, expressions.name(entry.name)) : nil
        let id = expressions.intern(.attribute, base, entry.attribute.rawValue, type: type, presence: presence)
        return isOptional || type == .boolean ? .fact(id) : .expression(id)
    }

    /// A property of a record. One that each of the types requires is present, since no request without it is decided.
    private func form(
        _ property: Schema.Property, among types: [Schema.RecordType], of base: Expressions.ID,
        in expressions: Expressions
    ) -> Meaning {
        let isOptional = !Schema.requires(property.name, types) || !isAlwaysThere(base, in: expressions)
        return form(property, isOptional: isOptional, of: base, in: expressions)
    }

    private func form(
        _ property: Schema.Property, isOptional: Bool, of base: Expressions.ID, in expressions: Expressions
    ) -> Meaning {
        let name = expressions.name(property.name)
        let presence = isOptional ? expressions.intern(.has, base, name) : nil
        let id = expressions.intern(.property, base, name, type: property.type, presence: presence)
        return isOptional || property.type == .boolean ? .fact(id) : .expression(id)
    }

    /// True when a record and its required properties are present in every request that is decided.
    private func isAlwaysThere(_ base: Expressions.ID, in expressions: Expressions) -> Bool {
        !asksPresence && shape(of: base, in: expressions)?.guaranteesRecords == true
    }

    /// True when `:has(name)` can be asked of a type; otherwise the name is a mistake.
    package func knows(_ name: ExactName, on type: ValueType) -> Bool {
        switch type {
        case .row(let table): plugins.tables[table].table.slot(name) != nil
        case .resource where Schema.property(name, among: schema.resources) != nil: true
        case .action where Schema.property(name, among: schema.actionRecords) != nil: true
        case .context where Schema.property(name, among: [schema.context]) != nil: true
        case .external(let index)
        where Schema.property(name, among: index < 0 ? schema.subjects : [schema.subjects[index]]) != nil:
            true
        case .record(let properties): properties.slot(name) != nil
        default: entry(name, on: type) != nil
        }
    }

    /// The types that a record may have.
    package func types(of type: ValueType) -> [Schema.RecordType] {
        switch type {
        case .resource: schema.resources
        case .action: schema.actionRecords
        case .external(let index): index < 0 ? schema.subjects : [schema.subjects[index]]
        default: []
        }
    }

    package func undeclared(_ name: ExactName, on type: ValueType) -> Fault {
        let known = types(of: type).flatMap { $0.properties.map(\.name) }
        let owner = type == .action ? "action" : "type"
        return Fault(message: "no \(owner) has a property `\(name)`" + Suggestion.hint(for: name, among: known))
    }

    package func unknown(_ name: ExactName, on type: ValueType) -> Fault {
        var known = Vocabulary.entries.filter { $0.owner == type }.map(\.name)
        switch type {
        case .resource: known += schema.resources.flatMap { $0.properties.map(\.name) }
        case .action: known += schema.actionRecords.flatMap { $0.properties.map(\.name) } + Vocabulary.textMethods
        case .context: known += schema.context.properties.map(\.name)
        case .external(let index):
            known += Vocabulary.entries.filter { $0.owner == .external(-1) }.map(\.name)
            known += (index < 0 ? schema.subjects : [schema.subjects[index]]).flatMap { $0.properties.map(\.name) }
        case .row(let table): known += plugins.tables[table].table.columns.map(\.name)
        case .record(let properties): known += properties.map(\.name) + ["has"]
        case .map:
            let isMethod = ["get", "has"].contains(name)
            return Fault(
                message: "\(type.withArticle) has no `\(name)`: "
                    + (isMethod ? "write `:\(name)(…)`" : "its values are read by `:get(\"\(name)\")`"))
        case .table: known += ["get", "has", "all"]
        case .plugin(let number):
            let plugin = plugins.plugins[number]
            let names = plugin.functions.map(\.name) + plugin.tables.map(\.name)
            return Fault(
                message: "the plugin `\(plugin.name)` has no `\(name)`" + Suggestion.hint(for: name, among: names))
        case .list:
            return Fault(
                message:
                    "\(type.withArticle) has no `\(name)`\(Suggestion.hint(for: name, among: ["contains", "any", "all"])): "
                    + "write `list[1]`, `#list`, `list:contains(x)`, or `for _, x in ipairs(list) do`")
        default: break
        }
        known += plugins.plugins.flatMap(\.attributes).filter { $0.owner == type }.map(\.function.name)
        known += Vocabulary.methods.filter { $0.owners.contains(type) }.map { ExactName($0.method.name) }
        if type == .string { known += Vocabulary.textMethods }
        let hint = ForeignNames.hint(for: name.text, on: type.name, among: known.map(\.text).sorted())
        return Fault(message: "\(type.withArticle) has no `\(name)`\(hint)")
    }

    /// Refuses to compare values of two types; the message suggests a part that has a comparable type.
    package static func same(_ one: ValueType, _ other: ValueType, _ verb: String) throws(Fault) {
        guard one != other else { return }
        var message = "cannot \(verb) \(one.withArticle) with \(other.withArticle)"
        for type in [one, other] {
            switch type {
            case .department, .user, .userType: message += ": write `.id` or `.name` of the \(type.name)"
            case .instant where [one, other].contains(.date): message += ": write `.date` of the instant"
            case .token: message += ": write `.id` of the token"
            case .date, .instant, .time, .duration, .network, .ip:
                // A string that is meant as such a value.
                guard [one, other].contains(.string) else { continue }
                message += ": write `\(type.exampleConstant!)`"
            default: continue
            }
            break
        }
        throw Fault(message: message)
    }
}
