internal import Model

/// Answers expressions for one request, in native code: this is what a fact is asked of.
///
/// Each is computed once a request and remembered. A value that is absent or wrong stays so: deciding never throws.
@safe struct Facts: ~Copyable {
    /// The last request that was given away to be kept here.
    private let kept: UnsafeBox<ResolvedRequest>
    /// The request that is asked about: the kept one, or one that is lent.
    private(set) var current: UnsafeMutablePointer<ResolvedRequest>
    let schema: Schema
    let expressions: Expressions
    private var policies: [PolicyFacts]
    let plugins: PluginSet
    /// Runs the functions of plugins that are Lua.
    let runner: PluginRunner?
    /// For native functions of plugins, by expression and tenant, what was done once.
    var prepared: [UInt64: PreparedFunction] = [:]
    /// The arguments of the function that runs, where these are a function's facts.
    private(set) var arguments: [Value] = []
    /// The last request for which a function of a plugin was stopped by a net that says nothing of it.
    private var stoppedAt: UInt32 = 0

    // The expressions as of the last one asked, so that asking reads flat arrays.
    private(set) var nodes: [Expressions.Node] = []
    private(set) var types: [ValueType] = []

    /// How an expression is asked again, and what it came to; good for a request when the stamp is its own.
    struct Asked: BitwiseCopyable {
        var compiledFact: CompiledFact
        var stamp: UInt32 = 0
        var truth = TernaryTruth.other
    }

    private static let unasked = Asked(compiledFact: CompiledFact(.general, fact: CompiledFact.noFact))
    private var asked = UncheckedArray<Asked>()

    // By expression; good for a request when the stamp is its own.
    private var values: [Value] = []
    private var reads: [ReadSet] = []
    private var stamps: [UInt32] = []
    /// What was read for the expression that is computed now.
    private var noted = ReadSet()
    /// Places of properties whose values have numbers.
    let numbered: Set<Int>
    /// For a fact that is remembered, all that was ever read for it.
    private var everRead: [Expressions.ID: ReadSet] = [:]
    /// A mistake that only tests make, to see that it is found.
    var plantedFault: PlantedFault?
    private var stamp: UInt32 = 0

    /// For an expression that asks whether something is there: which attribute; -1 for a declared property.
    private(set) var presences: [Int32] = []
    /// For an expression that names a property, or asks whether it is there: its place; -1 when no type has it.
    private(set) var places: [Int32] = []
    /// What stays the same from request to request on one snapshot.
    var known: SnapshotCache
    /// The constants of expressions as cells, as of the last probe.
    private(set) var constants: [PackedValue] = []
    let constantTexts: UnsafeBox<[UInt8]>
    /// What facts came to for what they depend on, on one snapshot.
    var factCache = FactCache()
    let keys: FactKeys
    /// The points in time that requests were asked at, counted: two requests in a row at one time have one number.
    private var moments = 0
    /// The code of the cell with that number.
    private var momentCode = PackedValue.uncoded
    private var moment = Int64.min

    init(
        schema: Schema, policies: [PolicyFacts] = [], keys: FactKeys = FactKeys(known: []),
        plugins: PluginSet = .none, runner: PluginRunner? = nil
    ) {
        let expressions = Expressions(actions: schema.actionIndex, plugins: plugins)
        self.schema = schema
        self.policies = policies
        self.plugins = plugins
        self.runner = runner
        self.expressions = expressions
        constantTexts = expressions.textStore
        self.keys = keys
        numbered = schema.layout.numbered
        known = SnapshotCache(schema: schema, grants: policies.map(\.grants))
        kept = UnsafeBox(
            ResolvedRequest(
                kind: .access, directory: .empty, propertyCount: schema.layout.count, now: Instant(microseconds: 0)))
        unsafe current = kept.place
    }

    /// Takes other settings of the same policies; what was kept of the others is forgotten.
    mutating func change(_ policies: [PolicyFacts]) {
        self.policies = policies
        forget()
    }

