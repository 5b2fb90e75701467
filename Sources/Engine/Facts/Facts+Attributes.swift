internal import Model
internal import Policies

extension Facts {
    /// The token that an expression stands for.
    mutating func token(_ id: Expressions.ID) -> Token? { expressions.holder(id).flatMap { token($0) } }

    /// The assignment in which a token or an actor acts.
    mutating func assignment(of id: Expressions.ID) -> Assignment? { expressions.holder(id).flatMap { assignment($0) } }

    /// The permissions of a holder; `nil` for the operator, whom permissions do not limit.
    mutating func permissions(of id: Expressions.ID) -> PermissionSet? {
        switch types[Int(id)] {
        case .user:
            guard case .user(let user) = value(id) else { return PermissionSet([]) }
            return known.directory.users[user].permissions
        case .userType:
            guard case .userType(let type) = value(id) else { return PermissionSet([]) }
            return known.directory.userTypes[type].permissions
        case .ceiling:
            guard let ceiling = ceiling(id) else { return PermissionSet([]) }
            return PermissionSet(ceiling.permissions ?? ["*"])
        case .actor:
            if isOperator() { return nil }
            return permissions(.actor)
        default: return expressions.holder(id).map { permissions($0) } ?? PermissionSet([])
        }
    }

    /// True when the holder of permissions is present: a token, the administrator, a user or a user type.
    mutating func isHolderThere(_ id: Expressions.ID) -> Bool {
        if let holder = expressions.holder(id) { return isThere(holder) }
        switch value(id) {
        case .absent, .failure: return false
        default: return true
        }
    }

    mutating func covers(_ node: Expressions.Node) -> Value {
        guard isHolderThere(node.a) else { return missing(node.a) }
        guard isHolderThere(node.b) else { return missing(node.b) }
        guard let held = permissions(of: node.a) else { return .boolean(true) }
        guard let own = assignment(of: node.a), let other = assignment(of: node.b)
        else { return .boolean(false) }
        let directory = known.directory
        // Of a limited token, what it reaches must be left to the actor too.
        let isReached =
            directory.department(other.department, isWithin: own.department)
            && (other.reach ?? [other.department]).allSatisfy { directory.department($0, isWithinReachOf: own) }
        return .boolean(held.covers(other.permissions) && isReached)
    }

    /// The value of a property expression, or of what tests its presence.
    mutating func property(_ id: Expressions.ID) -> Value {
        let place = Int(places[Int(id)])
        if place >= 0 { return content(place) }
        // A property of a record that a list, a map or an argument holds.
        let node = nodes[Int(id)]
        switch value(node.a) {
        case .record(let entries):
            let name = expressions.names[Int(node.b)]
            return entries.first { $0.key == name }?.value ?? .absent
        case .failure(let message): return .failure(message)
        default: return .absent
        }
    }

    /// The content of a record inside a record of the request, which is flat there.
    mutating func record(_ id: Expressions.ID) -> Value {
        let place = Int(places[Int(id)])
        guard place >= 0, case .record(let properties) = types[Int(id)] else { return property(id) }
        return record(properties, at: place)
    }

    private mutating func record(_ properties: [Schema.Property], at place: Int) -> Value {
        guard packedValue(place).kind != .absent else { return .absent }
        return .record(
            properties.map { property in
                guard let part = schema.layout.place(property.name, in: place) else {
                    return Value.Entry(property.name, .absent)
                }
                let value =
                    property.type.properties.map { record($0, at: part) } ?? content(part)
                return Value.Entry(property.name, value)
            })
    }

    /// The parts of a list or a map.
    mutating func part(_ node: Expressions.Node) -> Value {
        let base = value(node.a)
        if case .failure = base { return base }
        switch (node.operation, base) {
        case (.hasElement, .list(let list)): return .boolean(node.b < list.count)
        case (.key, .map(let entries)):
            return node.b < entries.count ? .string(entries[Int(node.b)].key) : .absent
        case (.entry, .map(let entries)), (.hasEntry, .map(let entries)):
            guard case .string(let key) = value(node.b) else { return missing(node.b) }
            let found = Value.find(ExactName(key), in: entries)
            return node.operation == .entry ? found ?? .absent : .boolean(found != nil)
        case (.hasElement, _), (.hasEntry, _): return missing(node.a)
        default: return .absent
        }
    }

