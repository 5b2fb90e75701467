internal import Engine
internal import Model
internal import Policies

/// The values of properties, strings, numbers and times.
extension ExampleBuilder {
    // MARK: Records

    /// The properties of a record: those that were found to be there, and those that must be.
    mutating func record(
        of base: FactTable.ID, _ properties: [Schema.Property], _ tenant: inout TenantRecord
    ) -> JSON {
        var members: [JSON.Member] = []
        for property in properties {
            let term = table.expressions.intern(
                .property, base, table.expressions.name(property.name), type: property.type)
            guard isThere(term) || !property.isOptional else { continue }
            members.append(.init(property.name, json(term, property.type, &tenant)))
        }
        return .object(members)
    }

    private mutating func json(_ term: FactTable.ID, _ type: ValueType, _ tenant: inout TenantRecord) -> JSON {
        switch type {
        case .restricted(let plain, .oneOf(let names)): return .string(string(term, among: names, plain))
        case .restricted(.list(let element), .count(let count)):
            return list(term, element, atLeast: count, &tenant)
        case .restricted(let plain, _): return json(term, plain, &tenant)
        case .boolean: return .boolean(encoder.knows(term) && found.holds(encoder.holds(term)))
        case .string: return .string(string(term))
        case .department: return .string(department(isThere(term) ? term : nil, &tenant))
        case .user: return .string(user(isThere(term) ? term : nil, &tenant))
        case .ip, .network: return .string(address(term))
        case .list(let element): return list(term, element, atLeast: 0, &tenant)
        case .map(let value): return map(term, value, &tenant)
        case .record(let properties): return record(of: term, properties, &tenant)
        default: return (time(term) ?? standard(type)).json(in: .empty) ?? .null
        }
    }

    private mutating func list(
        _ term: FactTable.ID, _ element: ValueType, atLeast count: Int, _ tenant: inout TenantRecord
    ) -> JSON {
        var items: [JSON] = []
        let ids = encoder.terms.filter {
            table.node($0).operation == .element && table.node($0).a == term && isThere($0)
        }
        let last = ids.map { Int(table.node($0).b) + 1 }.max() ?? 0
        var most = max(last, count)
        for id in encoder.terms where table.node(id).operation == .length && table.node(id).a == term {
            let known = (0...8).first { isEqual(id, table.constant(.integer(Int64($0)), .number)) }
            most = max(most, known ?? 0)
        }
        for index in 0..<most {
            let id = table.expressions.intern(.element, term, UInt32(index), type: element)
            items.append(json(id, element, &tenant))
        }
        for id in encoder.terms where table.node(id).operation == .contains && table.node(id).a == term {
            guard found.holds(encoder.holds(id)) else { continue }
            let value = table.node(id).b
            let item = table.constant(value).flatMap { $0.json(in: .empty) } ?? json(value, element, &tenant)
            if !items.contains(item) { items.append(item) }
        }
        return .array(items)
    }

    private mutating func map(_ term: FactTable.ID, _ value: ValueType, _ tenant: inout TenantRecord) -> JSON {
        var members: [JSON.Member] = []
        for id in encoder.terms where table.node(id).operation == .entry && table.node(id).a == term && isThere(id) {
            let key = table.node(id).b
            let name: ExactName
            if case .string(let text)? = table.constant(key) {
                name = ExactName(text)
            } else {
                name = ExactName(string(key))
            }
            guard !members.contains(where: { $0.key == name }) else { continue }
            members.append(.init(name, json(id, value, &tenant)))
        }
        return .object(members)
    }

    // MARK: Strings and addresses

    /// The string of a term: the constant that it is equal to, or one that it shares with what it is equal to.
    func string(_ term: FactTable.ID) -> String { namedString(term) ?? "value\(term)" }

    /// The same; `nil` where it can be any string that no other term has.
    func namedString(_ term: FactTable.ID) -> String? {
        if case .string(let text)? = table.constant(term) { return text }
        if let names = table.names(of: term, in: context), !names.isEmpty {
            return string(term, among: names, .string)
        }
        var first = term
        for second in explored.formula.compared[term] ?? [] {
            guard isEqual(term, second) else { continue }
            if case .string(let text)? = table.constant(second) { return text }
            first = min(first, second)
        }
        return first == term ? nil : "value\(first)"
    }

    private func string(_ term: FactTable.ID, among names: [ExactName], _ type: ValueType) -> String {
        let constants = names.map { ($0, table.constant(.string($0), .string)) }
        if let equal = constants.first(where: { isEqual(term, $0.1) }) { return equal.0.text }
        // One that no fact excludes.
        let free = constants.first { !explored.formula.has(.equal(min(term, $0.1), max(term, $0.1))) }
        return (free ?? constants[0]).0.text
    }

