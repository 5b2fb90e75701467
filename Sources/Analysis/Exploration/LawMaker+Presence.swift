internal import Engine
internal import Model
internal import Policies

/// The presence of values, and the properties that actions and types of resource bring with them.
extension LawMaker {
    func presence() {
        for id in encoder.terms {
            let node = table.node(id)
            switch node.operation {
            case .property where table.type(node.a) == .resource: resource(id)
            case .property where table.type(node.a) == .action: action(id)
            case .attribute: attribute(id, node)
            case .element: element(id, node)
            default: break
            }
        }
        if encoder.knows(action), context.kind == .access { applicability() }
        if encoder.knows(action) { kinds() }
        grants()
    }

    /// A request's resource has the required properties of its type, perhaps the optional ones, and no others: see
    /// `RequestBuilder`.
    private func resource(_ id: FactTable.ID) {
        guard context.kind == .access else { return }
        let name = table.expressions.names[Int(table.node(id).b)]
        let isThere = encoder.defined(resourceType)
        imply([encoder.defined(id)], isThere, .resources)
        for type in table.schema.resources {
            let isType = formula.all([
                isThere, encoder.equal(resourceType, table.constant(.string(type.name), .string)),
            ])
            guard let slot = type.slot(name) else {
                imply([isType], !encoder.defined(id), .resources)
                continue
            }
            if !type.properties[slot].isOptional { imply([isType], encoder.defined(id), .resources) }
        }
    }

    /// The same for the properties of an action.
    private func action(_ id: FactTable.ID) {
        guard context.kind == .access else { return }
        let name = table.expressions.names[Int(table.node(id).b)]
        for record in table.schema.actionRecords {
            let isAction = encoder.equal(action, table.constant(.string(record.name), .string))
            guard let slot = record.slot(name) else {
                imply([isAction], !encoder.defined(id), .actions)
                continue
            }
            if !record.properties[slot].isOptional { imply([isAction], encoder.defined(id), .actions) }
        }
    }

    private func attribute(_ id: FactTable.ID, _ node: Expressions.Node) {
        switch (table.type(node.a), Attribute(rawValue: node.b)!) {
        // An API token has a name, and a mobile token has none: see `Facts.token`.
        case (.token, .tokenName):
            let kind = table.attribute(.kind, of: node.a, .string)
            encoder.note(kind)
            let isAPI = encoder.equal(kind, table.constant(.string(TokenKind.api.rawValue), .string))
            equate(encoder.defined(id), formula.all([encoder.defined(node.a), isAPI]), .presence)
        // The operator is no user; any other administrator acts in an assignment: see `RequestBuilder`.
        case (.actor, .user), (.actor, .department), (.actor, .userType):
            guard hasActor else { return }
            equate(encoder.defined(id), !encoder.holds(isOperator), .theOperator)
        // Nothing goes beyond a ceiling that is not there: see `Facts.limitExceeded`.
        case (.request, .beyondCeiling):
            let holder =
                context.kind == .access ? table.attribute(.token, of: table.request, .token) : actor
            imply([encoder.defined(id)], encoder.limited(holder), .presence)
        case (.actor, .actorToken):
            guard hasActor else { return }
            imply([encoder.holds(isOperator)], !encoder.defined(id), .theOperator)
        default: break
        }
    }

    /// An element is there where the list is long enough.
    private func element(_ id: FactTable.ID, _ node: Expressions.Node) {
        for other in encoder.terms {
            let second = table.node(other)
            if second.operation == .element, second.a == node.a, second.b < node.b {
                imply([encoder.defined(id)], encoder.defined(other), .presence)
            }
            guard second.operation == .length, second.a == node.a else { continue }
            for constant in encoder.terms {
                guard case .integer(let count)? = table.constant(constant), table.type(constant) == .number,
                    formula.has(.equal(min(other, constant), max(other, constant)))
                else { continue }
                let isCount = formula.all([encoder.defined(other), encoder.equal(other, constant)])
                let isThere = encoder.defined(id)
                imply([isCount], Int64(node.b) < count ? isThere : !isThere, .presence)
            }
        }
    }

    // MARK: Actions

    private static let mostNames = 256

    private func isAction(_ name: ExactName) -> Literal {
        encoder.equal(action, table.constant(.string(name), .string))
    }

    /// An action that names types of resource applies to these, and to no request without a resource: see `RequestBuilder`.
    private func applicability() {
        guard encoder.knows(resourceType) else { return }
        for (name, declared) in table.schema.actions.sorted(by: { $0.key < $1.key }) {
            guard let types = declared.resources else { continue }
            imply([isAction(name)], encoder.defined(resourceType), .actions)
            for type in table.schema.resources where !types.contains(type.name) {
                let isType = encoder.equal(resourceType, table.constant(.string(type.name), .string))
                imply([isAction(name), encoder.defined(resourceType)], !isType, .actions)
            }
        }
    }

    /// An action has the kind that the schema declares; administrative decisions have the kind `admin`.
    private func kinds() {
        let kind = part(.actionKind, .string)
        guard encoder.knows(kind), context.kind == .access else { return }
        for (name, declared) in table.schema.actions.sorted(by: { $0.key < $1.key }) {
            let isKind = encoder.equal(kind, table.constant(.string(declared.kind.rawValue), .string))
            imply([isAction(name)], isKind, .actions)
        }
    }

    /// A policy's grants are a function of the action.
    private func grants() {
        for id in facts(.granted) {
            let granted = table.policies[Int(table.node(id).a)].grants
            guard context.kind == .access else {
                let holds = granted.permits(ExactName(context.kind.rawValue))
                add([holds ? encoder.holds(id) : !encoder.holds(id)], .grants)
                continue
            }
            for name in table.schema.actionNames {
                imply([isAction(name)], granted.permits(name) ? encoder.holds(id) : !encoder.holds(id), .grants)
            }
        }
    }
}
