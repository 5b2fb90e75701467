internal import Engine
internal import Model
internal import Policies

/// Validity, equality, names and order.
extension LawMaker {
    // MARK: Validity

    /// The checks of the core before any policy runs: see `ActorValidity`.
    func validity() {
        guard isValid else { return }
        let acting = context.kind == .access ? (context.subject == nil ? token : nil) : nil
        let administrator = hasActor ? actor : nil
        let time = part(.time, .instant)
        let tokens = [acting, administrator.map { table.attribute(.actorToken, of: $0, .token) }].compactMap(\.self)
        for token in tokens {
            let expires = table.attribute(.expires, of: token, .instant)
            if encoder.knows(expires) {
                imply([encoder.defined(expires)], !encoder.atMost(expires, time), .validity)
            }
            // Nothing crosses tenants: see `RequestBuilder`.
            let tenant = table.attribute(.tokenTenant, of: token, .string)
            if encoder.knows(tenant) { imply([encoder.defined(tenant)], sameTenant(tenant), .validity) }
        }
        for other in [token, part(.proposed, .token)] {
            let tenant = table.attribute(.tokenTenant, of: other, .string)
            if hasActor, encoder.knows(tenant) { imply([encoder.defined(tenant)], sameTenant(tenant), .validity) }
        }
        for holder in tokens + [administrator].compactMap(\.self) {
            let user = table.attribute(.user, of: holder, .user)
            let isActive = table.attribute(.isActive, of: user, .boolean)
            if encoder.knows(isActive) { imply([encoder.defined(isActive)], encoder.holds(isActive), .validity) }
            let own = table.attribute(.department, of: holder, .department)
            for department in terms(.department) {
                let isActive = table.attribute(.isActive, of: department, .boolean)
                guard encoder.knows(isActive) else { continue }
                imply(
                    [encoder.defined(own), encoder.defined(department), encoder.within(own, department)],
                    encoder.holds(isActive), .validity)
            }
        }
    }

    private func sameTenant(_ tenant: FactTable.ID) -> Literal { encoder.equal(tenant, part(.tenant, .string)) }

    // MARK: Equality

    /// Equal records have equal attributes, and records with the same id are equal: ids are unique in a tenant.
    func attributes() {
        for type in [ValueType.department, .user, .userType] {
            let all = terms(type)
            guard all.count <= Self.mostRelated else { continue }
            for (index, one) in all.enumerated() {
                for other in all[(index + 1)...] {
                    var isSame: Literal?
                    func same() -> Literal {
                        if let isSame { return isSame }
                        let literal = formula.all(
                            [encoder.defined(one), encoder.defined(other), encoder.equal(one, other)])
                        isSame = literal
                        return literal
                    }
                    for id in encoder.terms {
                        guard let attribute = attribute(id), table.node(id).a == one else { continue }
                        let second = table.attribute(attribute, of: other, table.type(id))
                        guard encoder.knows(second) else { continue }
                        if table.type(id) == .boolean {
                            imply([same(), encoder.holds(id)], encoder.holds(second), .sameAttributes)
                            imply([same(), encoder.holds(second)], encoder.holds(id), .sameAttributes)
                        } else if table.type(id) == .string {
                            imply([same()], encoder.equal(id, second), .sameAttributes)
                            guard attribute == .id else { continue }
                            let both = [encoder.defined(id), encoder.defined(second), encoder.equal(id, second)]
                            imply(both, encoder.equal(one, other), .sameAttributes)
                        }
                    }
                    for name in formula.permissions[one] ?? [] where formula.has(.permits(other, name)) {
                        imply([same(), encoder.permits(one, name)], encoder.permits(other, name), .sameAttributes)
                        imply([same(), encoder.permits(other, name)], encoder.permits(one, name), .sameAttributes)
                    }
                }
            }
        }
    }

    /// Equality of names and of records: a term is one name of those that it can be, and equal to whatever is.
    func names() {
        for id in encoder.terms where table.type(id) == .string && table.constant(id) == nil {
            guard let names = table.names(of: id, in: context), names.count <= FactEncoder.mostNames else { continue }
            guard formula.compared[id] != nil || names.count == 1 else { continue }
            let isOne = names.map { encoder.equal(id, table.constant(.string($0), .string)) }
            add([!encoder.defined(id)] + isOne, .names)
        }
        for id in encoder.terms where table.type(id) == .number && table.constant(id) == nil {
            guard formula.compared[id] != nil, let numbers = table.numbers(of: id) else { continue }
            let isOne = numbers.map { encoder.equal(id, table.constant($0, .number)) }
            add([!encoder.defined(id)] + isOne, .names)
        }
        for group in groups(of: [.string, .user, .userType, .ip, .network]) {
            let constants = group.filter { table.constant($0) != nil }
            let others = group.filter { table.constant($0) == nil }
            for id in others { atMostOne(constants.map { encoder.equal(id, $0) }, .names) }
            guard others.count <= Self.mostRelated else { continue }
            for one in others {
                for other in others where one != other {
                    for third in group
                    where third != one && third != other && (other < third || table.constant(third) != nil) {
                        imply(
                            [encoder.equal(one, other), encoder.equal(one, third)], encoder.equal(other, third),
                            .equality)
                    }
                }
            }
        }
    }

    /// The terms that atoms compare with each other, directly or through others, for some types.
    private func groups(of types: Set<ValueType>) -> [[FactTable.ID]] {
        var groups: [[FactTable.ID]] = []
        var seen: Set<FactTable.ID> = []
        for start in formula.compared.keys.sorted()
        where types.contains(table.type(start)) && !seen.contains(start) {
            var group: [FactTable.ID] = []
            var waiting = [start]
            while let id = waiting.popLast() {
                guard seen.insert(id).inserted else { continue }
                group.append(id)
                waiting += formula.compared[id]!
            }
            groups.append(group.sorted())
        }
        return groups
    }

