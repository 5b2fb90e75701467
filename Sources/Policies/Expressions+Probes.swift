internal import Model

/// What an expression depends on, and how it is asked.
extension Expressions {
    func probe(_ id: ID, _ schema: Schema) -> Probe {
        let columns = schema.columns
        let node = nodes[Int(id)]
        func operands(_ operation: Probe.Operation) -> Probe? {
            guard let one = operand(node.a, columns), let other = operand(node.b, columns) else { return nil }
            return Probe(operation, one, other, fact: id)
        }
        var probe: Probe?
        switch node.operation {
        case .has:
            if attribute(names[Int(node.b)], of: node.a) == nil {
                probe = columns.place(names[Int(node.b)], of: types[Int(node.a)]).map { Probe(.has, $0, fact: id) }
            }
        case .property where types[Int(id)] == .boolean:
            probe = operand(id, columns).map { Probe(.truth, $0, fact: id) }
        case .equal:
            switch types[Int(node.a)] {
            case .department, .user, .userType, .boolean: probe = operands(.same)
            case .number, .instant, .date: probe = operands(.equal)
            case .string:
                probe =
                    name(node.a, is: node.b, schema, id) ?? name(node.b, is: node.a, schema, id)
                    ?? text(node.a, is: node.b, columns, id) ?? text(node.b, is: node.a, columns, id)
            default: break
            }
        case .less, .lessEqual:
            if types[Int(node.a)] != .string { probe = operands(node.operation == .less ? .less : .lessEqual) }
        case .isWithin: probe = operands(.isWithin)
        case .inNetwork:
            let network = networks[Int(node.b)]
            if !network.address.isVersion6, network.prefix > 0 {
                let last = network.address.low | UInt64(UInt32.max) >> UInt64(network.prefix)
                probe = operand(node.a, columns).map {
                    Probe(
                        .inNetwork, $0, Int(Int32(truncatingIfNeeded: network.address.low)),
                        Int(Int32(truncatingIfNeeded: last)), fact: id)
                }
            }
        case .can:
            if let holder = holder(node.a), let action = action(node.b) {
                probe = Probe(.can, Request.place(.assignment, of: holder), action, fact: id)
            }
        default: break
        }
        return probe ?? remembered(id, columns) ?? Probe(.general, fact: id)
    }

    /// Whether something that has a number, as what a request says is read, has a constant name.
    /// - Returns: `nil` for what has none, and for a name that nothing has.
    private func name(_ id: ID, is constant: ID, _ schema: Schema, _ fact: ID) -> Probe? {
        guard nodes[Int(id)].operation == .attribute, nodes[Int(constant)].operation == .constant,
            case .string(let text) = constants[Int(nodes[Int(constant)].a)],
            let places = dependencies(id, schema.columns), places.count == 1, let place = places.first
        else { return nil }
        let cell: Cell?
        switch (types[Int(nodes[Int(id)].a)], Attribute(rawValue: nodes[Int(id)].b)) {
        case (.request, .action):
            // At an administrative point the action has the point's name.
            let (action, point) = (schema.actionIndex.number(ExactName(text)), Point(rawValue: text))
            if action != nil, point != nil { return nil }
            cell = action.map { Cell(.action, $0) } ?? point.map { Cell(.point, $0.ordinal) }
        case (.request, .point): cell = Point(rawValue: text).map { Cell(.point, $0.ordinal) }
        case (.resource, .recordType):
            let type = schema.resources.firstIndex { $0.name.utf8.elementsEqual(text.utf8) }
            cell = type.map { Cell(.recordType, $0) }
        case (.token, .kind): cell = TokenKind(rawValue: text).map { Cell(.tokenKind, $0 == .api ? 0 : 1) }
        default: cell = nil
        }
        guard let cell, cell.code != Cell.uncoded else { return nil }
        return Probe(.code, place, Int(Int32(bitPattern: cell.code)), fact: fact)
    }

    /// Whether something that a request brings is a constant text.
    private func text(_ id: ID, is constant: ID, _ columns: Columns, _ fact: ID) -> Probe? {
        guard nodes[Int(constant)].operation == .constant, let place = operand(id, columns), place < Probe.constants
        else { return nil }
        return Probe(.text, place, Int(nodes[Int(constant)].a), fact: fact)
    }

    private func remembered(_ id: ID, _ columns: Columns) -> Probe? {
        guard let places = dependencies(id, columns)?.sorted(), places.count <= 3 else { return nil }
        let padded = places + Array(repeating: Request.Place.nothing, count: 3)
        return Probe(.remembered, padded[0], padded[1], padded[2], fact: id)
    }

    /// The request's action (-1), or the number of a constant one.
    private func action(_ id: ID) -> Int? {
        let node = nodes[Int(id)]
        switch node.operation {
        case .constant: return actions[Int(node.a)] < 0 ? nil : actions[Int(node.a)]
        case .attribute where node.b == Attribute.action.rawValue && types[Int(node.a)] == .request: return -1
        default: return nil
        }
    }

    /// The holder that an expression stands for.
    func holder(_ id: ID) -> Request.Holder? {
        let node = nodes[Int(id)]
        guard node.operation == .attribute else { return nil }
        switch Attribute(rawValue: node.b) {
        case .subject where types[Int(id)] == .actor: return .actor
        case .subject where types[Int(id)] == .token: return .token
        case .token where types[Int(node.a)] == .request: return .token
        case .proposed: return .proposed
        case .actor: return .actor
        case .actorToken: return .actorToken
        default: return nil
        }
    }

