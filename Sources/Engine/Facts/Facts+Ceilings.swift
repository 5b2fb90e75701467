internal import Model
internal import Policies

/// Facts about the ceiling of a token, and those that a ceiling limits.
extension Facts {
    /// The first limit of the acting token's ceiling that the request goes beyond; `nil` where it keeps all of them, or
    /// no token acts that has one.
    ///
    /// The address of a request is `context.ip` and its purpose `context.purpose`, where the schema declares these.
    mutating func limitExceeded() -> Ceiling.Part? {
        let isAccess = decisionKind() == .access
        guard let limited = assignment(isAccess ? .token : .actor), let ceiling = limited.ceiling else { return nil }
        guard isAccess else {
            // What a token lends to another one stays under its own limits.
            if decisionKind() == .derive, lendsItself() { return nil }
            // An act of administration states no address and no purpose, and nobody counts it.
            if ceiling.networks != nil { return .networks }
            if let hours = ceiling.hours, !keeps(hours: hours) { return .hours }
            return ceiling.uses != nil ? .uses : ceiling.purpose != nil ? .purpose : nil
        }
        // Both are read whatever the answer is: it depends on them.
        let action = action()
        if ceiling.departments != nil { note(limitedPlace) }
        if let limit = limited.limit, !limit.permits(action) { return .permissions }
        if ceiling.departments != nil, !keeps(departments: limited.reach ?? []) { return .departments }
        if let networks = ceiling.networks, !keeps(networks: networks) { return .networks }
        if let hours = ceiling.hours, !keeps(hours: hours) { return .hours }
        if let purpose = ceiling.purpose, !keeps(purpose: purpose) { return .purpose }
        return nil
    }

    /// `limitExceeded` of an access, from its packed values alone.
    /// - Returns: the number of a part, or 0; `nil` where these do not say it, as under a ceiling that limits more than
    ///   permissions and departments.
    mutating func quickLimit(_ packedValues: Span<PackedValue>) -> Int? {
        let holder = packedValues[ResolvedRequest.place(.assignment, of: .token)]
        let action = packedValues[ResolvedRequest.Place.action]
        guard packedValues[ResolvedRequest.Place.kind].number == 0, holder.kind == .assignment,
            holder.number >= known.combinationCount, action.kind == .action
        else { return nil }
        let limits = known.limits(holder.number)
        guard !limits.hasOthers else { return nil }
        switch known.leaves(action.number, assignment: holder.number) {
        case .yes: break
        case .no: return Ceiling.Part.permissions.number
        default: return nil
        }
        guard limits.hasDepartments else { return 0 }
        let department = packedValues[limitedPlace]
        if department.kind == .department {
            return known.reaches(department.number, under: limits) ? 0 : Ceiling.Part.departments.number
        }
        guard department.kind == .absent else { return nil }
        let type = packedValues[ResolvedRequest.Place.resourceType]
        return type.kind == .recordType && !known.hasDepartment(type: type.number)
            ? 0 : Ceiling.Part.departments.number
    }

    private mutating func keeps(departments: [Int]) -> Bool {
        if case .department(let department) = content(limitedPlace) {
            return departments.contains { known.directory.department(department, isWithin: $0) }
        }
        // A resource that is in no department is limited by none, and one that does not say in which it is, is not left.
        let type = packedValue(ResolvedRequest.Place.resourceType)
        return type.kind == .recordType && schema.resources[type.number].slot("department") == nil
    }

    private mutating func keeps(networks: [IPNetwork]) -> Bool {
        guard let place = schema.layout.place("ip", of: .context), case .ip(let address) = content(place) else {
            return false
        }
        return networks.contains { $0.contains(address) }
    }

    private mutating func keeps(purpose: ExactName) -> Bool {
        guard let place = schema.layout.place("purpose", of: .context), case .string(let text) = content(place) else {
            return false
        }
        return ExactName(text) == purpose
    }

    private mutating func keeps(hours: Ceiling.Hours) -> Bool {
        // Hours are whole minutes.
        note(ResolvedRequest.Place.minute)
        let zone = zone()
        return hours.contains(weekday: zone.date(of: request.now).weekday, zone.timeOfDay(of: request.now))
    }

    /// True when the token from which another one is derived is the one through which the actor acts.
    private mutating func lendsItself() -> Bool {
        let (lent, acting) = (ResolvedRequest.place(.token, of: .token), ResolvedRequest.place(.token, of: .actorToken))
        note(lent)
        note(acting)
        guard let lent = request.token(.token)?.id, let acting = request.token(.actorToken)?.id else { return false }
        return lent == acting
    }

    /// The ceiling that an expression stands for.
    mutating func ceiling(_ id: Expressions.ID) -> Ceiling? {
        guard nodes[Int(id)].operation == .attribute, let holder = expressions.holder(nodes[Int(id)].a) else {
            return nil
        }
        return assignment(holder)?.ceiling
    }

    /// A part of a ceiling.
    mutating func limit(_ attribute: Attribute, _ id: Expressions.ID) -> Value {
        guard let ceiling = ceiling(id) else { return .absent }
        switch attribute {
        case .limitedPermissions: return ceiling.permissions.map { .list($0.map(Value.string)) } ?? .absent
        case .limitedDepartments:
            guard ceiling.departments != nil, let holder = expressions.holder(nodes[Int(id)].a),
                let reach = assignment(holder)?.reach
            else { return .absent }
            return .list(reach.map(Value.department))
        case .limitedNetworks: return ceiling.networks.map { .list($0.map(Value.network)) } ?? .absent
        case .limitedWeekdays: return ceiling.hours.map { .list($0.weekdays.map { .integer(Int64($0)) }) } ?? .absent
        case .opens: return ceiling.hours.map { .time($0.opens) } ?? .absent
        case .closes: return ceiling.hours.map { .time($0.closes) } ?? .absent
        case .limitedUses: return ceiling.uses.map { .integer(Int64($0)) } ?? .absent
        case .limitedPurpose: return ceiling.purpose.map { .string($0) } ?? .absent
        default: return .absent
        }
    }

    /// The answer to whether a department is within another one, where that is the department of a holder whose ceiling
    /// may leave less of it.
    mutating func withinReach(_ answer: Value, _ node: Expressions.Node) -> Value {
        guard known.directory.hasReach || isNarrowed, let holder = expressions.departmentHolder(node.b),
            // It is read whatever the answer is: the next one may depend on it.
            let reach = assignment(holder)?.reach, case .boolean(true) = answer,
            case .department(let department) = value(node.a)
        else { return answer }
        return .boolean(reach.contains { known.directory.department(department, isWithin: $0) })
    }
}

extension Ceiling.Part {
    /// Its number among all parts, from 1.
    var number: Int {
        switch self {
        case .permissions: 1
        case .departments: 2
        case .networks: 3
        case .hours: 4
        case .uses: 5
        case .purpose: 6
        }
    }
}
