internal import Model

extension Facts {
    /// The token an expression stands for.
    func token(_ id: Expressions.ID) -> Token? { expressions.holder(id).flatMap(request.token) }

    /// The assignment a token or an actor acts in.
    func assignment(of id: Expressions.ID) -> Assignment? {
        expressions.holder(id).flatMap(request.assignment).map { request.directory.assignments[$0] }
    }

    /// What somebody holds; `nil` for the operator, who is not measured by permissions.
    mutating func permissions(of id: Expressions.ID) -> PermissionSet? {
        switch types[Int(id)] {
        case .user:
            guard case .user(let user) = value(id) else { return PermissionSet([]) }
            return request.directory.users[user].permissions
        case .userType:
            guard case .userType(let type) = value(id) else { return PermissionSet([]) }
            return request.directory.userTypes[type].permissions
        case .actor:
            if request.hasActor, request.actor == nil { return nil }
            return assignment(of: id)?.permissions ?? PermissionSet([])
        default: return assignment(of: id)?.permissions ?? PermissionSet([])
        }
    }

    mutating func covers(_ node: Expressions.Node) -> Value {
        guard let held = permissions(of: node.a) else { return .boolean(true) }
        guard let own = assignment(of: node.a), let other = assignment(of: node.b)
        else { return .boolean(false) }
        return .boolean(
            held.covers(other.permissions)
                && request.directory.department(other.department, isWithin: own.department))
    }

    /// The property that an expression names, of the record it names it of.
    func property(_ id: Expressions.ID) -> Value {
        let place = places[Int(id)]
        return place < 0 ? .absent : request.value(at: Int(place))
    }

    /// Whether what a `has` asks about is there.
    mutating func has(_ id: Expressions.ID, _ node: Expressions.Node) -> Bool {
        if case .row(let table) = types[Int(node.a)] { return has(expressions.names[Int(node.b)], table, node.a) }
        let known = presences[Int(id)]
        let value =
            known < 0
            ? property(id)
            : attribute(Expressions.Node(operation: .attribute, a: node.a, b: UInt32(known)))
        if case .absent = value { return false }
        return true
    }

    mutating func attribute(_ node: Expressions.Node) -> Value {
        let attribute = Attribute(rawValue: node.b)!
        switch types[Int(node.a)] {
        case .request: return part(attribute)
        case .token:
            guard let token = token(node.a) else { return .absent }
            return read(attribute, of: token)
        case .actor: return actor(attribute)
        case .department:
            guard case .department(let index) = value(node.a) else { return .absent }
            return read(attribute, of: request.directory.departments[index])
        case .user:
            guard case .user(let index) = value(node.a) else { return .absent }
            return read(attribute, of: request.directory.users[index])
        case .userType:
            guard case .userType(let index) = value(node.a) else { return .absent }
            return read(attribute, of: request.directory.userTypes[index])
        case .resource: return record(attribute, schema.resources, Request.Place.resourceType)
        case .external:
            if case .token = request.subject, attribute == .recordType { return .string("token") }
            return record(attribute, schema.subjects, Request.Place.subjectType)
        case .instant:
            guard case .instant(let instant) = value(node.a) else { return .absent }
            let date = zone.date(of: instant)
            switch attribute {
            case .dateOf: return .date(date)
            case .hour: return .integer(Int64(zone.clock(of: instant).hour))
            case .minute: return .integer(Int64(zone.clock(of: instant).minute))
            default: return read(attribute, of: date)
            }
        case .date:
            guard case .date(let date) = value(node.a) else { return .absent }
            return read(attribute, of: date)
        default: return .absent
        }
    }

    /// The type or the id of a record, which lie one after the other.
    private func record(_ attribute: Attribute, _ types: [Schema.RecordType], _ place: Int) -> Value {
        let type = request.cells[place]
        guard type.kind == .recordType else { return .absent }
        switch attribute {
        case .recordType: return .string(types[type.number].name)
        case .recordID: return request.value(at: place + 1)
        default: return .absent
        }
    }

    private func part(_ attribute: Attribute) -> Value {
        switch attribute {
        case .point: .string(request.point.rawValue)
        case .action: .string(action)
        case .actionKind: .string(known.kind(request.actionNumber).rawValue)
        case .tenant: request.tenant < 0 ? .absent : .string(request.directory.tenants[request.tenant].id)
        case .time: .instant(request.now)
        case .today: .date(zone.date(of: request.now))
        case .subject, .resource, .context: .entity
        case .actor: request.hasActor ? .entity : .absent
        case .token: request.token(.token) == nil ? .absent : .entity
        case .proposed: request.token(.proposed) == nil ? .absent : .entity
        default: .absent
        }
    }

    private func actor(_ attribute: Attribute) -> Value {
        guard request.hasActor else { return .absent }
        if attribute == .isOperator { return .boolean(request.actor == nil) }
        if attribute == .actorToken { return request.token(.actorToken) == nil ? .absent : .entity }
        guard let index = request.actor else { return .absent }
        return read(attribute, of: request.directory.assignments[index])
    }

    private func read(_ attribute: Attribute, of assignment: Assignment) -> Value {
        switch attribute {
        case .user: .user(assignment.user)
        case .department: .department(assignment.department)
        case .userType: .userType(assignment.userType)
        default: .absent
        }
    }

    private func read(_ attribute: Attribute, of token: Token) -> Value {
        switch attribute {
        case .tokenID: token.id == .unassigned ? .absent : .string(token.id.description)
        case .kind: .string(token.kind.rawValue)
        case .tokenName: token.kind == .api ? .string(token.name) : .absent
        case .tokenTenant: .string(request.directory.tenants[token.tenant].id)
        case .created: .instant(token.created)
        case .expires: .instant(token.expires)
        case .lastDay: .date(zone.date(of: Instant(microseconds: token.expires.microseconds - 1)))
        case .lastActive: token.lastActive.map(Value.instant) ?? .absent
        case .dormantSince: token.dormantSince.map(Value.instant) ?? .absent
        default: read(attribute, of: request.directory.assignments[token.assignment])
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
