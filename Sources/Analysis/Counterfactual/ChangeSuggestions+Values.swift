internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// The values to choose from.
extension ChangeSuggestions {
    var policies: PolicySet { authorizer.policies }
    var tenantID: ExactName? { tenant < 0 ? nil : directory.tenants[tenant].id }
    var zone: Zone { tenant < 0 ? .utc : directory.tenants[tenant].zone }

    var departments: [Int] {
        directory.departments.indices.filter { directory.departments[$0].tenant == tenant }
    }

    /// The other assignments of the user of a token, which the token could have instead.
    func others(_ holder: ResolvedRequest.Holder) -> [Change] {
        guard let token = request.token(holder), token.id != .unassigned else { return [] }
        let user = directory.users[directory.assignments[token.assignment].user]
        let own = directory.assignments[token.assignment].combination
        return user.assignments.filter { $0 != own && !directory.assignments[$0].isRemoved }.prefix(8)
            .map { .tokenAssignment(token.id, directory.assignments[$0].id) }
    }

    func assignment(_ fact: ObservedFact) -> Int? { fact.holder.flatMap(request.assignment) }

    /// The declared property that a fact is, or whose presence it tests; `nil` for a name of the vocabulary.
    func property(_ fact: ObservedFact) -> Change.Property? {
        fact.named.flatMap { type(of: $0) == nil ? nil : $0 }
    }

    func type(of property: Change.Property) -> ValueType? { declared(property)?.type }

    func isOptional(_ property: Change.Property) -> Bool { declared(property)?.isOptional ?? false }

    func declared(_ property: Change.Property) -> Schema.Property? {
        policies.schema.declared(property, in: traced.question)
    }

    func entities(_ type: ValueType) -> [Value] {
        switch type {
        case .department: departments.map(Value.department)
        case .user: directory.users.indices.filter { directory.users[$0].tenant == tenant }.map(Value.user)
        case .userType:
            directory.userTypes.indices.filter { directory.userTypes[$0].tenant == tenant }
                .map(Value.userType)
        default: []
        }
    }

    func read(_ attribute: Attribute, of entity: Value) -> Value {
        switch (entity, attribute) {
        case (.department(let index), .id): .string(directory.departments[index].id)
        case (.department(let index), .name): .string(directory.departments[index].name)
        case (.department(let index), .depth): .integer(Int64(directory.departments[index].depth))
        case (.user(let index), .id): .string(directory.users[index].id)
        case (.user(let index), .name): .string(directory.users[index].name)
        case (.user(let index), .email): .string(directory.users[index].email)
        case (.userType(let index), .id): .string(directory.userTypes[index].id)
        case (.userType(let index), .name): .string(directory.userTypes[index].name)
        default: .absent
        }
    }

    /// Values of a type that may make a difference: those that the request, the store and the policies contain.
    func values(of type: ValueType) -> [Value] {
        switch type {
        case .boolean: return [.boolean(true), .boolean(false)]
        case .number: return [.integer(0), .integer(1), .integer(-1), .integer(1_000_000), .number(0.5)]
        case .string: return policies.literals.prefix(Self.most).map(Value.string) + [.string(""), .string("x")]
        case .instant:
            let now = traced.question.now
            return [-86_400, 0, 86_400].map { .instant(Instant(microseconds: now.microseconds + $0 * 1_000_000)) }
        case .date:
            let today = zone.date(of: traced.question.now)
            return [-1, 0, 1].compactMap { today.adding(Period(days: $0)) }.map(Value.date)
        case .department:
            let own = [ResolvedRequest.Holder.token, .actor].compactMap(request.assignment)
                .map { directory.assignments[$0].department }
            return (own + departments.filter { !own.contains($0) }).map(Value.department)
        case .user, .userType: return entities(type)
        case .time: return ["06:00", "12:00", "22:00"].compactMap { TimeOfDay($0) }.map(Value.time)
        case .duration:
            return [0, 3_600, 86_400].compactMap { TimeSpan(microseconds: $0 * 1_000_000) }.map(Value.duration)
        case .network:
            return ["10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"].compactMap { try? IPNetwork($0) }.map(Value.network)
        case .ip: return ["10.0.0.1", "192.0.2.1", "2001:db8::1"].compactMap { IPAddress($0) }.map(Value.ip)
        case .list(let element): return [.list([])] + values(of: element).prefix(8).map { .list([$0]) }
        case .map(let type):
            let keys = policies.literals.prefix(4).map { ExactName($0) }
            return [.map([])]
                + values(of: type).prefix(4).flatMap { value in keys.map { .map([.init($0, value)]) } }
        case .record(let properties): return [record(properties, isWhole: true), record(properties, isWhole: false)]
        case .restricted(_, .oneOf(let names)): return names.map(Value.string)
        case .restricted(.list(let element), .count(let count)):
            return values(of: element).prefix(8).map { .list([Value](repeating: $0, count: count)) }
        case .restricted(.map(let type), .keys(let keys)):
            return [.map([])] + values(of: type).prefix(4).flatMap { value in keys.map { .map([.init($0, value)]) } }
        case .restricted(let type, _): return values(of: type)
        default: return []
        }
    }

