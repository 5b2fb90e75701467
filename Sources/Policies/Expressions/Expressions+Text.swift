internal import Model

extension Expressions {
    /// The expression in the words of its author: `token.department is_within resource.department`.
    package func text(_ id: ID) -> String {
        let node = nodes[Int(id)]
        func infix(_ word: String) -> String { "\(text(node.a)) \(word) \(text(node.b))" }
        switch node.operation {
        case .request: return "request"
        case .settings: return "settings"
        case .constant: return constants[Int(node.a)].constantText
        // The action as a string is its name.
        case .attribute where node.b == Attribute.actionName.rawValue: return text(node.a)
        case .attribute:
            let name = Vocabulary.name(of: node.b, on: types[Int(node.a)])
            return nodes[Int(node.a)].operation == .request ? name.text : "\(term(node.a)).\(name)"
        case .property: return "\(text(node.a)).\(names[Int(node.b)])"
        case .setting: return "settings.\(names[Int(node.b)])"
        // One that stands for each element, which only judging a source forms.
        case .element where node.b == .max: return "\(text(node.a))[…]"
        case .key where node.b == .max: return "a key of \(text(node.a))"
        case .element where types[Int(node.a)].isMap: return "the value \(node.b + 1) of \(text(node.a))"
        case .element: return "\(text(node.a))[\(node.b + 1)]"
        case .hasElement: return "\(text(node.a)) has [\(node.b + 1)]"
        case .key: return "the key \(node.b + 1) of \(text(node.a))"
        case .entry: return "\(text(node.a)):get(\(text(node.b)))"
        case .hasEntry: return "\(text(node.a)) has \(text(node.b))"
        case .length: return "the length of \(text(node.a))"
        case .plus: return "\(text(node.a)) + \(periods[Int(node.b)].words)"
        case .endOfDay: return "\(text(node.a)) end_of_day"
        case .has: return "\(text(node.a)) has \(names[Int(node.b)])"
        case .equal: return infix("==")
        case .less: return infix("<")
        case .lessEqual: return infix("<=")
        case .isWithin: return infix("is_within")
        case .inNetwork: return infix("is_within")
        case .sum: return "\(term(node.a)) + \(term(node.b))"
        case .difference: return "\(term(node.a)) - \(term(node.b))"
        case .between:
            let ends = arguments[Int(node.b)].map(text)
            return "\(text(node.a)) between \(ends.joined(separator: " and "))"
        case .contains: return infix("contains")
        case .meets: return infix("meets")
        case .covers: return infix("covers")
        case .can: return infix("can")
        case .permits: return infix("permits")
        case .granted: return "action is granted"
        case .plugin: return plugins.plugins[Int(node.a)].name.text
        case .table: return tableName(node.a)
        case .row: return "\(tableName(node.a))[\(text(node.b))]"
        case .hasRow: return "\(tableName(node.a)) has \(text(node.b))"
        case .rows:
            return "\(tableName(node.a)):all(\(arguments[Int(node.b)].map(text).joined(separator: ", ")))"
        case .rowAt: return "\(tableName(node.a))[\(node.b + 1)]"
        case .column:
            guard case .row(let table) = types[Int(node.a)] else { return "?" }
            return "\(text(node.a)).\(plugins.tables[table].table.columns[Int(node.b)].name)"
        case .call:
            let name = plugins.name(of: Int(node.b))
            let shown = arguments[Int(node.a)].map(text)
            if plugins.isAttribute(Int(node.b)) { return "\(shown.first ?? "?").\(name)" }
            return "\(name)(\(shown.joined(separator: ", ")))"
        case .argument: return plugins.functions[Int(node.b)].function.parameters[Int(node.a)].name.text
        }
    }
}

extension Expressions {
    /// An operand of `+` or `-`, in parentheses where it is a sum or a difference itself.
    private func term(_ id: ID) -> String {
        switch nodes[Int(id)].operation {
        case .sum, .difference, .plus: "(\(text(id)))"
        default: text(id)
        }
    }

    /// True for content that a plugin made; a boolean discloses nothing of such content.
    package func isMadeByPlugin(_ id: ID) -> Bool {
        if types[Int(id)] == .boolean { return false }
        let node = nodes[Int(id)]
        switch node.operation {
        case .call: return true
        case .attribute, .property, .element, .key, .entry, .length, .plus, .endOfDay: return isMadeByPlugin(node.a)
        case .sum, .difference: return isMadeByPlugin(node.a) || isMadeByPlugin(node.b)
        default: return false
        }
    }

    /// True for a call that returns one of a few declared strings, whatever it reads.
    package func isBounded(_ id: ID) -> Bool {
        let node = nodes[Int(id)]
        return node.operation == .call && !plugins.functions[Int(node.b)].function.result.choices.isEmpty
    }

    private func tableName(_ table: UInt32) -> String {
        let (plugin, declared) = plugins.tables[Int(table)]
        return "\(plugins.plugins[plugin].name).\(declared.name)"
    }
}

extension Vocabulary {
    private static let byAttribute = Dictionary(grouping: entries, by: \.attribute.rawValue)

    static func name(of attribute: UInt32, on owner: ValueType) -> ExactName {
        guard let matches = byAttribute[attribute] else { return "?" }
        return (matches.first { $0.owner == owner } ?? matches[0]).name
    }
}

extension Value {
    fileprivate var constantText: String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): value
        case .date(let value): value.description
        case .time(let value): value.description
        case .duration(let value): value.description
        case .network(let value): value.description
        case .instant(let value): value.description
        case .ip(let value): value.description
        case .list(let values):
            "{\(values.prefix(20).map(\.constantText).joined(separator: ", "))\(values.count > 20 ? ", …" : "")}"
        default: "?"
        }
    }
}

extension Period {
    fileprivate var words: String {
        let parts = [
            (years, "years"), (months, "months"), (weeks, "weeks"), (days, "days"), (hours, "hours"),
            (minutes, "minutes"), (seconds, "seconds"),
        ]
        let said = parts.filter { $0.0 != 0 }.map { "\($0.0) \($0.1)" }
        return said.isEmpty ? "nothing" : said.joined(separator: " ")
    }
}
