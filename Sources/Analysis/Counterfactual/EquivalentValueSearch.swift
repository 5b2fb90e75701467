internal import Decisions
internal import Engine
internal import Model
internal import Policies

/// Finds every value of one property of the request that has the same effect as a value that was found.
struct EquivalentValueSearch {
    private let whatIf: WhatIfEvaluator
    /// The other changes of the path.
    private let others: [Change]
    private let property: Change.Property
    private let wanted: Bool

    /// The greatest number of departments that are decided one by one.
    private static let mostDepartments = 1_000
    private static let mostThresholds = 64

    init(_ whatIf: WhatIfEvaluator, others: [Change], property: Change.Property, wanted: Bool) {
        self.whatIf = whatIf
        self.others = others
        self.property = property
        self.wanted = wanted
    }

    /// - Parameter value: a value that has the effect.
    func span(around value: JSON) -> ValueRange {
        switch whatIf.policies.schema.declared(property, in: whatIf.question)?.type {
        case .department: departments(value)
        case .number, .instant, .date, .time, .duration: ordered(value)
        case .ip: network(value)
        case .string: texts(value)
        default: .values([value])
        }
    }

    private func holds(_ value: JSON) -> Bool {
        whatIf.permits(others + [.property(property, .init(value))]) == wanted
    }

    private func departments(_ value: JSON) -> ValueRange {
        let directory = whatIf.directory
        let own = directory.departments.indices.filter {
            directory.tenants[directory.departments[$0].tenant].id == whatIf.tenant
        }
        guard own.count <= Self.mostDepartments else { return .values([value]) }
        // In the order of the tree: a department comes right before those under it.
        let answers = Dictionary(uniqueKeysWithValues: own.map { ($0, holds(.string(directory.departments[$0].id))) })
        var whole: [Int] = []
        for department in own where answers[department]! {
            if let last = whole.last, directory.department(department, isWithin: last) { continue }
            let under = own.filter { directory.department($0, isWithin: department) }
            if under.allSatisfy({ answers[$0]! }) { whole.append(department) }
        }
        let single = own.filter { one in answers[one]! && !whole.contains { directory.department(one, isWithin: $0) } }
        func ids(_ numbers: [Int]) -> [ExactName] { numbers.map { directory.departments[$0].id } }
        let isLeaves = whole.allSatisfy { one in own.count { directory.department($0, isWithin: one) } == 1 }
        guard single.isEmpty, !isLeaves else { return .values(ids(own.filter { answers[$0]! }).map(JSON.string)) }
        return .departments(ids(whole))
    }

    private func network(_ value: JSON) -> ValueRange {
        guard let address = value.string.flatMap({ IPAddress($0) }),
            let found = whatIf.examine(others + [.property(property, .init(value))])
        else { return .values([value]) }
        // When the only fact read of the address is one network, every address in that network has the same effect.
        let read = found.traced.facts.filter { $0.reads(property) && !$0.isPresence(of: property) }
        var networks: Set<IPNetwork> = []
        for fact in read {
            guard fact.operation == .inNetwork, fact.operands[0].isProperty(property),
                !fact.operands[1].reads(property), let network = fact.operands[1].value.network
            else { return .values([value]) }
            if network.contains(address) { networks.insert(network) }
        }
        guard networks.count == 1, read.count == 1 else { return .values([value]) }
        return .network(networks.first!)
    }

    /// The strings with the effect, where the property is only compared with strings, or looked for among some: what is
    /// none of them has one effect.
    private func texts(_ value: JSON) -> ValueRange {
        guard let own = value.string else { return .values([value]) }
        var known = [own]
        var answers: [Bool] = []
        while answers.count < known.count {
            let next = [Change.property(property, .init(.string(known[answers.count])))]
            guard let found = whatIf.examine(others + next) else {
                answers.append(false)
                continue
            }
            answers.append(found.traced.decision.isPermitted == wanted)
            for fact in found.traced.facts where fact.reads(property) && !fact.isPresence(of: property) {
                guard let texts = compared(fact) else { return .values([value]) }
                for text in texts where !known.contains(where: text.isSameBytes) { known.append(text) }
            }
            guard known.count <= Self.mostThresholds else { return .values([value]) }
        }
        // One that nothing names: the first that was tried may itself be none of the others.
        var fresh = "other"
        while known.contains(where: fresh.isSameBytes) { fresh += "." }
        let isFresh = holds(.string(fresh))
        let with = zip(known, answers).filter { $0.1 == !isFresh }.map { JSON.string($0.0) }
        return isFresh ? .anythingBut(with) : .values(with)
    }

    /// The strings that the property is compared with; `nil` for a fact that reads it in another way.
    private func compared(_ fact: ObservedFact) -> [String]? {
        guard fact.operands.count == 2 else { return nil }
        let (one, other) = (fact.operands[0], fact.operands[1])
        switch fact.operation {
        case .equal where one.isProperty(property) && !other.reads(property): return other.texts
        case .equal where other.isProperty(property) && !one.reads(property): return one.texts
        case .contains where other.isProperty(property) && !one.reads(property): return one.texts
        default: return nil
        }
    }

