internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// Suggested changes that might turn an observed fact, each of one thing. A suggestion is not a promise: the caller
/// decides with it.
struct ChangeSuggestions {
    let traced: TracedDecision
    let request: ResolvedRequest
    let authorizer: Authorizer
    let directory: Directory
    /// -1 when no tenant is concerned.
    let tenant: Int

    /// The greatest number of values that are tried for one thing.
    static let most = 64

    /// - Parameter authorizer: the one that traced the decision.
    init?(_ traced: TracedDecision, _ authorizer: Authorizer) {
        guard let request = traced.request else { return nil }
        self.traced = traced
        self.request = request
        self.authorizer = authorizer
        directory = traced.directory
        tenant = traced.tenant ?? -1
    }

    // MARK: The core

    /// Changes that might make the actor valid.
    func validityChanges() -> [Change] {
        let holder: ResolvedRequest.Holder = { if case .token = request.subject { .token } else { .actorToken } }()
        let assignment = request.assignment(holder) ?? request.assignment(.actor)
        let token = request.token(holder)
        switch traced.decision.code {
        case "token_expired":
            guard let token, let day = zone.date(of: traced.question.now).adding(Period(days: 2)) else {
                return []
            }
            return [.tokenExpires(token.id, zone.start(of: day))]
        case "token_suspended": return token.map { [.tokenSuspended($0.id, false)] } ?? []
        case "user_inactive":
            return assignment.map { [.userActive(directory.users[directory.assignments[$0].user].id, true)] } ?? []
        case "department_inactive":
            var next = assignment.map { directory.assignments[$0].department }
            var changes: [Change] = []
            while let current = next {
                if !directory.departments[current].isActive {
                    changes.append(.departmentActive(directory.departments[current].id, true))
                }
                next = directory.departments[current].parent
            }
            return changes + others(holder)
        case "assignment_gone": return others(holder)
        case "tenant_inactive": return [.tenantActive(true)]
        case "obligation_unsupported": return supportingObligations()
        default: return []
        }
    }

    /// The request of a caller that supports the missing obligations too.
    private func supportingObligations() -> [Change] {
        guard case .named(let stated) = traced.question.supported else { return [] }
        let names = Set(stated).union(traced.decision.refused.map { ExactName($0.text) }).sorted()
        let property = Change.Property(.context, AuthorizationRequest.supportedName)
        return [.property(property, .init(.array(names.map(JSON.string))))]
    }

    // MARK: Facts

    /// Changes that might give a fact another value.
    func changes(for fact: ObservedFact) -> [Change] {
        var changes = turned(fact)
        // When a fact reads an assignment, the user may have other assignments.
        for holder in Set(fact.parts.compactMap(\.holder).map(HolderKey.init)) where holder != .actor {
            changes += others(holder.holder) + ceilings(holder.holder, fact)
        }
        if fact.parts.contains(where: {
            $0.operation == .attribute(.beyondCeiling) || $0.operation == .has("beyond_ceiling")
        }) {
            changes += keepingCeiling(fact)
        }
        if fact.dependsOnTime, let next = moment(of: fact) { changes.append(.time(next)) }
        var seen: Set<Change> = []
        return changes.filter { seen.insert($0).inserted }
    }

    /// Requests that keep the ceiling of the token that acts, and wider ceilings.
    private func keepingCeiling(_ fact: ObservedFact) -> [Change] {
        let holder: ResolvedRequest.Holder = request.kind == .access ? .token : .actorToken
        guard let ceiling = request.token(holder)?.ceiling else { return [] }
        let kept: [(property: Change.Property, values: [JSON])] = [
            (.init(.resource, "department"), (ceiling.departments ?? []).map(JSON.string)),
            (.init(.context, "ip"), (ceiling.networks ?? []).map { .string($0.address.description) }),
            (.init(.context, "purpose"), ceiling.purpose.map { [.string($0)] } ?? []),
        ]
        let stated = kept.filter { type(of: $0.property) != nil }.flatMap { property, values in
            values.prefix(Self.most).map { Change.property(property, .init($0)) }
        }
        return stated + ceilings(holder, fact)
    }