    /// A network holds the addresses of the networks inside it, and none of one beside it.
    func networks() {
        let all = facts(.inNetwork)
        for one in all {
            guard let own = table.constant(table.node(one).b)?.network else { continue }
            for other in all where other != one && table.node(other).a == table.node(one).a {
                guard let second = table.constant(table.node(other).b)?.network else { continue }
                if second.contains(own) {
                    imply([encoder.holds(one)], encoder.holds(other), .networks)
                } else if one < other, !own.contains(second) {
                    add([!encoder.holds(one), !encoder.holds(other)], .networks)
                }
            }
        }
    }

    // MARK: Order

    private static let ordered: Set<ValueType> = [.number, .instant, .date, .time, .duration, .string]

    /// Numbers, times and strings have one order each: see `Value.isLess`.
    func order() {
        calendar()
        for type in Self.ordered.sorted(by: { $0.name < $1.name }) {
            let isCompared = formula.atoms.contains {
                if case .atMost(let one, _) = $0 { table.type(one) == type } else { false }
            }
            guard isCompared || type != .string else { continue }
            for group in groups(of: [type]) { order(group.filter { !encoder.mayBeUnordered($0) }) }
        }
    }

    private func order(_ group: [FactTable.ID]) {
        let constants = group.filter { table.constant($0) != nil }.sorted {
            table.constant($0)!.isLess(table.constant($1)!)
        }
        let others = group.filter { table.constant($0) == nil }
        for one in others {
            for constant in constants {
                add([encoder.atMost(one, constant), encoder.atMost(constant, one)], .order)
                equate(
                    encoder.equal(one, constant),
                    formula.all([encoder.atMost(one, constant), encoder.atMost(constant, one)]), .order)
            }
            for (lower, upper) in zip(constants, constants.dropFirst()) {
                imply([encoder.atMost(one, lower)], encoder.atMost(one, upper), .order)
                imply([encoder.atMost(upper, one)], encoder.atMost(lower, one), .order)
                if table.constant(lower)!.isLess(table.constant(upper)!) {
                    imply([encoder.atMost(one, lower)], !encoder.atMost(upper, one), .order)
                }
            }
        }
        guard others.count <= Self.mostRelated else { return }
        for (index, one) in others.enumerated() {
            for other in others[(index + 1)...] {
                add([encoder.atMost(one, other), encoder.atMost(other, one)], .order)
                equate(
                    encoder.equal(one, other),
                    formula.all([encoder.atMost(one, other), encoder.atMost(other, one)]), .order)
            }
        }
        for one in others {
            for other in others where one != other {
                for third in group where third != one && third != other {
                    imply(
                        [encoder.atMost(one, other), encoder.atMost(other, third)], encoder.atMost(one, third), .order)
                    if table.constant(third) != nil {
                        imply(
                            [encoder.atMost(third, one), encoder.atMost(one, other)], encoder.atMost(third, other),
                            .order)
                    }
                }
            }
        }
    }

    /// Days keep the order that instants have, but for one hour in zones whose clocks go back over midnight: there, a later
    /// instant has an earlier day. So of days only their equality is a law. A day that moves by months and days keeps its
    /// order, since the end of a month clamps it; an instant that moves so does not, since its time of day stays.
    private func calendar() {
        let all = encoder.terms
        for one in all {
            guard let (source, kind) = derived(one) else { continue }
            for other in all where other != one {
                guard let (second, otherKind) = derived(other) else { continue }
                let both = [encoder.defined(one), encoder.defined(other)]
                switch (kind, otherKind) {
                case (.day, .day), (.lastDay, .lastDay):
                    imply(both + [encoder.equal(source, second)], encoder.equal(one, other), .calendar)
                case (.endOfDay, .endOfDay):
                    imply(both + [encoder.atMost(source, second)], encoder.atMost(one, other), .calendar)
                case (.plus(let period), .plus(let longer)) where period.isAtMost(longer):
                    imply(both + [encoder.atMost(source, second)], encoder.atMost(one, other), .calendar)
                default: break
                }
            }
            if case .plus(let period) = kind, Period().isAtMost(period) {
                imply([encoder.defined(one)], encoder.atMost(source, one), .calendar)
            }
        }
    }

    private enum Derivation {
        case day
        case lastDay
        case endOfDay
        case plus(Period)
    }

    /// The term from which a day or a moved day is made, and the function between them.
    private func derived(_ id: FactTable.ID) -> (FactTable.ID, Derivation)? {
        let node = table.node(id)
        switch node.operation {
        case .attribute:
            switch Attribute(rawValue: node.b)! {
            case .dateOf: return (node.a, .day)
            case .today: return (part(.time, .instant), .day)
            case .lastDay: return (table.attribute(.expires, of: node.a, .instant), .lastDay)
            default: return nil
            }
        case .endOfDay: return (node.a, .endOfDay)
        case .plus where table.type(id) == .date: return (node.a, .plus(table.expressions.periods[Int(node.b)]))
        default: return nil
        }
    }
}

extension Period {
    /// True when no part of it is greater than that of another, and none of the other is negative where its own is not.
    fileprivate func isAtMost(_ other: Period) -> Bool {
        let own = [years * 12 + months, weeks * 7 + days]
        let others = [other.years * 12 + other.months, other.weeks * 7 + other.days]
        // Hours are only added to instants, and those of a day in summer time are other hours: they are compared alone.
        guard hours == 0, minutes == 0, seconds == 0, other.hours == 0, other.minutes == 0, other.seconds == 0 else {
            return false
        }
        return zip(own, others).allSatisfy { $0 <= $1 }
    }
}