    /// A record with a value for each property, or for those that it must have.
    private func record(_ properties: [Schema.Property], isWhole: Bool) -> Value {
        .record(
            properties.map { property in
                let isThere = isWhole || !property.isOptional
                return .init(property.name, isThere ? values(of: property.type).first ?? .absent : .absent)
            })
    }

    func earlier(_ value: Value, by period: Period) -> [Value] {
        let back = period.reversed
        switch value {
        case .date(let date): return date.adding(back).map { [.date($0)] } ?? []
        case .instant(let instant): return zone.adding(back, to: instant).map { [.instant($0)] } ?? []
        default: return []
        }
    }

    /// The first instant within a year at which the value of a time-dependent fact changes.
    func moment(of fact: ObservedFact) -> Instant? {
        let now = traced.question.now
        var finder = ChangePointFinder([fact], of: request, generation: traced.generation, authorizer)
        let end = Instant(microseconds: now.microseconds + 366 * 86_400 * 1_000_000)
        return finder.next(after: now, before: end, mostSteps: 100_000)
    }
}

extension Schema {
    /// The schema's declaration of a property, for the records of a request.
    func declared(_ property: Change.Property, in question: AuthorizationRequest) -> Property? {
        let record: RecordType?
        switch property.record {
        case .context: record = context
        case .action: record = question.kind == .access ? self.action(question.action) : nil
        case .resource: record = question.resource.flatMap { resource($0.type) }.map { resources[$0] }
        case .subject:
            guard case .external(let type, _, _) = question.subject else { return nil }
            record = subject(type).map { subjects[$0] }
        }
        return record?.part(at: property.path)
    }
}

extension Schema.RecordType {
    /// A property, or a part of one: an element of a list is there wherever its list has one, a key of a map may be absent.
    fileprivate func part(at path: [JSON.Step]) -> Schema.Property? {
        guard case .name(let first)? = path.first, let found = property(at: [first]) else { return nil }
        return path.dropFirst().reduce(found as Schema.Property?) { part, step in
            guard let type = part?.type else { return nil }
            switch (step, type.unrestricted) {
            case (.name(let name), .record(let properties)): return properties.slot(name).map { properties[$0] }
            case (.element, .list(let element)): return .init(name: "", type: element, isOptional: false)
            case (.key(let key), .map(let value)):
                if case .restricted(_, .keys(let keys)) = type, !keys.contains(key) { return nil }
                return .init(name: key, type: value, isOptional: true)
            default: return nil
            }
        }
    }
}

extension Value {
    /// The next or previous value of an ordered type.
    func stepped(_ steps: Int64) -> Value {
        guard steps != 0 else { return self }
        switch self {
        case .integer(let value): return .integer(value &+ steps)
        case .number(let value): return .number(steps < 0 ? value.nextDown : value.nextUp)
        case .instant(let value): return .instant(Instant(microseconds: value.microseconds &+ steps))
        case .date(let value): return .date(value.adding(Period(days: Int(steps))) ?? value)
        case .time(let value): return .time(TimeOfDay(microseconds: value.microseconds + steps))
        case .duration(let value): return TimeSpan(microseconds: value.microseconds + steps).map(Value.duration) ?? self
        case .string(let value): return steps > 0 ? .string(value + " ") : .string(String(value.dropLast()))
        default: return self
        }
    }
}

extension ObservedFact {
    /// The strings in its value.
    var texts: [String] {
        switch value {
        case .string(let text): [text]
        case .list(let list): list.compactMap { if case .string(let text) = $0 { text } else { nil } }
        default: []
        }
    }
}