    /// Wider ceilings of a holder's token, each in one part.
    private func ceilings(_ holder: ResolvedRequest.Holder, _ fact: ObservedFact) -> [Change] {
        guard let token = request.token(holder), token.id != .unassigned, let ceiling = token.ceiling else { return [] }
        var wider: [Ceiling] = []
        if let permissions = ceiling.permissions {
            let asked =
                [traced.question.action]
                + fact.parts.compactMap { part -> ExactName? in
                    guard part.operation == .can || part.operation == .permits,
                        case .string(let text)? = part.operands.last?.value
                    else { return nil }
                    return ExactName(text)
                }
            for permission in Set(asked).sorted() where !permissions.contains(permission) {
                wider.append(ceiling)
                wider[wider.count - 1].permissions = permissions + [permission]
            }
        }
        for part in ceiling.parts { wider.append(ceiling.without(part)) }
        return wider.map { .tokenCeiling(token.id, $0.isEmpty ? nil : $0) }
    }

    /// The changes among these that the request itself could make.
    func requests(for fact: ObservedFact) -> [Change] { turned(fact).filter { $0.property != nil } }

    private func turned(_ fact: ObservedFact) -> [Change] {
        let holds = if case .boolean(let value) = fact.value { value } else { false }
        let operands = fact.operands
        switch fact.operation {
        case .has(let name): return presence(of: name, on: operands[0], fact, isThere: holds)
        case .hasElement(let number): return resized(operands[0], to: holds ? number - 1 : number)
        case .hasEntry: return presence(fact, isThere: holds) + different(operands[1])
        case .equal:
            if holds { return different(operands[0]) + different(operands[1]) }
            return set(operands[0], to: operands[1].value) + set(operands[1], to: operands[0].value)
        case .less, .lessEqual:
            // To become true, the left side must be at most the right one, or one step less; to become false, the other
            // way round.
            let isStrict = (fact.operation == .less) != holds
            let (low, high) = holds ? (operands[1], operands[0]) : (operands[0], operands[1])
            return set(low, to: high.value.stepped(isStrict ? -1 : 0))
                + set(high, to: low.value.stepped(isStrict ? 1 : 0))
        case .isWithin: return within(operands[0], operands[1], holds: holds)
        case .contains: return membership(operands[0], operands[1], holds: holds)
        case .inNetwork: return networked(operands[0], operands[1], holds: holds)
        case .between: return spanned(operands, holds: holds)
        case .can, .permits:
            guard case .string(let permission) = operands[1].value else { return [] }
            return granting(ExactName(permission), to: operands[0], !holds)
        case .meets: return meeting(operands[0], operands[1], holds: holds)
        case .covers:
            guard !holds, let own = assignment(operands[0]), let other = assignment(operands[1]) else { return [] }
            let held = directory.assignments[own].permissions
            let missing = directory.assignments[other].permissions.patterns.filter { !held.covers(PermissionSet([$0])) }
            return missing.prefix(3).flatMap { granting($0, to: operands[0], true) }
        case .call, .data: return supplied(fact)
        case .length:
            // Lua compares it, so the bound is not known: the nearest, one and none.
            guard case .integer(let count) = fact.value else { return [] }
            return [count + 1, count + 2, count - 1, 1, 0].flatMap { $0 == count ? [] : set(fact, to: .integer($0)) }
        case .granted, .request, .settings, .constant: return []
        default: return different(fact)
        }
    }

    /// Changes that give an expression a certain value.
    func set(_ fact: ObservedFact, to value: Value) -> [Change] {
        switch fact.operation {
        case .property, .element, .entry:
            guard let property = property(fact), let json = value.json(in: directory) else { return [] }
            return [.property(property, .init(json))]
        case .setting(let policy, let name):
            guard let json = value.json(in: directory) else { return [] }
            return [.setting(policy: policy, name: name, value: .init(json), tenant: tenantID)]
        case .sum, .difference: return set(termsOf: fact, to: value)
        case .plus(let period): return earlier(value, by: period).flatMap { set(fact.operands[0], to: $0) }
        case .endOfDay:
            guard case .instant(let instant) = value else { return [] }
            let day = zone.date(of: Instant(microseconds: instant.microseconds - 1))
            return set(fact.operands[0], to: .date(day))
        case .length:
            guard case .integer(let count) = value, count >= 0, count <= 8 else { return [] }
            return resized(fact.operands[0], to: Int(count))
        case .attribute(let attribute): return set(attribute, of: fact.operands[0], to: value)
        default: return []
        }
    }

