internal import Model

/// Answers expressions for one request, in native code: this is what a fact is asked of.
///
/// Each is computed once a request and remembered. A value that is absent or wrong stays so: deciding never throws.
struct Facts {
    private(set) var request: Request
    let schema: Schema
    let expressions: Expressions
    private let policies: [PolicyFacts]

    // The expressions as of the last one asked, so that asking reads flat arrays.
    private(set) var nodes: [Expressions.Node] = []
    private(set) var types: [ValueType] = []

    // By expression; good for a request when the stamp is its own.
    private var values: [Value] = []
    private var stamps: [UInt32] = []
    /// A stamp and, in the lowest two bits, a `Truth`.
    private var truths: [UInt32] = []
    private var stamp: UInt32 = 0

    /// For an expression that asks whether something is there: which attribute; -1 for a declared property.
    private(set) var presences: [Int32] = []
    /// For an expression that names a property, and each type of record: its slot, or what `slot` says.
    private var slots: [Int16] = []
    private let recordTypes: Int
    /// What stays the same from request to request on one snapshot.
    var known: KnownFacts

    init(schema: Schema, policies: [PolicyFacts], expressions: Expressions) {
        self.schema = schema
        self.policies = policies
        self.expressions = expressions
        recordTypes = schema.resources.count + schema.subjects.count + 1
        known = KnownFacts(schema: schema, grants: policies.map(\.grants))
        request = Request(
            point: .access, action: "", directory: .empty, tenant: -1, now: Instant(microseconds: 0), subject: .token)
    }

    /// Forgets every answer and takes the next request.
    mutating func begin(_ request: Request) {
        _ = begin { current in
            current = request
            return true
        }
    }

    /// Forgets every answer and takes the next request where the last one was.
    /// - Returns: what `fill` does: whether there is a request to ask about.
    mutating func begin(_ fill: (inout Request) -> Bool) -> Bool {
        let isFilled = fill(&request)
        if request.directory !== known.directory { known.reset(request.directory) }
        stamp += 1
        if stamp == 1 << 30 {
            stamps = stamps.map { _ in 0 }
            truths = truths.map { _ in 0 }
            stamp = 1
        }
        return isFilled
    }

    /// Gives the request back for the one before it; its answers stay good until the next is taken.
    mutating func exchange(_ request: inout Request) { swap(&self.request, &request) }

    /// Makes room for the expressions that were formed since.
    private mutating func grow() {
        nodes = expressions.nodes
        types = expressions.types
        let missing = nodes.count - stamps.count
        stamps.append(contentsOf: repeatElement(0, count: missing))
        truths.append(contentsOf: repeatElement(0, count: missing))
        values.append(contentsOf: repeatElement(.absent, count: missing))
        slots.append(contentsOf: repeatElement(Self.unknownSlot, count: missing * recordTypes))
        for node in nodes.suffix(missing) {
            guard node.operation == .has else {
                presences.append(-1)
                continue
            }
            presences.append(expressions.attribute(expressions.names[Int(node.b)], of: node.a).map(Int32.init) ?? -1)
        }
    }

    private static let unknownSlot: Int16 = -2

    /// The slot of the property that an expression names, in a type of record; -1 when that type has none of the name.
    /// - Parameter ordinal: resources first, then subjects, the context last.
    mutating func slot(_ id: Expressions.ID, _ ordinal: Int) -> Int {
        let place = Int(id) * recordTypes + ordinal
        if slots[place] == Self.unknownSlot {
            let subject = ordinal - schema.resources.count
            let type =
                subject < 0
                ? schema.resources[ordinal]
                : subject < schema.subjects.count ? schema.subjects[subject] : schema.context
            slots[place] = Int16(type.slot(expressions.names[Int(nodes[Int(id)].b)]) ?? -1)
        }
        return Int(slots[place])
    }

    /// Whether the request, or the clock, brings what an expression stands for.
    func isForeign(_ id: Expressions.ID) -> Bool { expressions.isForeign[Int(id)] }