    // MARK: Ordered values

    /// Cuts the line at every value that the property is compared with, and decides each piece, until no comparison is
    /// new.
    private func ordered(_ value: JSON) -> ValueRange {
        guard let place = position(value) else { return .values([value]) }
        var cuts: [Double] = []
        var answers: [Double: Bool] = [:]
        var open = [place]
        while let next = open.first {
            guard let found = whatIf.examine(others + [.property(property, .init(json(next)))]) else {
                answers[next] = false
                open.removeFirst()
                continue
            }
            answers[next] = found.traced.decision.isPermitted == wanted
            for fact in found.traced.facts where fact.reads(property) && !fact.isPresence(of: property) {
                guard let found = thresholds(fact) else { return .values([value]) }
                for cut in found where !cuts.contains(cut) { cuts.append(cut) }
            }
            guard cuts.count <= Self.mostThresholds else { return .values([value]) }
            open = pieces(cuts).filter { answers[$0] == nil && isOnLine($0) }
        }
        return piece(around: place, cuts.sorted(), answers)
    }

    /// True for a place that stands for a value: a day has no time before its first and after its last.
    private func isOnLine(_ place: Double) -> Bool {
        guard whatIf.policies.schema.declared(property, in: whatIf.question)?.type == .time else { return true }
        return place >= 0 && place < Double(TimeOfDay.microsecondsOfDay)
    }

    /// A value on each cut, between each two, before the first and after the last.
    private func pieces(_ cuts: [Double]) -> [Double] {
        let cuts = cuts.sorted()
        var places: [Double] = []
        for (index, cut) in cuts.enumerated() {
            if let before = between(index == 0 ? nil : cuts[index - 1], cut) { places.append(before) }
            places.append(cut)
        }
        return places + (cuts.last.flatMap { between($0, nil) }.map { [$0] } ?? [])
    }

    private var isWhole: Bool {
        if case .number? = whatIf.policies.schema.declared(property, in: whatIf.question)?.type { false } else { true }
    }

    private func between(_ low: Double?, _ high: Double?) -> Double? {
        guard let low else { return high.map { $0 - 1 } }
        guard let high else { return low + 1 }
        if !isWhole { return low + (high - low) / 2 }
        return low + 1 < high ? low + 1 : nil
    }

    private func piece(around place: Double, _ cuts: [Double], _ answers: [Double: Bool]) -> ValueRange {
        let places = answers.keys.sorted()
        guard let start = places.firstIndex(of: place) else { return .values([json(place)]) }
        var (low, high) = (start, start)
        while low > 0, answers[places[low - 1]]! { low -= 1 }
        while high + 1 < places.count, answers[places[high + 1]]! { high += 1 }
        func end(_ index: Int, outer: Int) -> ValueRange.End? {
            guard places.indices.contains(outer) else { return nil }
            // The end is a cut: the last value that holds, or the first that does not.
            let isCut = cuts.contains(places[index])
            return ValueRange.End(value: json(isCut ? places[index] : places[outer]), isIncluded: isCut)
        }
        return .between(low: end(low, outer: low - 1), high: end(high, outer: high + 1))
    }

    /// The values that the property is compared with; `nil` for a fact that reads it in another way.
    private func thresholds(_ fact: ObservedFact) -> [Double]? {
        if fact.operation == .between, fact.operands[0].isProperty(property), fact.operands[0].type == .time,
            !fact.operands.dropFirst().contains(where: { $0.reads(property) })
        {
            let ends = fact.operands.dropFirst().compactMap { position($0.value) }
            return ends.count == 2 ? ends : nil
        }
        guard [.less, .lessEqual, .equal].contains(fact.operation) else { return nil }
        let (one, other) = (fact.operands[0], fact.operands[1])
        if !other.reads(property) { return threshold(one, position(other.value)) }
        if !one.reads(property) { return threshold(other, position(one.value)) }
        return nil
    }

    /// The value of the property at which a side of a comparison reaches a bound: the bound itself, or for a difference
    /// of the property and another value, or the other way round, what is that far from the other value.
    private func threshold(_ side: ObservedFact, _ bound: Double?) -> [Double]? {
        guard let bound else { return nil }
        if side.isProperty(property) { return [bound] }
        guard side.operation == .sum || side.operation == .difference else { return nil }
        let (one, other) = (side.operands[0], side.operands[1])
        // The lengths between days are in microseconds, and days are counted.
        let unit = one.type == .date ? Double(TimeOfDay.microsecondsOfDay) : 1
        let cut: Double?
        if one.isProperty(property), !other.reads(property) {
            cut = position(other.value).map { side.operation == .sum ? bound - $0 : bound / unit + $0 }
        } else if other.isProperty(property), !one.reads(property) {
            cut = position(one.value).map { side.operation == .sum ? bound - $0 : $0 - bound / unit }
        } else {
            cut = nil
        }
        // The line of days and microseconds has whole places only.
        guard let cut, cut == cut.rounded() else { return nil }
        return [cut]
    }