    private func set(_ attribute: Attribute, of base: ObservedFact, to value: Value) -> [Change] {
        let token = base.holder.flatMap(request.token)
        switch (attribute, value) {
        case (.expires, .instant(let instant)): return token.map { [.tokenExpires($0.id, instant)] } ?? []
        case (.lastDay, .date(let day)):
            guard let token, let next = day.adding(Period(days: 1)) else { return [] }
            return [.tokenExpires(token.id, zone.start(of: next))]
        case (.tokenName, .string(let name)): return token.map { [.tokenName($0.id, ExactName(name))] } ?? []
        case (.tokenDescription, .string(let text)) where !text.isEmpty:
            return token.map { [.tokenDescription($0.id, ExactName(text))] } ?? []
        case (.tokenContact, .string(let text)) where !text.isEmpty:
            return token.map { [.tokenContact($0.id, ExactName(text))] } ?? []
        case (.dateOf, .date(let day)): return set(base, to: .instant(zone.start(of: day)))
        case (.timeOfDay, .time(let time)): return set(base, to: .instant(at(time, onDayOf: base.value)))
        case (.inDays, .integer(let count)), (.inHours, .integer(let count)), (.inMinutes, .integer(let count)),
            (.inSeconds, .integer(let count)):
            guard let unit = attribute.unit, let span = try? TimeSpan([(unit, count)]) else { return [] }
            return set(base, to: .duration(span))
        case (.parent, .department(let parent)):
            guard case .department(let own) = base.value else { return [] }
            return move(own, under: parent)
        case (.isActive, .boolean(let isActive)):
            switch base.value {
            case .department(let index): return [.departmentActive(directory.departments[index].id, isActive)]
            case .user(let index): return [.userActive(directory.users[index].id, isActive)]
            case .userType(let index): return [.userTypeActive(directory.userTypes[index].id, isActive)]
            default: return []
            }
        case (.id, .string), (.name, .string), (.depth, _), (.email, .string):
            return entities(base.type).filter { read(attribute, of: $0).equals(value) }.prefix(3)
                .flatMap { set(base, to: $0) }
        default: return []
        }
    }

    /// Changes that give an expression any other value.
    private func different(_ fact: ObservedFact) -> [Change] {
        if case .attribute(let attribute) = fact.operation, fact.type == .boolean,
            case .boolean(let value) = fact.value
        {
            return set(attribute, of: fact.operands[0], to: .boolean(!value))
        }
        if case .attribute(let attribute) = fact.operation, [.id, .name, .depth, .email].contains(attribute) {
            return different(fact.operands[0])
        }
        return values(of: property(fact).flatMap(type) ?? fact.type).filter { !$0.equals(fact.value) }.prefix(Self.most)
            .flatMap { set(fact, to: $0) }
    }

    private func presence(
        of name: ExactName, on base: ObservedFact, _ fact: ObservedFact, isThere: Bool
    ) -> [Change] {
        if property(fact) != nil { return presence(fact, isThere: isThere) }
        if name == "dormant_since", let token = base.holder.flatMap(request.token) {
            return [.tokenDormant(token.id, !isThere)]
        }
        if name == "description" || name == "contact", let token = base.holder.flatMap(request.token) {
            let attribute = name == "contact" ? Attribute.tokenContact : .tokenDescription
            guard isThere else { return values(of: .string).flatMap { set(attribute, of: base, to: $0) } }
            return [name == "contact" ? .tokenContact(token.id, nil) : .tokenDescription(token.id, nil)]
        }
        if name == "parent", case .department(let own) = base.value {
            return isThere
                ? [.departmentMoved(directory.departments[own].id, under: nil)]
                : departments.prefix(8).flatMap { move(own, under: $0) }
        }
        return []
    }

    /// Changes that leave a property out, or state it.
    private func presence(_ fact: ObservedFact, isThere: Bool) -> [Change] {
        guard let property = property(fact), let type = type(of: property) else { return [] }
        if isThere { return isOptional(property) ? [.property(property, nil)] : [] }
        return values(of: type).prefix(Self.most).compactMap { value in
            value.json(in: directory).map { .property(property, .init($0)) }
        }
    }