    /// True when the operand of a `has` is present; the failure of what could not be computed.
    mutating func has(_ id: Expressions.ID, _ node: Expressions.Node) -> Value {
        if case .row(let table) = types[Int(node.a)] { return has(expressions.names[Int(node.b)], table, node.a) }
        let known = presences[Int(id)]
        let value =
            known < 0
            ? property(id)
            : attribute(Expressions.Node(operation: .attribute, a: node.a, b: UInt32(known)))
        switch value {
        case .absent: return .boolean(false)
        case .failure: return value
        default: return .boolean(true)
        }
    }

    /// The attribute of a value; the failure of a value that could not be computed.
    mutating func attribute(_ node: Expressions.Node) -> Value {
        let attribute = Attribute(rawValue: node.b)!
        switch types[Int(node.a)] {
        case .request: return part(attribute)
        case .token: return token(attribute, expressions.holder(node.a))
        case .ceiling: return limit(attribute, node.a)
        case .actor: return actor(attribute)
        case .department:
            guard case .department(let index) = value(node.a) else { return failure(of: node.a) ?? .absent }
            return read(attribute, of: known.directory.departments[index])
        case .user:
            guard case .user(let index) = value(node.a) else { return failure(of: node.a) ?? .absent }
            return read(attribute, of: known.directory.users[index])
        case .userType:
            guard case .userType(let index) = value(node.a) else { return failure(of: node.a) ?? .absent }
            return read(attribute, of: known.directory.userTypes[index])
        case .action: return attribute == .actionName ? .string(action()) : .absent
        case .resource: return record(attribute, schema.resources, ResolvedRequest.Place.resourceType)
        case .external:
            // On `access`, a subject without an external type is a token.
            if attribute == .recordType, packedValue(ResolvedRequest.Place.subjectType).kind == .absent,
                decisionKind() == .access
            {
                return .string("token")
            }
            return record(attribute, schema.subjects, ResolvedRequest.Place.subjectType)
        case .instant:
            guard case .instant(let instant) = value(node.a) else { return failure(of: node.a) ?? .absent }
            let zone = zone()
            let date = zone.date(of: instant)
            switch attribute {
            case .dateOf: return .date(date)
            case .hour: return .integer(Int64(zone.clock(of: instant).hour))
            case .minute: return .integer(Int64(zone.clock(of: instant).minute))
            case .second: return .integer(Int64(zone.clock(of: instant).second))
            case .timeOfDay: return .time(zone.timeOfDay(of: instant))
            default: return read(attribute, of: date)
            }
        case .date:
            guard case .date(let date) = value(node.a) else { return failure(of: node.a) ?? .absent }
            return read(attribute, of: date)
        case .time:
            guard case .time(let time) = value(node.a) else { return failure(of: node.a) ?? .absent }
            return read(attribute, of: time)
        case .duration:
            guard case .duration(let span) = value(node.a) else { return failure(of: node.a) ?? .absent }
            return read(attribute, of: span)
        default: return .absent
        }
    }

    /// The failure of a fact about an absent value.
    func absence(_ id: Expressions.ID) -> Value {
        let node = expressions.nodes[Int(id)]
        let text = expressions.text(id)
        switch node.operation {
        case .property: return .failure("`\(text)` is absent: ask `:has(\"\(expressions.names[Int(node.b)])\")` first")
        case .element: return .failure("`\(text)` is absent: the list has fewer elements")
        case .entry:
            return .failure("`\(expressions.text(node.a))` has no `\(expressions.text(node.b))`: ask `:has` first")
        case .plus, .endOfDay, .length: return absence(node.a)
        default: return .failure("`\(text)` is absent: ask `:has` first")
        }
    }

    /// The failure of a fact about a value that is not there: why it could not be computed, or that it is absent.
    mutating func missing(_ id: Expressions.ID) -> Value { failure(of: id) ?? absence(id) }

    /// The failure of an expression that could not be computed.
    mutating func failure(of id: Expressions.ID) -> Value? {
        let value = value(id)
        if case .failure = value { return value }
        return nil
    }

    /// The type or the id of a record, which are at consecutive places.
    private mutating func record(_ attribute: Attribute, _ types: [Schema.RecordType], _ place: Int) -> Value {
        let type = packedValue(place)
        guard type.kind == .recordType else { return .absent }
        switch attribute {
        case .recordType: return .string(types[type.number].name)
        case .recordID: return content(place + 1)
        default: return .absent
        }
    }

