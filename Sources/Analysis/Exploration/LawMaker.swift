internal import Engine
package import Model
internal import Policies

/// Makes the clauses of every law for the facts of some trees.
package struct LawMaker {
    let encoder: FactEncoder
    /// The tenants that have settings of their own; the first stands for all others.
    let tenants: [ExactName?]
    /// False to leave out what the core checks before any policy.
    let isValid: Bool
    /// The laws that are left out, which only tests do.
    let without: Set<Law>

    package init(
        _ encoder: FactEncoder, tenants: [ExactName?], isValid: Bool = true, without: Set<Law> = []
    ) {
        self.encoder = encoder
        self.tenants = tenants
        self.isValid = isValid
        self.without = without
    }

    var table: FactTable { encoder.table }
    var formula: Formula { encoder.formula }
    var context: DecisionContext { encoder.context }

    /// The most terms of one kind that all laws about three of them are made for: these grow with the third power. Beyond, they
    /// are left out, which only adds branches that never happen.
    static let mostRelated = 28

    func add(_ literals: [Literal], _ law: Law) {
        if !without.contains(law) { formula.add(literals) }
    }

    func imply(_ premises: [Literal], _ conclusion: Literal, _ law: Law) {
        add(premises.map { !$0 } + [conclusion], law)
    }

    func equate(_ one: Literal, _ other: Literal, _ law: Law) {
        imply([one], other, law)
        imply([other], one, law)
    }

    /// Adds every law, for the terms that the encoder has taken so far.
    package func make() {
        noteRelated()
        settings()
        presence()
        permissions()
        departments()
        networks()
        validity()
        attributes()
        order()
        names()
    }

    // MARK: Terms

    /// The terms of a type, constants excepted.
    func terms(_ type: ValueType) -> [FactTable.ID] {
        encoder.terms.filter { table.type($0) == type && table.constant($0) == nil }
    }

    func facts(_ operation: Expressions.Operation) -> [FactTable.ID] {
        encoder.terms.filter { table.node($0).operation == operation }
    }

    func attribute(_ id: FactTable.ID) -> Attribute? {
        let node = table.node(id)
        return node.operation == .attribute ? Attribute(rawValue: node.b) : nil
    }

    func part(_ attribute: Attribute, _ type: ValueType) -> FactTable.ID {
        table.attribute(attribute, of: table.request, type)
    }

    var action: FactTable.ID { table.attribute(.actionName, of: part(.action, .action), .string) }
    var resourceType: FactTable.ID { table.attribute(.recordType, of: part(.resource, .resource), .string) }
    var token: FactTable.ID { part(.token, .token) }
    var actor: FactTable.ID { part(.actor, .actor) }
    var isOperator: FactTable.ID { table.attribute(.isOperator, of: actor, .boolean) }
    var hasActor: Bool { context.kind != .access }

    /// Takes the terms that laws relate the taken ones to.
    private func noteRelated() {
        for id in encoder.terms {
            let node = table.node(id)
            switch node.operation {
            case .property where table.type(node.a) == .resource: encoder.note(resourceType)
            case .property where table.type(node.a) == .action: encoder.note(action)
            case .granted: encoder.note(action)
            case .contains:
                guard table.node(node.a).operation == .setting else { continue }
                if [.department, .user].contains(table.type(node.b)) {
                    encoder.note(table.attribute(.id, of: node.b, .string))
                }
            case .attribute:
                switch Attribute(rawValue: node.b)! {
                case .actionKind: encoder.note(action)
                case .lastDay: encoder.note(table.attribute(.expires, of: node.a, .instant))
                case .today: encoder.note(part(.time, .instant))
                case .tokenTenant: encoder.note(part(.tenant, .string))
                default: break
                }
            case .covers:
                for holder in [node.a, node.b] { encoder.note(table.attribute(.department, of: holder, .department)) }
            default: break
            }
            if hasActor, table.type(id) == .actor { encoder.note(isOperator) }
        }
        if encoder.knows(resourceType), context.kind == .access { encoder.note(action) }
    }

    // MARK: Settings

    /// A tenant's settings are those of `settings.json` and the defaults, as they are while policies run.
    private func settings() {
        let literals = tenants.indices.map { formula.literal(.tenant($0)) }
        exactlyOne(literals, .settings)
        guard !table.hasFreeSettings else { return }
        for id in encoder.terms where table.node(id).operation == .setting {
            let node = table.node(id)
            let name = table.expressions.names[Int(node.b)]
            for (number, tenant) in tenants.enumerated() {
                let value = table.policies[Int(node.a)].written(name, tenant: tenant)
                switch value {
                case .absent: imply([literals[number]], !encoder.defined(id), .settings)
                case .boolean(let holds) where table.type(id) == .boolean:
                    imply([literals[number]], holds ? encoder.holds(id) : !encoder.holds(id), .settings)
                case .department, .user, .list, .map, .record: break
                // Departments and users are written by their ids.
                case .string where table.type(id) != .string: break
                default:
                    let constant = table.constant(value, table.type(id))
                    imply([literals[number]], encoder.equal(id, constant), .settings)
                }
            }
        }
        for id in encoder.terms where table.node(id).operation == .length || table.node(id).operation == .contains {
            let node = table.node(id)
            guard table.node(node.a).operation == .setting else { continue }
            let setting = table.node(node.a)
            let name = table.expressions.names[Int(setting.b)]
            for (number, tenant) in tenants.enumerated() {
                guard case .list(let list) = table.policies[Int(setting.a)].written(name, tenant: tenant) else {
                    continue
                }
                if node.operation == .length {
                    let count = table.constant(.integer(Int64(list.count)), .number)
                    imply([literals[number]], encoder.equal(id, count), .settings)
                } else if let found = membership(of: node.b, in: list) {
                    imply([literals[number], found], encoder.holds(id), .settings)
                    imply([literals[number], encoder.holds(id)], found, .settings)
                }
            }
        }
        elementsOfSettings(literals)
        let tenant = part(.tenant, .string)
        guard encoder.knows(tenant) else { return }
        for (number, name) in tenants.enumerated() {
            guard let name else { continue }
            // Without a tenant, only what is set for all is in force.
            equate(
                literals[number],
                formula.all([encoder.defined(tenant), encoder.equal(tenant, table.constant(.string(name), .string))]),
                .settings)
        }
    }

    /// The elements of a setting's list are those that are written, and a network of a setting is the one that is written.
    private func elementsOfSettings(_ literals: [Literal]) {
        for (number, tenant) in tenants.enumerated() {
            for id in encoder.terms where table.node(id).operation == .element {
                let node = table.node(table.node(id).a)
                guard node.operation == .setting, case .list(let list) = written(node, tenant) else { continue }
                let index = Int(table.node(id).b)
                guard index < list.count else {
                    imply([literals[number]], !encoder.defined(id), .settings)
                    continue
                }
                switch table.type(id) {
                case .department, .user:
                    let own = table.attribute(.id, of: id, .string)
                    guard encoder.knows(own) else { continue }
                    imply([literals[number]], encoder.equal(own, table.constant(list[index], .string)), .settings)
                case .string, .number, .instant, .date, .time, .duration, .ip, .network:
                    imply([literals[number]], encoder.defined(id), .settings)
                    imply(
                        [literals[number]], encoder.equal(id, table.constant(list[index], table.type(id))), .settings)
                default: break
                }
            }
            for id in facts(.inNetwork) {
                guard let network = network(table.node(id).b, tenant) else { continue }
                let written = encoder.holds(table.expressions.intern(.inNetwork, table.node(id).a, network))
                imply([literals[number], encoder.holds(id)], written, .settings)
                imply([literals[number], written], encoder.holds(id), .settings)
            }
        }
    }

    private func written(_ node: Expressions.Node, _ tenant: ExactName?) -> Value {
        table.policies[Int(node.a)].written(table.expressions.names[Int(node.b)], tenant: tenant)
    }

    /// The constant that a setting, or an element of one, is for a tenant, where it is a network or an address.
    private func network(_ id: FactTable.ID, _ tenant: ExactName?) -> FactTable.ID? {
        let node = table.node(id)
        var value = Value.absent
        if node.operation == .setting {
            value = written(node, tenant)
        } else if node.operation == .element, table.node(node.a).operation == .setting,
            case .list(let list) = written(table.node(node.a), tenant), Int(node.b) < list.count
        {
            value = list[Int(node.b)]
        }
        return value.network == nil ? nil : table.constant(value, table.type(id))
    }

    /// The literal that a term is one of a setting's elements; `nil` where these are of a kind without a law.
    private func membership(of id: FactTable.ID, in list: [Value]) -> Literal? {
        switch table.type(id) {
        case .string, .number, .instant, .date, .time, .duration:
            return formula.any(list.map { encoder.equal(id, table.constant($0, table.type(id))) })
        case .department, .user:
            let own = table.attribute(.id, of: id, .string)
            return formula.any(list.map { encoder.equal(own, table.constant($0, .string)) })
        default: return list.isEmpty ? .never : nil
        }
    }

    func exactlyOne(_ literals: [Literal], _ law: Law) {
        add(literals, law)
        atMostOne(literals, law)
    }

    func atMostOne(_ literals: [Literal], _ law: Law) {
        for (index, one) in literals.enumerated() {
            for other in literals[(index + 1)...] { add([!one, !other], law) }
        }
    }
}