    /// The value of an expression for this request.
    mutating func value(_ id: Expressions.ID) -> Value {
        let index = Int(id)
        if index >= stamps.count { grow() }
        if stamps[index] == stamp { return values[index] }
        let value = compute(nodes[index], id)
        values[index] = value
        stamps[index] = stamp
        return value
    }

    /// A boolean fact's answer; `other` for what is no boolean, or could not be answered: see `value`.
    mutating func truth(_ id: Expressions.ID) -> Truth {
        let index = Int(id)
        if index >= stamps.count { grow() }
        let cached = truths[index]
        if cached >> 2 == stamp { return Truth(rawValue: cached & 3)! }
        let truth = answer(nodes[index], id)
        truths[index] = stamp << 2 | truth.rawValue
        return truth
    }

    private mutating func compute(_ node: Expressions.Node, _ id: Expressions.ID) -> Value {
        switch node.operation {
        case .request, .settings: return .entity
        case .constant: return expressions.constants[Int(node.a)]
        case .attribute: return attribute(node)
        case .property: return property(id, of: node.a)
        case .setting:
            let (tenant, directory) = (request.tenant, request.directory)
            return known.setting(id, tenant: tenant) { [policies, expressions] in
                policies[Int(node.a)].setting(expressions.names[Int(node.b)], tenant: tenant, in: directory)
            }
        case .element:
            guard case .list(let list) = value(node.a), node.b < list.count else { return .absent }
            return list[Int(node.b)]
        case .length:
            guard case .list(let list) = value(node.a) else { return .absent }
            return .integer(Int64(list.count))
        case .plus: return later(node)
        case .endOfDay:
            guard case .date(let date) = value(node.a), let next = date.adding(Period(days: 1)) else {
                return .failure("there is no day after this one")
            }
            return .instant(zone.start(of: next))
        case .has: return .boolean(has(id, node))
        case .equal: return compare(node) { $0.equals($1) }
        case .less: return compare(node) { $0.isLess($1) }
        case .lessEqual: return compare(node) { $0.isLess($1) || $0.equals($1) }
        case .isWithin:
            return compare(node) { [request] one, other in
                guard case .department(let one) = one, case .department(let other) = other else { return false }
                return request.directory.department(one, isWithin: other)
            }
        case .contains:
            return compare(node) { list, element in
                guard case .list(let list) = list else { return false }
                return list.contains { $0.equals(element) }
            }
        case .meets:
            guard let permissions = permissions(of: node.a) else { return .boolean(true) }
            guard case .department(let department) = value(node.b) else { return .absent }
            return .boolean(request.directory.permissions(permissions, meet: department))
        case .covers: return covers(node)
        case .can, .permits:
            // The operator holds the store and the key file: there is nothing it cannot do.
            guard let permissions = permissions(of: node.a) else { return .boolean(true) }
            guard case .string(let name) = value(node.b) else { return .absent }
            return .boolean(permissions.permits(name))
        case .granted: return .boolean(policies[Int(node.a)].grants.permits(request.action))
        }
    }

    var zone: Zone { request.tenant < 0 ? .utc : request.directory.tenants[request.tenant].zone }

    private mutating func compare(
        _ node: Expressions.Node, _ holds: (Value, Value) -> Bool
    ) -> Value {
        let one = value(node.a)
        let other = value(node.b)
        if case .failure = one { return one }
        if case .failure = other { return other }
        return .boolean(holds(one, other))
    }

    private mutating func later(_ node: Expressions.Node) -> Value {
        let period = expressions.periods[Int(node.b)]
        switch value(node.a) {
        case .date(let date):
            return date.adding(period).map(Value.date) ?? .failure("that is outside the years 1 to 9999")
        case .instant(let instant):
            return zone.adding(period, to: instant).map(Value.instant)
                ?? .failure("that is outside the years 1 to 9999")
        case let other: return other
        }
    }
}