    private mutating func part(_ attribute: Attribute) -> Value {
        switch attribute {
        case .point: return .string(decisionKind().rawValue)
        case .actionKind:
            // An administrative act has no kind of its own.
            let action = packedValue(ResolvedRequest.Place.action)
            return .string(known.kind(action.kind == .action ? action.number : -1).rawValue)
        case .tenant:
            let tenant = tenant()
            return tenant < 0 ? .absent : .string(known.directory.tenants[tenant].id)
        case .beyondCeiling: return limitExceeded().map { .string($0.rawValue) } ?? .absent
        case .time: return .instant(now())
        case .today: return .date(zone().date(of: now()))
        case .action, .subject, .context: return .entity
        case .resource: return .entity
        case .actor: return isThere(.actor) ? .entity : .absent
        case .token: return isThere(.token) ? .entity : .absent
        case .proposed: return isThere(.proposed) ? .entity : .absent
        default: return .absent
        }
    }

    private mutating func actor(_ attribute: Attribute) -> Value {
        switch attribute {
        case .isOperator: return isThere(.actor) ? .boolean(isOperator()) : .absent
        case .actorToken: return isThere(.actorToken) ? .entity : .absent
        default: return held(attribute, by: .actor)
        }
    }

    private mutating func held(_ attribute: Attribute, by holder: ResolvedRequest.Holder) -> Value {
        switch attribute {
        case .user: content(ResolvedRequest.place(.user, of: holder))
        case .department: content(ResolvedRequest.place(.department, of: holder))
        case .userType: content(ResolvedRequest.place(.userType, of: holder))
        default: .absent
        }
    }

    private mutating func token(_ attribute: Attribute, _ holder: ResolvedRequest.Holder?) -> Value {
        guard let holder else { return .absent }
        switch attribute {
        case .user, .department, .userType: return held(attribute, by: holder)
        case .ceiling: return assignment(holder)?.ceiling == nil ? .absent : .entity
        case .kind:
            let kind = packedValue(ResolvedRequest.place(.tokenKind, of: holder))
            guard kind.kind == .tokenKind else { return .absent }
            return .string((kind.number == 0 ? TokenKind.api : .mobile).rawValue)
        default: break
        }
        guard let token = token(holder) else { return .absent }
        switch attribute {
        case .tokenID: return token.id == .unassigned ? .absent : .string(token.id.description)
        case .tokenName: return token.kind == .api ? .string(token.name) : .absent
        case .tokenDescription: return token.description.map { .string($0) } ?? .absent
        case .tokenContact: return token.contact.map { .string($0) } ?? .absent
        case .tokenTenant: return .string(known.directory.tenants[token.tenant].id)
        case .created: return .instant(token.created)
        case .expires: return .instant(token.expires)
        case .lastDay: return .date(zone().date(of: Instant(microseconds: token.expires.microseconds - 1)))
        case .lastActive: return token.lastActive.map(Value.instant) ?? .absent
        case .dormantSince: return token.dormantSince.map(Value.instant) ?? .absent
        default: return .absent
        }
    }

    private func read(_ attribute: Attribute, of department: Department) -> Value {
        switch attribute {
        case .id: .string(department.id)
        case .name: .string(department.name)
        case .parent: department.parent.map(Value.department) ?? .absent
        case .depth: .integer(Int64(department.depth))
        case .isActive: .boolean(department.isActive)
        default: .absent
        }
    }

    private func read(_ attribute: Attribute, of user: User) -> Value {
        switch attribute {
        case .id: .string(user.id)
        case .name: .string(user.name)
        case .email: .string(user.email)
        case .isActive: .boolean(user.isActive)
        default: .absent
        }
    }

    private func read(_ attribute: Attribute, of type: UserType) -> Value {
        switch attribute {
        case .id: .string(type.id)
        case .name: .string(type.name)
        case .isActive: .boolean(type.isActive)
        default: .absent
        }
    }

    private func read(_ attribute: Attribute, of date: Date) -> Value {
        switch attribute {
        case .year: .integer(Int64(date.year))
        case .month: .integer(Int64(date.month))
        case .day: .integer(Int64(date.day))
        case .weekday: .integer(Int64(date.weekday))
        default: .absent
        }
    }
}