    /// An address or a network that is in the networks that were found, and in no others.
    private func address(_ term: FactTable.ID) -> String {
        var wanted: [IPNetwork] = []
        var others: [IPNetwork] = []
        for id in encoder.terms where table.node(id).operation == .inNetwork && table.node(id).a == term {
            guard let constant = table.constant(table.node(id).b), let network = constant.network else { continue }
            if found.holds(encoder.holds(id)) { wanted.append(network) } else { others.append(network) }
        }
        for second in explored.formula.compared[term] ?? [] {
            if isEqual(term, second), let value = table.constant(second) { return Self.text(value) }
        }
        let usual = ["192.0.2.1", "198.51.100.1", "203.0.113.1", "10.1.2.3", "172.16.1.1", "2001:db8::1"]
        let candidates = (wanted.map(\.address.description) + usual).compactMap { try? IPNetwork($0) }
        let fitting = candidates.first { candidate in
            wanted.allSatisfy { $0.contains(candidate) } && !others.contains { $0.contains(candidate) }
        }
        return (fitting ?? candidates[0]).address.description
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .ip(let address): address.description
        case .network(let network): network.description
        default: "192.0.2.1"
        }
    }

    // MARK: Numbers and times

    /// The value of a number or a time: what a search has chosen, or one whose order is the one that was found.
    func time(_ term: FactTable.ID) -> Value? {
        if let chosen = chosen[term] { return chosen }
        guard encoder.knows(term) else { return nil }
        return ranked(term)
    }

    /// A plain value of a type that nothing restricts.
    func standard(_ type: ValueType) -> Value {
        switch type {
        case .instant: .instant(now)
        case .date: .date(Date(daysSinceEpoch: now.microseconds / 86_400_000_000))
        case .time: .time(TimeOfDay(microseconds: 43_200_000_000))
        case .duration: .duration(TimeSpan(from: now, to: now))
        default: .integer(1)
        }
    }

    /// A value between the constants and the other terms as their order was found.
    private func ranked(_ term: FactTable.ID) -> Value? {
        let scale = OrderedScale(table.type(term), now: now)
        guard let scale else { return nil }
        func isAtMost(_ one: FactTable.ID, _ other: FactTable.ID) -> Bool? {
            let atom = Atom.atMost(one, other)
            return explored.formula.has(atom) ? isTrue(atom) : nil
        }
        var lower: Int64?
        var upper: Int64?
        var below: Set<FactTable.ID> = []
        for second in explored.formula.compared[term] ?? [] {
            guard isThere(second) || table.constant(second) != nil else { continue }
            let (up, down) = (isAtMost(term, second), isAtMost(second, term))
            if let value = table.constant(second).flatMap(scale.number) {
                if up == true, down == true { return scale.value(value) }
                if down == true || up == false { lower = max(lower ?? value, value) }
                if up == true || down == false { upper = min(upper ?? value, value) }
            } else if down == true, up == false {
                below.insert(second)
            }
        }
        let time = part(.time, .instant)
        if term == time, lower == nil, upper == nil { return .instant(now) }
        let step = Int64(below.count + 1)
        switch (lower, upper) {
        case (let lower?, let upper?):
            let gap = (upper - lower) / Int64(encoder.terms.count + 2)
            return scale.value(lower + max(1, min(gap, scale.step)) * step)
        case (let lower?, nil): return scale.value(lower + scale.step * step)
        case (nil, let upper?): return scale.value(upper - scale.step * Int64(encoder.terms.count) + scale.step * step)
        case (nil, nil):
            guard table.type(term) == .instant, encoder.knows(time), isThere(term) else {
                return scale.value(scale.start + scale.step * step)
            }
            // Instants are arranged around the time of the request.
            let isBefore = isAtMost(term, time) == true
            let isSame = isBefore && isAtMost(time, term) == true
            if isSame { return .instant(now) }
            return scale.value(scale.start + scale.step * (isBefore ? step - Int64(encoder.terms.count) : step))
        }
    }
}

/// The values of an ordered type as whole numbers.
struct OrderedScale {
    let type: ValueType
    /// The number at which values without bounds begin.
    let start: Int64
    /// The usual distance of two values.
    let step: Int64

    init?(_ type: ValueType, now: Instant) {
        self.type = type
        switch type {
        case .number: (start, step) = (0, 1_000)
        case .instant: (start, step) = (now.microseconds, 86_400_000_000)
        case .date: (start, step) = (now.microseconds / 86_400_000_000, 1)
        case .time: (start, step) = (8 * 3_600_000_000, 60_000_000)
        case .duration: (start, step) = (0, 3_600_000_000)
        default: return nil
        }
    }

    /// Numbers are counted in thousandths.
    func number(_ value: Value) -> Int64? {
        switch value {
        case .integer(let number) where abs(number) < 1 << 50: number * 1_000
        case .number(let number) where abs(number) < 1e15: Int64((number * 1_000).rounded())
        case .instant(let instant): instant.microseconds
        case .date(let date): date.daysSinceEpoch
        case .time(let time): time.microseconds
        case .duration(let span): span.microseconds
        default: nil
        }
    }

    /// True for a value of the type.
    func holds(_ value: Value) -> Bool {
        switch (type, value) {
        case (.number, .integer), (.number, .number), (.instant, .instant), (.date, .date), (.time, .time),
            (.duration, .duration):
            true
        default: false
        }
    }

    func value(_ number: Int64) -> Value {
        switch type {
        case .instant: .instant(Instant(microseconds: number))
        case .date: .date(Date(daysSinceEpoch: number))
        case .time: .time(TimeOfDay(microseconds: min(max(number, 0), 86_399_000_000)))
        case .duration:
            .duration(
                TimeSpan(from: Instant(microseconds: 0), to: Instant(microseconds: number)))
        default: number % 1_000 == 0 ? .integer(number / 1_000) : .number(Double(number) / 1_000)
        }
    }
}
