internal import Model
internal import Policies

/// Compiles expressions.
extension Expressions {
    func compiledFact(_ id: ID, _ schema: Schema) -> CompiledFact {
        let layout = schema.layout
        let node = nodes[Int(id)]
        func operands(_ operation: CompiledFact.Operation) -> CompiledFact? {
            guard let one = operand(node.a, layout), let other = operand(node.b, layout) else { return nil }
            return CompiledFact(operation, one, other, fact: id)
        }
        var compiledFact: CompiledFact?
        switch node.operation {
        case .has:
            if types[Int(node.a)] == .token, attribute(names[Int(node.b)], of: node.a) == Attribute.ceiling.rawValue {
                compiledFact = holder(node.a).map {
                    CompiledFact(.hasCeiling, ResolvedRequest.place(.assignment, of: $0), fact: id)
                }
            } else if types[Int(node.a)] == .request,
                attribute(names[Int(node.b)], of: node.a) == Attribute.beyondCeiling.rawValue
            {
                compiledFact = CompiledFact(.beyondCeiling, fact: id)
            } else if let part = part(names[Int(node.b)], of: node.a) {
                compiledFact = CompiledFact(.has, part, fact: id)
            } else if attribute(names[Int(node.b)], of: node.a) == nil {
                compiledFact = place(node, layout).map { CompiledFact(.has, $0, fact: id) }
            }
        case .property where types[Int(id)] == .boolean:
            compiledFact = operand(id, layout).map { CompiledFact(.truth, $0, fact: id) }
        case .equal:
            switch types[Int(node.a)] {
            case .department, .user, .userType, .boolean: compiledFact = operands(.same)
            case .number, .instant, .date, .time, .duration: compiledFact = operands(.equal)
            case .string:
                compiledFact =
                    name(node.a, is: node.b, schema, id) ?? name(node.b, is: node.a, schema, id)
                    ?? text(node.a, is: node.b, layout, id) ?? text(node.b, is: node.a, layout, id)
            default: break
            }
        case .less, .lessEqual:
            if types[Int(node.a)] != .string { compiledFact = operands(node.operation == .less ? .less : .lessEqual) }
        case .isWithin:
            if let holder = departmentHolder(node.b) {
                compiledFact = operand(node.a, layout).map {
                    CompiledFact(
                        .isWithinReach, $0, ResolvedRequest.place(.department, of: holder),
                        ResolvedRequest.place(.assignment, of: holder), fact: id)
                }
            } else {
                compiledFact = operands(.isWithin)
            }
        case .inNetwork:
            if types[Int(node.a)] == .ip, let network = constantNetwork(node.b), !network.address.isVersion6,
                network.prefix > 0
            {
                let last = network.address.low | UInt64(UInt32.max) >> UInt64(network.prefix)
                compiledFact = operand(node.a, layout).map {
                    CompiledFact(
                        .inNetwork, $0, Int(Int32(truncatingIfNeeded: network.address.low)),
                        Int(Int32(truncatingIfNeeded: last)), fact: id)
                }
            }
        case .can:
            if let holder = holder(node.a), let action = action(node.b, schema) {
                compiledFact = CompiledFact(.can, ResolvedRequest.place(.permissions, of: holder), action, fact: id)
            }
        default: break
        }
        return compiledFact ?? .remembered(id)
    }

    /// The fact that a part of a request that is stored as a code, such as its action, has a constant name.
    /// - Returns: `nil` for a part without a code, and for a name that nothing has.
    private func name(_ id: ID, is constant: ID, _ schema: Schema, _ fact: ID) -> CompiledFact? {
        let node = nodes[Int(id)]
        guard node.operation == .attribute, nodes[Int(constant)].operation == .constant,
            case .string(let text) = constants[Int(nodes[Int(constant)].a)]
        else { return nil }
        if (types[Int(node.a)], Attribute(rawValue: node.b)) == (.request, .beyondCeiling) {
            return Ceiling.Part(rawValue: text).map { CompiledFact(.isLimit, $0.number, fact: fact) }
        }
        guard let place = placeOfCode(id), let packedValue = code(of: ExactName(text), at: place, schema) else {
            return nil
        }
        return CompiledFact(.code, place, Int(Int32(bitPattern: packedValue.code)), fact: fact)
    }

    /// The place of a part of a request that is stored as the code of its name, such as its action; `nil` for any other.
    func placeOfCode(_ id: ID) -> Int? {
        let node = nodes[Int(id)]
        guard node.operation == .attribute else { return nil }
        switch (types[Int(node.a)], Attribute(rawValue: node.b)) {
        case (.action, .actionName): return ResolvedRequest.Place.action
        case (.request, .point): return ResolvedRequest.Place.kind
        case (.resource, .recordType): return ResolvedRequest.Place.resourceType
        case (.token, .kind): return holder(node.a).map { ResolvedRequest.place(.tokenKind, of: $0) }
        default: return nil
        }
    }