    /// Where the value of an expression lies, when it lies somewhere.
    private func operand(_ id: ID, _ columns: Columns) -> Int? {
        let node = nodes[Int(id)]
        switch node.operation {
        case .constant: return Cell(constant: constants[Int(node.a)]) == nil ? nil : Probe.constants + Int(node.a)
        case .setting: return Probe.settings + Int(id)
        case .property: return columns.place(names[Int(node.b)], of: types[Int(node.a)])
        case .attribute:
            if Attribute(rawValue: node.b) == .recordID {
                switch types[Int(node.a)] {
                case .resource: return Request.Place.resourceID
                case .external: return Request.Place.subjectID
                default: return nil
                }
            }
            guard let holder = holder(node.a) else { return nil }
            switch Attribute(rawValue: node.b) {
            case .department: return Request.place(.department, of: holder)
            case .user: return Request.place(.user, of: holder)
            case .userType: return Request.place(.userType, of: holder)
            default: return nil
            }
        default: return nil
        }
    }

    /// The places of all that an expression depends on beside the snapshot and the policies.
    /// - Returns: `nil` when something of it has no number: a text, an amount, an address, a list.
    private func dependencies(_ id: ID, _ columns: Columns) -> Set<Int>? {
        let node = nodes[Int(id)]
        func both() -> Set<Int>? {
            guard let one = dependencies(node.a, columns), let other = dependencies(node.b, columns) else { return nil }
            return one.union(other)
        }
        func base(_ more: Int...) -> Set<Int>? { dependencies(node.a, columns)?.union(more) }
        switch node.operation {
        case .request, .settings, .constant: return []
        case .granted: return [Request.Place.action]
        case .setting: return [Request.Place.tenant]
        case .attribute: return dependencies(Attribute(rawValue: node.b)!, of: node.a, columns)
        case .property:
            guard [.department, .user, .boolean].contains(types[Int(id)]) else { return nil }
            return operand(id, columns).map { [$0] }
        case .has:
            if let known = attribute(names[Int(node.b)], of: node.a).flatMap(Attribute.init) {
                return dependencies(known, of: node.a, columns)
            }
            return columns.place(names[Int(node.b)], of: types[Int(node.a)]).map { [$0] }
        case .plugin, .table, .rowAt: return []
        case .row, .hasRow: return dependencies(node.b, columns)
        case .column: return base()
        case .argument: return nil
        case .call: return dependencies(ofCall: node, columns)
        case .element, .length, .inNetwork: return base()
        case .plus, .endOfDay: return base(Request.Place.tenant)
        case .equal, .less, .lessEqual, .isWithin, .contains: return both()
        case .can, .permits, .meets:
            guard let held = permissions(node.a, columns), let other = dependencies(node.b, columns) else { return nil }
            return held.union(other)
        case .covers:
            guard let held = permissions(node.a, columns), let other = permissions(node.b, columns) else { return nil }
            return held.union(other)
        }
    }

    /// Whether a node is a function of the host that looks at the clock.
    func readsMinute(_ node: Node) -> Bool {
        guard node.operation == .call, case .native(let native, _) = plugins.functions[Int(node.b)].function.body else {
            return false
        }
        return native.reads.contains(.minute)
    }

    private func dependencies(ofCall node: Node, _ columns: Columns) -> Set<Int>? {
        var all: Set<Int> = []
        for argument in arguments[Int(node.a)] {
            // Of a token a function may read everything.
            let own = holder(argument).map { [Request.place(.token, of: $0)] } ?? dependencies(argument, columns)
            guard let own, ![.resource, .context, .request].contains(types[Int(argument)]) else { return nil }
            all.formUnion(own)
        }
        switch plugins.functions[Int(node.b)].function.body {
        case .native(let native, _):
            if native.reads.contains(.minute) { all.insert(Request.Place.minute) }
            if native.reads.contains(.tenant) { all.insert(Request.Place.tenant) }
        // Parts of times are in the tenant's zone.
        case .lua: all.insert(Request.Place.tenant)
        }
        return all
    }

    /// What the permissions of somebody depend on.
    private func permissions(_ id: ID, _ columns: Columns) -> Set<Int>? {
        switch types[Int(id)] {
        case .user, .userType: return dependencies(id, columns)
        default: return holder(id).map { [Request.place(.assignment, of: $0)] }
        }
    }

    private func dependencies(_ attribute: Attribute, of base: ID, _ columns: Columns) -> Set<Int>? {
        typealias Place = Request.Place
        switch types[Int(base)] {
        case .request:
            switch attribute {
            case .point: return [Place.point]
            case .action, .actionKind: return [Place.action]
            case .tenant: return [Place.tenant]
            case .time: return [Place.moment]
            case .today: return [Place.moment, Place.tenant]
            case .actor: return [Request.place(.assignment, of: .actor)]
            case .token: return [Request.place(.assignment, of: .token)]
            case .proposed: return [Request.place(.assignment, of: .proposed)]
            default: return []
            }
        case .token, .actor:
            guard let holder = holder(base) else { return nil }
            switch attribute {
            case .user: return [Request.place(.user, of: holder)]
            case .department: return [Request.place(.department, of: holder)]
            case .userType: return [Request.place(.userType, of: holder)]
            case .kind: return [Request.place(.tokenKind, of: holder)]
            case .isOperator: return [Request.place(.assignment, of: holder)]
            case .actorToken: return [Request.place(.assignment, of: .actorToken)]
            case .lastDay: return [Request.place(.token, of: holder), Place.tenant]
            default: return [Request.place(.token, of: holder)]
            }
        case .department, .user, .userType, .date: return dependencies(base, columns)
        case .instant: return dependencies(base, columns)?.union([Place.tenant])
        case .resource: return attribute == .recordType ? [Place.resourceType] : nil
        case .external: return attribute == .recordType ? [Place.subjectType, Place.point] : nil
        default: return nil
        }
    }
}