    /// Forgets what facts came to for any request.
    mutating func forget() {
        known.reset(known.directory)
        factCache.reset()
        prepared = [:]
    }

    var request: ResolvedRequest {
        _read { yield unsafe current.pointee }
    }

    /// Forgets every answer and takes the next request where the last one was kept.
    /// - Returns: what `fill` does: whether there is a request to ask about.
    mutating func begin(_ fill: (inout ResolvedRequest) -> Bool) -> Bool {
        guard fill(&kept.value) else { return false }
        begin()
        return true
    }

    /// Forgets every answer and takes a request that is lent.
    /// - Parameter request: stays where it is, and is nobody else's, until `end`.
    @inline(__always) @unsafe mutating func begin(lent request: UnsafeMutablePointer<ResolvedRequest>) {
        unsafe current = request
        begin()
    }

    /// Forgets every answer and takes the request of whoever asks a function of a plugin, and what it was given.
    @unsafe mutating func begin(nested request: UnsafeMutablePointer<ResolvedRequest>, _ arguments: [Value]) {
        unsafe current = request
        self.arguments = arguments
        noted = ReadSet()
        if unsafe request.pointee.directory !== known.directory { reset() }
        restamp()
    }

    /// Whether a function of a plugin ran out of memory or time for this request: nothing is to be learned from it.
    var hasStopped: Bool { stoppedAt == stamp }
    mutating func noteStop() { stoppedAt = stamp }

    @inline(never) private mutating func reset() {
        known.reset(request.directory)
        factCache.reset()
        prepared = [:]
    }

    /// Gives a lent request back.
    @inline(__always) mutating func end() { unsafe current = kept.place }

    @inline(__always) private mutating func begin() {
        if unsafe current.pointee.directory !== known.directory { reset() }
        if unsafe current.pointee.now.microseconds != moment { nextMoment() }
        if unsafe current.pointee.packedValues[ResolvedRequest.Place.moment].code != momentCode {
            unsafe current.pointee.set(moment: moments)
        }
        restamp()
    }

    @inline(never) private mutating func nextMoment() {
        moment = request.now.microseconds
        moments = (moments + 1) & 0x7FF_FFFF
        momentCode = PackedValue(.moment, moments).code
        // A number that was given before must not say what it said then.
        if moments == 0 { factCache.reset() }
    }

    @inline(__always) private mutating func restamp() {
        stamp &+= 1
        if stamp == 0 { forgetStamps() }
    }

    @inline(never) private mutating func forgetStamps() {
        stamps = stamps.map { _ in 0 }
        for index in 0..<asked.count { asked[index].stamp = 0 }
        (stamp, stoppedAt) = (1, 0)
    }

    /// Makes room for the expressions that were formed since.
    private mutating func grow() {
        // In parts, as constants are: see `takeConstants`.
        nodes.append(contentsOf: expressions.nodes[nodes.count...])
        types.append(contentsOf: expressions.types[types.count...])
        let missing = nodes.count - stamps.count
        stamps.append(contentsOf: repeatElement(0, count: missing))
        values.append(contentsOf: repeatElement(.absent, count: missing))
        reads.append(contentsOf: repeatElement(ReadSet(), count: missing))
        for node in nodes.suffix(missing) {
            guard node.operation == .has || node.operation == .property else {
                presences.append(-1)
                places.append(-1)
                continue
            }
            let name = expressions.names[Int(node.b)]
            presences.append(expressions.attribute(name, of: node.a).map(Int32.init) ?? -1)
            places.append(schema.layout.place(name, of: types[Int(node.a)]).map(Int32.init) ?? -1)
        }
    }

