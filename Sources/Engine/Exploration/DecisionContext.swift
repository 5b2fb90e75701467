package import Model
package import Policies

/// The kind of decision and the subject that an exploration is about.
package struct DecisionContext: Hashable, Sendable {
    package let kind: DecisionKind
    /// The external type of the subject of an `access`, by its number in the schema; `nil` for a token.
    package let subject: Int?

    package init(_ kind: DecisionKind, subject: Int? = nil) {
        self.kind = kind
        self.subject = kind == .access ? subject : nil
    }

    /// Every context in which a policy with a shape is asked.
    package static func all(of shape: RequestShape, schema: Schema) -> [DecisionContext] {
        shape.kinds.sorted { $0.ordinal < $1.ordinal }.flatMap { kind -> [DecisionContext] in
            guard kind == .access else { return [DecisionContext(kind)] }
            switch shape.subject {
            case .token: return [DecisionContext(kind)]
            case .external(let type): return [DecisionContext(kind, subject: type)]
            case .any:
                return [DecisionContext(kind)] + schema.subjects.indices.map { DecisionContext(kind, subject: $0) }
            }
        }
    }

    /// True when policies with a shape are asked here.
    package func asks(_ shape: RequestShape) -> Bool {
        guard shape.kinds.contains(kind) else { return false }
        guard kind == .access else { return true }
        switch shape.subject {
        case .any: return true
        case .token: return subject == nil
        case .external(let type): return subject == type
        }
    }
}

/// The requests for which a term has a value.
package enum TermPresence: Sendable {
    case always, never, perhaps

    package func and(_ other: TermPresence) -> TermPresence {
        switch (self, other) {
        case (.never, _), (_, .never): .never
        case (.always, .always): .always
        default: .perhaps
        }
    }
}

extension FactTable {
    /// The presence of a term once its operands are present, as far as the kind of decision and the schema tell.
    ///
    /// INVARIANT: `always` and `never` hold for every store and every request that reaches policies.
    package func ownPresence(_ id: ID, in context: DecisionContext) -> TermPresence {
        let node = node(id)
        switch node.operation {
        case .request, .settings, .constant, .plugin, .table, .rowAt, .granted, .equal, .less, .lessEqual, .isWithin,
            .inNetwork, .contains, .meets, .covers, .can, .permits, .between, .rows, .length:
            return .always
        case .attribute: return presence(of: Attribute(rawValue: node.b)!, on: type(node.a), in: context)
        case .property: return presence(ofProperty: expressions.names[Int(node.b)], on: node.a, in: context)
        case .setting:
            let name = expressions.names[Int(node.b)]
            let values = policies[Int(node.a)].writtenValues(of: name)
            // A department or a user that a setting names need not exist.
            if hasFreeSettings { return .perhaps }
            if values.contains(where: { if case .absent = $0 { true } else { false } }) { return .perhaps }
            switch type(id) {
            case .department, .user: return .perhaps
            case .list(.department), .list(.user):
                return values.allSatisfy { if case .list(let list) = $0 { list.isEmpty } else { false } }
                    ? .always : .perhaps
            default: return .always
            }
        case .column: return isAlwaysThere(column: id) ? .always : .perhaps
        // A `has` is an answer, also about what is absent; see `answersAbsence`.
        case .has, .hasRow: return .always
        case .hasElement, .hasEntry: return .always
        case .element, .key, .entry, .row, .plus, .endOfDay, .sum, .difference, .call, .argument: return .perhaps
        }
    }

    /// True for a fact that has an answer also where its operand is absent.
    package func answersAbsence(_ id: ID) -> Bool {
        switch node(id).operation {
        case .has, .hasRow: true
        default: false
        }
    }

    private func presence(of attribute: Attribute, on owner: ValueType, in context: DecisionContext) -> TermPresence {
        let isAccess = context.kind == .access
        switch (owner, attribute) {
        case (.request, .actor): return isAccess ? .never : .always
        case (.request, .token):
            if isAccess { return context.subject == nil ? .always : .never }
            return context.kind == .issue ? .never : .always
        case (.request, .proposed): return context.kind.hasProposal ? .always : .never
        case (.request, .tenant): return isAccess && context.subject != nil ? .perhaps : .always
        case (.request, .beyondCeiling): return isAccess && context.subject != nil ? .never : .perhaps
        case (.request, _): return .always
        case (.token, .ceiling), (.ceiling, _): return .perhaps
        case (.token, .tokenID), (.token, .tokenName), (.token, .tokenDescription), (.token, .tokenContact),
            (.token, .lastActive), (.token, .dormantSince):
            return .perhaps
        case (.actor, .isOperator): return .always
        case (.actor, _): return .perhaps
        case (.department, .parent): return .perhaps
        case (.resource, _): return isAccess ? .perhaps : .never
        case (.external, .recordType): return .always
        case (.external, .recordID): return .perhaps
        case (.action, _): return .always
        default: return .always
        }
    }

    private func presence(
        ofProperty name: ExactName, on base: ID, in context: DecisionContext
    ) -> TermPresence {
        func declared(_ types: [Schema.RecordType]) -> TermPresence {
            if Schema.requires(name, types) { return .always }
            return types.contains { $0.slot(name) != nil } ? .perhaps : .never
        }
        switch type(base) {
        case .context: return context.kind == .access ? declared([schema.context]) : .never
        case .external: return context.subject.map { declared([schema.subjects[$0]]) } ?? .never
        case .action: return context.kind == .access ? declared(schema.actionRecords) : .never
        case .resource: return context.kind == .access ? .perhaps : .never
        default:
            guard let property = expressions.declared(base).properties?.first(where: { $0.name == name }) else {
                return .perhaps
            }
            return property.isOptional ? .perhaps : .always
        }
    }
}
