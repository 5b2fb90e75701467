package import Model
internal import Policies

/// The values that terms can have.
extension FactTable {
    /// True for a fact that compares or asks, whose answer needs its operands alone.
    package func isOperation(_ id: ID) -> Bool {
        switch node(id).operation {
        case .equal, .less, .lessEqual, .isWithin, .inNetwork, .contains, .meets, .covers, .can, .permits, .between,
            .granted, .has, .hasRow, .hasElement, .hasEntry:
            true
        default: false
        }
    }

    /// True when a term can fail to have a value for another reason than that something is absent.
    package func canFail(_ id: ID) -> Bool {
        switch node(id).operation {
        case .plus, .endOfDay, .sum, .difference, .call: true
        case .setting: ownPresence(id, in: DecisionContext(.access)) != .always
        default: operands(id).contains(where: canFail)
        }
    }

    /// The term whose presence a fact asks.
    package func presenceTarget(_ id: ID) -> ID? {
        let node = node(id)
        switch node.operation {
        case .has:
            if case .row(let table) = type(node.a) {
                guard let slot = plugins.tables[table].table.slot(expressions.names[Int(node.b)]) else { return nil }
                return expressions.intern(
                    .column, node.a, UInt32(slot), type: plugins.tables[table].table.columns[slot].type)
            }
            return target(ofPresence: id)
        case .hasElement:
            guard case .list(let element) = type(node.a) else { return nil }
            return expressions.intern(.element, node.a, node.b, type: element)
        case .hasEntry:
            guard case .map(let value) = type(node.a) else { return nil }
            return expressions.intern(.entry, node.a, node.b, type: value)
        case .hasRow: return expressions.intern(.row, node.a, node.b, type: .row(Int(node.a)))
        default: return nil
        }
    }

    /// The term and the name that a fact compares, where one of its operands is a constant.
    package func comparison(_ id: ID) -> (term: ID, name: ExactName)? {
        let node = node(id)
        guard node.operation == .equal else { return nil }
        for (term, constant) in [(node.a, node.b), (node.b, node.a)] {
            if case .string(let text)? = self.constant(constant), self.constant(term) == nil {
                return (term, ExactName(text))
            }
        }
        return nil
    }

    /// The names that a term can be; `nil` where these are unlimited.
    package func names(of id: ID, in context: DecisionContext) -> [ExactName]? {
        let node = node(id)
        switch node.operation {
        case .attribute:
            switch (type(node.a), Attribute(rawValue: node.b)!) {
            case (.request, .point): return [ExactName(context.kind.rawValue)]
            case (.action, .actionName):
                return context.kind == .access ? schema.actionNames : [ExactName(context.kind.rawValue)]
            case (.request, .actionKind):
                let kinds: Set<Schema.ActionKind> =
                    context.kind == .access ? Set(schema.actions.values.map(\.kind)) : [.admin]
                return kinds.map { ExactName($0.rawValue) }.sorted()
            case (.request, .beyondCeiling):
                let isAccess = context.kind == .access
                // See `Facts.limitExceeded`.
                let parts: [Ceiling.Part] =
                    isAccess
                    ? [.permissions, .departments, .networks, .hours, .purpose] : [.networks, .hours, .uses, .purpose]
                return parts.map { ExactName($0.rawValue) }.sorted()
            case (.token, .kind): return TokenKind.allCases.map { ExactName($0.rawValue) }
            case (.resource, .recordType): return schema.resources.map(\.name)
            case (.external, .recordType):
                return [context.subject.map { schema.subjects[$0].name } ?? "token"]
            default: return nil
            }
        case .call:
            let choices = plugins.functions[Int(node.b)].function.result.choices
            return choices.isEmpty ? nil : choices
        case .setting where type(id) == .string && !hasFreeSettings:
            return policies[Int(node.a)].writtenValues(of: expressions.names[Int(node.b)]).compactMap {
                if case .string(let text) = $0 { ExactName(text) } else { nil }
            }
        default: break
        }
        if let choices = expressions.declared(id).choices { return choices }
        if node.operation == .column, type(id) == .string {
            return columnValues(id, most: Self.mostNames)?.compactMap {
                if case .string(let text) = $0 { ExactName(text) } else { nil }
            }
        }
        return nil
    }

    /// The most names of a column of plugin data that are walked.
    private static let mostNames = 64

    /// The values that a boolean setting has for some tenant; `nil` for any other term.
    package func truths(ofSetting id: ID) -> Set<Bool>? {
        let node = node(id)
        guard node.operation == .setting, type(id) == .boolean else { return nil }
        if hasFreeSettings { return [true, false] }
        return Set(
            policies[Int(node.a)].writtenValues(of: expressions.names[Int(node.b)]).compactMap {
                if case .boolean(let value) = $0 { value } else { nil }
            })
    }

    /// The numbers of elements that a list setting has for some tenant; `nil` for any other term.
    package func counts(ofSetting id: ID) -> [Int]? {
        let node = node(id)
        guard node.operation == .setting, case .list = type(id), !hasFreeSettings else { return nil }
        let counts = policies[Int(node.a)].writtenValues(of: expressions.names[Int(node.b)]).compactMap {
            if case .list(let list) = $0 { list.count } else { nil }
        }
        return Set(counts).sorted()
    }

    /// The whole numbers that a term can be, where they are few; `nil` for any other term.
    package func numbers(of id: ID) -> [Value]? {
        let node = node(id)
        switch node.operation {
        case .attribute:
            guard let attribute = Attribute(rawValue: node.b), let range = Vocabulary.ranged(attribute)?.range,
                range.upperBound < 100
            else { return nil }
            return range.map(Value.integer)
        case .setting where type(id) == .number && !hasFreeSettings:
            return policies[Int(node.a)].writtenValues(of: expressions.names[Int(node.b)])
        case .column where type(id) == .number: return columnValues(id, most: Self.mostNames)
        default: return nil
        }
    }
}