    private func position(_ json: JSON) -> Double? {
        switch json {
        case .integer(let value): Double(exactly: value)
        case .number(let value): value
        case .string(let text):
            position(ofText: text)
        default: nil
        }
    }

    private func position(ofText text: String) -> Double? {
        whatIf.policies.schema.declared(property, in: whatIf.question).flatMap { try? Value(text, in: $0.type) }
            .flatMap(position)
    }

    private func position(_ value: Value) -> Double? {
        switch value {
        case .time(let time): Double(time.microseconds)
        case .duration(let span): Double(exactly: span.microseconds)
        case .integer(let value): Double(exactly: value)
        case .number(let value): value.isFinite ? value : nil
        case .date(let date): Double(date.daysSinceEpoch)
        case .instant(let instant): Double(exactly: instant.microseconds)
        default: nil
        }
    }

    private func json(_ place: Double) -> JSON {
        switch whatIf.policies.schema.declared(property, in: whatIf.question)?.type {
        case .date: return .string(Date(daysSinceEpoch: Int64(place)).description)
        case .instant: return .string(Instant(microseconds: Int64(place)).description)
        case .time: return .string(TimeOfDay(microseconds: Int64(place)).description)
        case .duration: return .string(TimeSpan(microseconds: Int64(place))?.description ?? "PT0S")
        default: return Int64(exactly: place).map(JSON.integer) ?? .number(place)
        }
    }
}

extension ObservedFact {
    /// The property of the request that it is, or a part of one, or the one whose presence it tests; `nil` for anything
    /// else.
    var named: Change.Property? {
        let step: JSON.Step
        switch operation {
        case .property(let name), .has(let name):
            let record = Change.Property.Record.allCases.first(where: operands[0].isRecord)
            if let record { return Change.Property(record, name) }
            step = .name(name)
        case .element(let number), .hasElement(let number):
            if case .map(let entries) = operands[0].value {
                guard entries.indices.contains(number - 1) else { return nil }
                step = .key(entries[number - 1].key)
            } else {
                step = .element(number - 1)
            }
        case .entry, .hasEntry:
            guard case .string(let key) = operands[1].value else { return nil }
            step = .key(ExactName(key))
        default: return nil
        }
        guard let outer = operands[0].named, operands[0].isStated else { return nil }
        return Change.Property(outer.record, path: outer.path + [step])
    }

    /// True for a part of the request, false for the test of its presence.
    private var isStated: Bool {
        switch operation {
        case .property, .element, .entry: true
        default: false
        }
    }

    /// The facts that give the keys of entries, here or on the way.
    private var keys: [ObservedFact] {
        guard named != nil, let base = operands.first else { return [] }
        return base.keys + operands.dropFirst()
    }

    /// True when it is exactly that property, not something derived from it.
    func isProperty(_ property: Change.Property) -> Bool {
        isStated && named == property
    }

    /// True when it tests the presence of that property, or of a record that it is in.
    func isPresence(of property: Change.Property) -> Bool {
        switch operation {
        case .has, .hasElement, .hasEntry: named?.contains(property) == true
        default: false
        }
    }

    /// True when its value depends on that property, or on its presence.
    func reads(_ property: Change.Property) -> Bool {
        if let named {
            return named.contains(property) || property.contains(named) || keys.contains { $0.reads(property) }
        }
        // What an element is does not change the length.
        if operation == .length, let list = operands[0].named { return property.contains(list) }
        let isRead = readByFunction.contains { place in
            let read = Change.Property(property.record, path: place.path.map(JSON.Step.name))
            return property.record.isOwner(place.owner) && (read.contains(property) || property.contains(read))
        }
        return isRead || operands.contains { $0.reads(property) }
    }

    func isRecord(_ record: Change.Property.Record) -> Bool {
        switch (type, record) {
        case (.resource, .resource), (.action, .action), (.context, .context), (.external, .subject): true
        default: false
        }
    }

    /// The properties that it depends on.
    var properties: [Change.Property] {
        if let named { return [named] + keys.flatMap(\.properties) }
        let read = Change.Property.Record.allCases.flatMap { record in
            readByFunction.filter { record.isOwner($0.owner) }.map {
                Change.Property(record, path: $0.path.map(JSON.Step.name))
            }
        }
        return read + operands.flatMap(\.properties)
    }
}

extension Change.Property.Record {
    fileprivate func isOwner(_ owner: PropertyLayout.Owner) -> Bool {
        switch (self, owner) {
        case (.resource, .resource), (.action, .action), (.context, .context), (.subject, .subject): true
        default: false
        }
    }
}