    /// The value at a place of codes that has a name; `nil` for a name that nothing has.
    func code(of name: ExactName, at place: Int, _ schema: Schema) -> PackedValue? {
        switch place {
        case ResolvedRequest.Place.action:
            // In an administrative decision, the action has the name of the decision kind.
            let kind = DecisionKind(rawValue: name.text).flatMap { $0.isAdministrative ? $0 : nil }
            return schema.actionIndex.number(name).map { PackedValue(.action, $0) }
                ?? kind.map { PackedValue(.point, $0.ordinal) }
        case ResolvedRequest.Place.kind:
            return DecisionKind(rawValue: name.text).map { PackedValue(.point, $0.ordinal) }
        case ResolvedRequest.Place.resourceType:
            let type = schema.resources.firstIndex { $0.name.utf8.elementsEqual(name.text.utf8) }
            return type.map { PackedValue(.recordType, $0) }
        default: return TokenKind(rawValue: name.text).map { PackedValue(.tokenKind, $0 == .api ? 0 : 1) }
        }
    }

    /// The fact that a value of a request equals a constant string.
    private func text(_ id: ID, is constant: ID, _ layout: PropertyLayout, _ fact: ID) -> CompiledFact? {
        guard nodes[Int(constant)].operation == .constant, let place = operand(id, layout),
            place < CompiledFact.constants
        else { return nil }
        return CompiledFact(.text, place, Int(nodes[Int(constant)].a), fact: fact)
    }

    /// The place of a part of a request, or of the type of one of its records, that is there or not; `nil` for any other.
    private func part(_ name: ExactName, of base: ID) -> Int? {
        guard let attribute = attribute(name, of: base).flatMap(Attribute.init) else { return nil }
        switch (types[Int(base)], attribute) {
        case (.request, .token): return ResolvedRequest.place(.permissions, of: .token)
        case (.request, .proposed): return ResolvedRequest.place(.permissions, of: .proposed)
        case (.request, .actor): return ResolvedRequest.place(.permissions, of: .actor)
        case (.resource, .recordType): return ResolvedRequest.Place.resourceType
        default: return nil
        }
    }

    /// The network that a constant is; an address is a network of one.
    private func constantNetwork(_ id: ID) -> IPNetwork? {
        nodes[Int(id)].operation == .constant ? constants[Int(nodes[Int(id)].a)].network : nil
    }

    /// The number of a constant action; -1 for the request's action.
    private func action(_ id: ID, _ schema: Schema) -> Int? {
        let node = nodes[Int(id)]
        switch node.operation {
        case .constant:
            guard case .string(let text) = constants[Int(node.a)] else { return nil }
            return schema.actionIndex.number(ExactName(text))
        case .attribute where node.b == Attribute.actionName.rawValue: return -1
        default: return nil
        }
    }

    /// The holder whose department an expression is; `nil` for any other.
    func departmentHolder(_ id: ID) -> ResolvedRequest.Holder? {
        let node = nodes[Int(id)]
        guard node.operation == .attribute, Attribute(rawValue: node.b) == .department else { return nil }
        return holder(node.a)
    }

    /// The holder that an expression stands for.
    func holder(_ id: ID) -> ResolvedRequest.Holder? {
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

    /// The place of the property that a node names or asks the presence of; `nil` for one that has no place of its own.
    private func place(_ node: Node, _ layout: PropertyLayout) -> Int? {
        let (base, name) = (nodes[Int(node.a)], names[Int(node.b)])
        guard base.operation == .property else { return layout.place(name, of: types[Int(node.a)]) }
        return place(base, layout).flatMap { layout.place(name, in: $0) }
    }

    /// The place of a value of a request; `nil` for one that is computed.
    func place(of id: ID, _ layout: PropertyLayout) -> Int? {
        operand(id, layout).flatMap { $0 < CompiledFact.constants ? $0 : nil }
    }

    /// The operand number of an expression; `nil` for an expression that is not at a place, a constant or a setting.
    private func operand(_ id: ID, _ layout: PropertyLayout) -> Int? {
        let node = nodes[Int(id)]
        switch node.operation {
        case .constant:
            return PackedValue(constant: constants[Int(node.a)]) == nil ? nil : CompiledFact.constants + Int(node.a)
        case .setting: return CompiledFact.settings + Int(id)
        case .property: return place(node, layout)
        case .attribute:
            if Attribute(rawValue: node.b) == .recordID {
                switch types[Int(node.a)] {
                case .resource: return ResolvedRequest.Place.resourceID
                case .external: return ResolvedRequest.Place.subjectID
                default: return nil
                }
            }
            guard let holder = holder(node.a) else { return nil }
            switch Attribute(rawValue: node.b) {
            case .department: return ResolvedRequest.place(.department, of: holder)
            case .user: return ResolvedRequest.place(.user, of: holder)
            case .userType: return ResolvedRequest.place(.userType, of: holder)
            default: return nil
            }
        default: return nil
        }
    }
}