    private func within(_ one: ObservedFact, _ other: ObservedFact, holds: Bool) -> [Change] {
        guard case .department(let inner) = one.value, case .department(let outer) = other.value else {
            return different(one) + different(other)
        }
        if holds {
            let outside = departments.filter { !directory.department($0, isWithin: outer) }
            let apart = departments.filter { !directory.department(inner, isWithin: $0) }
            return outside.prefix(8).flatMap { set(one, to: .department($0)) }
                + apart.prefix(8).flatMap { set(other, to: .department($0)) }
                + (outer == inner ? [] : [.departmentMoved(directory.departments[inner].id, under: nil)])
        }
        var above: [Int] = []
        var next: Int? = inner
        while let current = next {
            above.append(current)
            next = directory.departments[current].parent
        }
        return set(one, to: .department(outer)) + above.flatMap { set(other, to: .department($0)) }
            + move(inner, under: outer)
    }

    private func move(_ department: Int, under parent: Int) -> [Change] {
        guard !directory.department(parent, isWithin: department) else { return [] }
        return [.departmentMoved(directory.departments[department].id, under: directory.departments[parent].id)]
    }

    private func membership(_ list: ObservedFact, _ element: ObservedFact, holds: Bool) -> [Change] {
        guard case .list(let elements) = list.value else { return [] }
        if holds {
            return set(list, to: .list(elements.filter { !$0.equals(element.value) })) + different(element)
        }
        return set(list, to: .list(elements + [element.value])) + elements.prefix(8).flatMap { set(element, to: $0) }
    }

    /// Changes of what a plugin's function takes: another value, and for an address also one inside a network among the
    /// function's arguments.
    private func supplied(_ fact: ObservedFact) -> [Change] {
        let networks = fact.parts.flatMap(\.texts).compactMap { try? IPNetwork($0) }
        return fact.operands.flatMap { operand in
            let addresses = operand.type == .ip ? networks.flatMap { set(operand, to: .ip($0.address)) } : []
            return addresses + different(operand)
        }
    }

    private func granting(_ permission: ExactName, to holder: ObservedFact, _ holds: Bool) -> [Change] {
        if holder.type == .ceiling { return [] }
        switch holder.value {
        case .user(let index): return [.userHolds(directory.users[index].id, permission: permission, holds)]
        case .userType(let index):
            return [.userTypeHolds(directory.userTypes[index].id, permission: permission, holds)]
        default: break
        }
        guard let index = assignment(holder) else { return [] }
        let assignment = directory.assignments[index]
        return [
            .userTypeHolds(directory.userTypes[assignment.userType].id, permission: permission, holds),
            .userHolds(directory.users[assignment.user].id, permission: permission, holds),
        ]
    }

    private func meeting(_ holder: ObservedFact, _ department: ObservedFact, holds: Bool) -> [Change] {
        guard case .department(let index) = department.value, let own = assignment(holder) else { return [] }
        let permissions = directory.assignments[own].permissions
        if holds {
            let closed = departments.filter { !directory.permissions(permissions, meet: $0) }
            return closed.prefix(8).flatMap { set(department, to: .department($0)) }
        }
        var changes: [Change] = []
        var next: Int? = index
        while let current = next {
            for permission in directory.departments[current].requires where !permissions.permits(permission) {
                changes += granting(permission, to: holder, true)
                changes.append(
                    .departmentRequires(directory.departments[current].id, permission: permission, false))
            }
            next = directory.departments[current].parent
        }
        let open = departments.filter { directory.permissions(permissions, meet: $0) }
        return changes + open.prefix(Self.most).flatMap { set(department, to: .department($0)) }
    }
}

/// A holder as a member of a set.
private enum HolderKey: Hashable {
    case token, proposed, actor, actorToken

    init(_ holder: ResolvedRequest.Holder) {
        switch holder {
        case .token: self = .token
        case .proposed: self = .proposed
        case .actor: self = .actor
        case .actorToken: self = .actorToken
        }
    }

    var holder: ResolvedRequest.Holder {
        switch self {
        case .token: .token
        case .proposed: .proposed
        case .actor: .actor
        case .actorToken: .actorToken
        }
    }
}
