internal import Model

/// Answers expressions for one request, in native code: this is what a fact is asked of.
///
/// Each is computed once a request and remembered. A value that is absent or wrong stays so: deciding never throws.
struct Facts {
    private(set) var request: Request
    private let schema: Schema
    private let policies: [PolicyFacts]
    private var values: [Value] = []
    private var stamps: [UInt32] = []
    private var stamp: UInt32 = 0

    init(schema: Schema, policies: [PolicyFacts]) {
        self.schema = schema
        self.policies = policies
        request = Request(
            point: .access, action: "", directory: .empty, tenant: -1, now: Instant(microseconds: 0), subject: .token)
    }

    /// Forgets every answer and takes the next request.
    mutating func begin(_ request: Request) {
        self.request = request
        stamp &+= 1
        if stamp == 0 {
            stamps = stamps.map { _ in 0 }
            stamp = 1
        }
    }

    /// The value of an expression for this request.
    mutating func value(_ id: Expressions.ID, in expressions: Expressions) -> Value {
        let index = Int(id)
        if index >= stamps.count {
            let missing = max(expressions.count, 256) - stamps.count
            stamps.append(contentsOf: repeatElement(0, count: missing))
            values.append(contentsOf: repeatElement(.absent, count: missing))
        }
        if stamps[index] == stamp { return values[index] }
        let value = compute(expressions.nodes[index], in: expressions)
        values[index] = value
        stamps[index] = stamp
        return value
    }

    private mutating func compute(_ node: Expressions.Node, in expressions: Expressions) -> Value {
        switch node.operation {
        case .request, .settings: return .entity
        case .constant: return expressions.constants[Int(node.a)]
        case .attribute: return attribute(node, in: expressions)
        case .property: return property(expressions.names[Int(node.b)], of: node.a, in: expressions)
        case .setting:
            return policies[Int(node.a)].setting(
                expressions.names[Int(node.b)], tenant: request.tenant, in: request.directory)
        case .element:
            guard case .list(let list) = value(node.a, in: expressions), node.b < list.count else { return .absent }
            return list[Int(node.b)]
        case .length:
            guard case .list(let list) = value(node.a, in: expressions) else { return .absent }
            return .integer(Int64(list.count))
        case .plus: return later(node, in: expressions)
        case .endOfDay:
            guard case .date(let date) = value(node.a, in: expressions), let next = date.adding(Period(days: 1)) else {
                return .failure("there is no day after this one")
            }
            return .instant(zone.start(of: next))
        case .has: return .boolean(has(expressions.names[Int(node.b)], node.a, in: expressions))
        case .equal: return compare(node, in: expressions) { $0.equals($1) }
        case .less: return compare(node, in: expressions) { $0.isLess($1) }
        case .lessEqual: return compare(node, in: expressions) { $0.isLess($1) || $0.equals($1) }
        case .isWithin:
            return compare(node, in: expressions) { [request] one, other in
                guard case .department(let one) = one, case .department(let other) = other else { return false }
                return request.directory.department(one, isWithin: other)
            }
        case .contains:
            return compare(node, in: expressions) { list, element in
                guard case .list(let list) = list else { return false }
                return list.contains { $0.equals(element) }
            }
        case .meets:
            guard let permissions = permissions(of: node.a, in: expressions) else { return .boolean(true) }
            guard case .department(let department) = value(node.b, in: expressions) else { return .absent }
            return .boolean(request.directory.permissions(permissions, meet: department))
        case .covers: return covers(node, in: expressions)
        case .can, .permits:
            // The operator holds the store and the key file: there is nothing it cannot do.
            guard let permissions = permissions(of: node.a, in: expressions) else { return .boolean(true) }
            guard case .string(let name) = value(node.b, in: expressions) else { return .absent }
            return .boolean(permissions.permits(name))
        case .granted: return .boolean(policies[Int(node.a)].grants.permits(request.action))
        }
    }

    private var zone: Zone { request.tenant < 0 ? .utc : request.directory.tenants[request.tenant].zone }

    private mutating func compare(
        _ node: Expressions.Node, in expressions: Expressions, _ holds: (Value, Value) -> Bool
    ) -> Value {
        let one = value(node.a, in: expressions)
        let other = value(node.b, in: expressions)
        if case .failure = one { return one }
        if case .failure = other { return other }
        return .boolean(holds(one, other))
    }

    private mutating func later(_ node: Expressions.Node, in expressions: Expressions) -> Value {
        let period = expressions.periods[Int(node.b)]
        switch value(node.a, in: expressions) {
        case .date(let date):
            return date.adding(period).map(Value.date) ?? .failure("that is outside the years 1 to 9999")
        case .instant(let instant):
            return zone.adding(period, to: instant).map(Value.instant)
                ?? .failure("that is outside the years 1 to 9999")
        case let other: return other
        }
    }
}

// MARK: Attributes

extension Facts {
    /// The token an expression stands for.
    private mutating func token(_ id: Expressions.ID, in expressions: Expressions) -> Token? {
        let node = expressions.nodes[Int(id)]
        guard node.operation == .attribute else { return nil }
        switch Attribute(rawValue: node.b) {
        case .subject, .token: return request.token
        case .proposed: return request.proposed
        case .actorToken: return request.actor?.token
        default: return nil
        }
    }