    /// A boolean fact's answer; `other` for what is no boolean.
    mutating func truth(of fact: Expressions.ID) -> TernaryTruth {
        let index = Int(fact)
        if index >= asked.count { asked.fill(to: max(expressions.count, 256), with: Self.unasked) }
        if asked[index].stamp == stamp { return asked[index].truth }
        if asked[index].compiledFact.fact != fact { _ = compiledFact(fact) }
        let quick = quickTruth(asked[index].compiledFact)
        let truth = quick == .other ? truth(asked[index].compiledFact) : quick
        asked[index].truth = truth
        asked[index].stamp = stamp
        return truth
    }

    /// How a fact is asked.
    mutating func compiledFact(_ fact: Expressions.ID) -> CompiledFact {
        let index = Int(fact)
        if index >= asked.count { asked.fill(to: max(expressions.count, 256), with: Self.unasked) }
        if asked[index].compiledFact.fact == fact { return asked[index].compiledFact }
        takeConstants()
        asked[index].compiledFact = expressions.compiledFact(fact, schema)
        guard asked[index].compiledFact.operation == .remembered else { return asked[index].compiledFact }
        _ = value(fact)
        return widen(fact)
    }

    /// How a fact is asked that is remembered, now that something more was read for it than ever before.
    ///
    /// INVARIANT: what was remembered by other places is not found any more, as the version differs.
    mutating func widen(_ fact: Expressions.ID) -> CompiledFact {
        let compiledFact = compiledFact(fact)
        let all = everRead[fact, default: ReadSet()].union(reads[Int(fact)])
        everRead[fact] = all
        let index = Int(fact)
        if let places = all.keys(numbered), let wider = compiledFact.next(by: places) {
            asked[index].compiledFact = wider
        } else {
            asked[index].compiledFact = CompiledFact(.general, fact: fact)
        }
        return asked[index].compiledFact
    }

    /// Whether a fact was told apart so far by all that was read for it now.
    /// - Precondition: it has been asked of this request by `value`.
    func isCovered(_ fact: Expressions.ID) -> Bool {
        reads[Int(fact)].isSubset(of: everRead[fact, default: ReadSet()])
    }

    /// What was read of the request for the value of an expression.
    mutating func reads(for id: Expressions.ID) -> ReadSet {
        _ = value(id)
        return reads[Int(id)]
    }

    /// What has been read since a function of a plugin was begun.
    var readsOfFunction: ReadSet { noted }

    @inline(__always) mutating func note(_ place: Int) { noted.insert(place) }

    /// Adds what somebody else has read for a value that is computed now.
    mutating func note(_ reads: ReadSet) {
        noted.formUnion(reads)
        if let plantedFault { for place in plantedFault.forgottenPlaces { noted.remove(place) } }
    }

    /// Takes over the constants that were formed since.
    ///
    /// INVARIANT: what expressions hold is copied in parts and never shared: a shared array would be copied whole for the next
    /// constant that is formed, and so for each.
    private mutating func takeConstants() {
        guard constants.count < expressions.packedValues.count else { return }
        constants.append(contentsOf: expressions.packedValues[constants.count...])
    }

    /// Whether the request, or the clock, brings what an expression stands for.
    mutating func isForeign(_ id: Expressions.ID) -> Bool {
        if expressions.isForeign[Int(id)] { return true }
        // A plugin may make a text or a number of anything that it was given.
        guard expressions.isMadeByPlugin(id), !expressions.isBounded(id) else { return false }
        let reads = reads(for: id)
        guard let places = reads.places else { return true }
        return places.contains { [numbered] place in
            !ReadSet.isNumbered(place, numbered) || place == ResolvedRequest.Place.moment
        }
    }

    /// The value of an expression for this request.
    mutating func value(_ id: Expressions.ID) -> Value {
        let index = Int(id)
        if index >= stamps.count { grow() }
        if stamps[index] == stamp {
            noted.formUnion(reads[index])
            return values[index]
        }
        let before = noted
        noted = ReadSet()
        let value = compute(nodes[index], id)
        values[index] = value
        reads[index] = noted
        stamps[index] = stamp
        noted.formUnion(before)
        return value
    }