    /// The assignment a token or an actor acts in.
    private mutating func assignment(of id: Expressions.ID, in expressions: Expressions) -> Assignment? {
        let index =
            expressions.types[Int(id)] == .actor ? request.actor?.assignment : token(id, in: expressions)?.assignment
        return index.map { request.directory.assignments[$0] }
    }

    /// What somebody holds; `nil` for the operator, who is not measured by permissions.
    private mutating func permissions(of id: Expressions.ID, in expressions: Expressions) -> PermissionSet? {
        switch expressions.types[Int(id)] {
        case .user:
            guard case .user(let user) = value(id, in: expressions) else { return PermissionSet([]) }
            return request.directory.users[user].permissions
        case .userType:
            guard case .userType(let type) = value(id, in: expressions) else { return PermissionSet([]) }
            return request.directory.userTypes[type].permissions
        case .actor:
            if request.actor?.isOperator == true { return nil }
            return assignment(of: id, in: expressions)?.permissions ?? PermissionSet([])
        default: return assignment(of: id, in: expressions)?.permissions ?? PermissionSet([])
        }
    }

    private mutating func covers(_ node: Expressions.Node, in expressions: Expressions) -> Value {
        guard let held = permissions(of: node.a, in: expressions) else { return .boolean(true) }
        guard let own = assignment(of: node.a, in: expressions), let other = assignment(of: node.b, in: expressions)
        else { return .boolean(false) }
        return .boolean(
            held.covers(other.permissions)
                && request.directory.department(other.department, isWithin: own.department))
    }

    private func record(_ id: Expressions.ID, in expressions: Expressions) -> Record {
        switch expressions.types[Int(id)] {
        case .resource: return request.resource
        case .context: return request.context
        default:
            if case .external(let record) = request.subject { return record }
            return .none
        }
    }

    private func property(_ name: String, of base: Expressions.ID, in expressions: Expressions) -> Value {
        let record = record(base, in: expressions)
        guard record.type >= 0 else { return .absent }
        let type: Schema.RecordType
        switch expressions.types[Int(base)] {
        case .resource: type = schema.resources[record.type]
        case .context: type = schema.context
        default: type = schema.subjects[record.type]
        }
        guard let slot = type.slot(name) else { return .absent }
        return record.values[slot]
    }

    private mutating func has(_ name: String, _ base: Expressions.ID, in expressions: Expressions) -> Bool {
        if let known = expressions.attribute(name, of: base) {
            let node = Expressions.Node(operation: .attribute, a: base, b: known)
            if case .absent = attribute(node, in: expressions) { return false }
            return true
        }
        if case .absent = property(name, of: base, in: expressions) { return false }
        return true
    }

    private mutating func attribute(_ node: Expressions.Node, in expressions: Expressions) -> Value {
        let attribute = Attribute(rawValue: node.b)!
        switch expressions.types[Int(node.a)] {
        case .request: return part(attribute)
        case .token:
            guard let token = token(node.a, in: expressions) else { return .absent }
            return read(attribute, of: token)
        case .actor: return actor(attribute)
        case .department:
            guard case .department(let index) = value(node.a, in: expressions) else { return .absent }
            return read(attribute, of: request.directory.departments[index])
        case .user:
            guard case .user(let index) = value(node.a, in: expressions) else { return .absent }
            return read(attribute, of: request.directory.users[index])
        case .userType:
            guard case .userType(let index) = value(node.a, in: expressions) else { return .absent }
            return read(attribute, of: request.directory.userTypes[index])
        case .resource, .external, .context:
            let record = record(node.a, in: expressions)
            if case .token = request.subject, attribute == .recordType, case .external = expressions.types[Int(node.a)]
            {
                return .string("token")
            }
            switch attribute {
            case .recordType: return record.type >= 0 ? .string(record.typeName) : .absent
            case .recordID: return record.id.map(Value.string) ?? .absent
            default: return .absent
            }
        case .instant:
            guard case .instant(let instant) = value(node.a, in: expressions) else { return .absent }
            let date = zone.date(of: instant)
            switch attribute {
            case .dateOf: return .date(date)
            case .hour: return .integer(Int64(zone.clock(of: instant).hour))
            case .minute: return .integer(Int64(zone.clock(of: instant).minute))
            default: return read(attribute, of: date)
            }
        case .date:
            guard case .date(let date) = value(node.a, in: expressions) else { return .absent }
            return read(attribute, of: date)
        default: return .absent
        }
    }

    private func part(_ attribute: Attribute) -> Value {
        switch attribute {
        case .point: .string(request.point.rawValue)
        case .action: .string(request.action)
        case .actionKind: .string((schema.actions[request.action] ?? .admin).rawValue)
        case .tenant: request.tenant < 0 ? .absent : .string(request.directory.tenants[request.tenant].id)
        case .time: .instant(request.now)
        case .today: .date(zone.date(of: request.now))
        case .subject, .resource, .context: .entity
        case .actor: request.actor == nil ? .absent : .entity
        case .token: request.token == nil ? .absent : .entity
        case .proposed: request.proposed == nil ? .absent : .entity
        default: .absent
        }
    }

    private func actor(_ attribute: Attribute) -> Value {
        guard let actor = request.actor else { return .absent }
        if attribute == .isOperator { return .boolean(actor.isOperator) }
        if attribute == .actorToken { return actor.token == nil ? .absent : .entity }
        guard let index = actor.assignment else { return .absent }
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