    private mutating func compute(_ node: Expressions.Node, _ id: Expressions.ID) -> Value {
        switch node.operation {
        case .request, .settings: return .entity
        case .constant: return expressions.constants[Int(node.a)]
        case .attribute: return attribute(node)
        case .property: return property(id)
        case .setting:
            let (tenant, directory) = (tenant(), request.directory)
            return known.setting(id, tenant: plantedFault == .settings ? 0 : tenant) { [policies, expressions] in
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
            return .instant(zone().start(of: next))
        case .has: return .boolean(has(id, node))
        case .equal: return compare(node) { $0.equals($1) }
        case .less: return compare(node) { $0.isLess($1) }
        case .lessEqual: return compare(node) { $0.isLess($1) || $0.equals($1) }
        case .isWithin:
            return compare(node) { [directory = known.directory] one, other in
                guard case .department(let one) = one, case .department(let other) = other else { return false }
                return directory.department(one, isWithin: other)
            }
        case .inNetwork:
            switch value(node.a) {
            case .ip(let address): return .boolean(expressions.networks[Int(node.b)].contains(address))
            case .failure(let message): return .failure(message)
            default: return absence(node.a)
            }
        case .contains:
            return compare(node) { list, element in
                guard case .list(let list) = list else { return false }
                return list.contains { $0.equals(element) }
            }
        case .meets:
            guard isHolderThere(node.a) else { return absence(node.a) }
            guard let permissions = permissions(of: node.a) else { return .boolean(true) }
            guard case .department(let department) = value(node.b) else { return absence(node.b) }
            return .boolean(request.directory.permissions(permissions, meet: department))
        case .covers: return covers(node)
        case .can, .permits:
            guard isHolderThere(node.a) else { return absence(node.a) }
            // The operator holds the store and the key file: there is nothing it cannot do.
            guard let permissions = permissions(of: node.a) else { return .boolean(true) }
            guard case .string(let name) = value(node.b) else { return absence(node.b) }
            return .boolean(permissions.permits(ExactName(name)))
        case .granted: return .boolean(policies[Int(node.a)].grants.permits(action()))
        case .plugin, .table: return .entity
        case .row, .hasRow, .rowAt, .column: return row(node)
        case .call: return call(node, id)
        case .argument: return arguments[Int(node.a)]
        }
    }

    private mutating func compare(
        _ node: Expressions.Node, _ holds: (Value, Value) -> Bool
    ) -> Value {
        let one = value(node.a)
        let other = value(node.b)
        if case .failure = one { return one }
        if case .failure = other { return other }
        if let mistaken = plantedFault?.mistaken(one, other) { return mistaken }
        // Nothing is true or false of what is not there: a deny that hangs on it must not vanish.
        if case .absent = one { return absence(node.a) }
        if case .absent = other { return absence(node.b) }
        return .boolean(holds(one, other))
    }

    /// What a fact comes to that is asked of something that is not there.
    func absence(_ id: Expressions.ID) -> Value {
        let node = expressions.nodes[Int(id)]
        let text = expressions.text(id)
        switch node.operation {
        case .property: return .failure("`\(text)` is absent: ask `:has(\"\(expressions.names[Int(node.b)])\")` first")
        case .element: return .failure("`\(text)` is absent: the list has fewer elements")
        case .plus, .endOfDay, .length: return absence(node.a)
        default: return .failure("`\(text)` is absent: ask `:has` first")
        }
    }

    private mutating func later(_ node: Expressions.Node) -> Value {
        let period = expressions.periods[Int(node.b)]
        switch value(node.a) {
        case .date(let date):
            return date.adding(period).map(Value.date) ?? .failure("that is outside the years 1 to 9999")
        case .instant(let instant):
            return zone().adding(period, to: instant).map(Value.instant)
                ?? .failure("that is outside the years 1 to 9999")
        case let other: return other
        }
    }
}
