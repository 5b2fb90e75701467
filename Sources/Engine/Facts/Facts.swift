internal import Model
internal import Policies

/// Computes the values of expressions for one request, in native code.
///
/// Each is computed once per request and cached. An absent value or a failure is a value as well: deciding never
/// throws.
@safe struct Facts: ~Copyable {
    /// The last request that the facts took over.
    private let kept: UnsafeBox<ResolvedRequest>
    /// The current request: the one taken over, or a lent one.
    private(set) var current: UnsafeMutablePointer<ResolvedRequest>
    let schema: Schema
    let expressions: Expressions
    private var policies: [PolicyFacts]
    let plugins: PluginSet
    /// Runs the functions of plugins that are written in Lua.
    let runner: PluginRunner?
    /// The prepared native functions of plugins, by expression and tenant.
    var prepared: [UInt64: PreparedFunction] = [:]
    /// The arguments of the running function, when these are the facts of a plugin's function.
    private(set) var arguments: [Value] = []
    /// The stamp of the last request for which memory or time stopped a function of a plugin.
    private var stoppedAt: UInt32 = 0

    // Copies of the expressions' arrays, as far as they were needed, so that computing reads flat arrays.
    private(set) var nodes: [Expressions.Node] = []
    private(set) var types: [ValueType] = []

    /// The compiled fact of an expression, and its answer for the request with this stamp.
    struct Asked: BitwiseCopyable {
        var compiledFact: CompiledFact
        var stamp: UInt32 = 0
        var truth = TernaryTruth.other
    }

    private static let unasked = Asked(compiledFact: CompiledFact(.general, fact: CompiledFact.noFact))
    private var asked = UncheckedArray<Asked>()

    // By expression; valid for the request with the same stamp.
    private var values: [Value] = []
    private var reads: [ReadSet] = []
    private var stamps: [UInt32] = []
    /// The places read for the expression that is being computed.
    private var noted = ReadSet()
    /// Places of properties whose values have numbers.
    let numbered: Set<Int>
    /// For a remembered fact, every place that was ever read for it.
    private var everRead: [Expressions.ID: ReadSet] = [:]
    /// A fault that only tests plant, to show that it is found.
    var plantedFault: PlantedFault?
    private var stamp: UInt32 = 0
    /// True when a holder of the request is under a ceiling that its directory does not have.
    private(set) var isNarrowed = false
    /// Another one whenever a fact of the same values may have another answer: with another snapshot in which more than
    /// tokens changed, and with other settings.
    private(set) var generation: UInt32 = 0

    /// For an expression that tests the presence of an attribute, that attribute; -1 for a declared property.
    private(set) var presences: [Int32] = []
    /// For an expression that names a property or tests its presence, its place; -1 when no type has the property.
    private(set) var places: [Int32] = []
    /// The values that stay the same from request to request on one snapshot.
    var known: SnapshotCache
    /// The constants of expressions, as of the last compiled fact.
    private(set) var constants = PackedConstants()
    /// The answers of facts by the values they depend on, on one snapshot.
    var factCache = FactCache()
    private var listIndexes = ListIndexes()
    let keys: FactKeys
    /// The place of a resource's department, by which ceilings limit; one that is always absent where there is none.
    let limitedPlace: Int
    /// The number of points in time at which requests were decided; consecutive requests at the same time share one.
    private var moments = 0
    /// The code of the packed value with that number.
    private var momentCode = PackedValue.uncoded
    private var moment = Int64.min

    init(
        schema: Schema, policies: [PolicyFacts] = [], keys: FactKeys = FactKeys(known: []),
        plugins: PluginSet = .none, runner: PluginRunner? = nil
    ) {
        let expressions = Expressions(plugins: plugins)
        self.schema = schema
        self.policies = policies
        self.plugins = plugins
        self.runner = runner
        self.expressions = expressions
        self.keys = keys
        limitedPlace = schema.layout.place("department", of: .resource) ?? ResolvedRequest.Place.nothing
        numbered = schema.layout.numbered
        known = SnapshotCache(schema: schema, grants: policies.map(\.grants))
        kept = UnsafeBox(
            ResolvedRequest(
                kind: .access, directory: .empty, propertyCount: schema.layout.count, now: Instant(microseconds: 0)))
        unsafe current = kept.place
    }

    /// Takes other settings of the same policies, and forgets everything that was cached with the old ones.
    mutating func change(_ policies: [PolicyFacts]) {
        self.policies = policies
        forget()
    }

    /// Forgets the cached answers of facts for all requests.
    mutating func forget() {
        known.reset(known.directory)
        factCache.reset()
        prepared = [:]
        generation &+= 1
    }

    var request: ResolvedRequest {
        _read { yield unsafe current.pointee }
    }

    /// Forgets every answer, and lets `fill` write the next request over the last one that was taken over.
    /// - Returns: the result of `fill`, which is false when there is no request.
    mutating func begin(_ fill: (inout ResolvedRequest) -> Bool) -> Bool {
        guard fill(&kept.value) else { return false }
        begin()
        return true
    }

    /// Forgets every answer, and takes a lent request.
    /// - Parameter request: stays at its address, and is used by nobody else, until `end`.
    @inline(__always) @unsafe mutating func begin(lent request: UnsafeMutablePointer<ResolvedRequest>) {
        unsafe current = request
        begin()
    }

    /// Forgets every answer, and takes the request of a plugin function's caller, and the arguments of the function.
    @unsafe mutating func begin(nested request: UnsafeMutablePointer<ResolvedRequest>, _ arguments: [Value]) {
        unsafe current = request
        self.arguments = arguments
        noted = ReadSet()
        if unsafe request.pointee.directory !== known.directory { reset() }
        isNarrowed = unsafe current.pointee.isNarrowed
        restamp()
    }

    /// True when memory or time stopped a function of a plugin for this request: nothing can be learned from it.
    var hasStopped: Bool { stoppedAt == stamp }
    mutating func noteStop() { stoppedAt = stamp }

    /// Takes the snapshot of the request. Where only tokens changed, the answers that do not depend on them stay.
    @inline(never) private mutating func reset() {
        let tokens = known.directory.tokens
        if known.take(request.directory) {
            factCache.forget(tokens: request.directory.tokens.changes(from: tokens))
        } else {
            factCache.reset()
            prepared = [:]
            generation &+= 1
        }
    }

    /// Gives a lent request back.
    @inline(__always) mutating func end() { unsafe current = kept.place }

    @inline(__always) private mutating func begin() {
        if unsafe current.pointee.directory !== known.directory { reset() }
        if unsafe current.pointee.now.microseconds != moment { nextMoment() }
        if unsafe current.pointee.packedValues[ResolvedRequest.Place.moment].code != momentCode {
            unsafe current.pointee.set(moment: moments)
        }
        isNarrowed = unsafe current.pointee.isNarrowed
        restamp()
    }

    @inline(never) private mutating func nextMoment() {
        moment = request.now.microseconds
        moments = (moments + 1) & 0x7FF_FFFF
        momentCode = PackedValue(.moment, moments).code
        // A number that is used again must not find the answers of its earlier use.
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
        listIndexes = ListIndexes()
    }

    /// Makes room for the expressions that were formed since the last time.
    private mutating func grow() {
        // In parts, as constants are: see `PackedConstants`.
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
            let inner = places.indices.contains(Int(node.a)) ? places[Int(node.a)] : -1
            let place =
                nodes[Int(node.a)].operation == .property && inner >= 0
                ? schema.layout.place(name, in: Int(inner)) : schema.layout.place(name, of: types[Int(node.a)])
            places.append(place.map(Int32.init) ?? -1)
        }
    }

    /// The answer of a boolean fact; `other` for a fact that is not boolean.
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

    /// The compiled form of a fact.
    mutating func compiledFact(_ fact: Expressions.ID) -> CompiledFact {
        let index = Int(fact)
        if index >= asked.count { asked.fill(to: max(expressions.count, 256), with: Self.unasked) }
        if asked[index].compiledFact.fact == fact { return asked[index].compiledFact }
        constants.take(from: expressions)
        asked[index].compiledFact = expressions.compiledFact(fact, schema)
        guard asked[index].compiledFact.operation == .remembered else { return asked[index].compiledFact }
        _ = value(fact)
        return widen(fact)
    }

    /// The compiled form of a remembered fact, once more places were read for it than ever before.
    ///
    /// INVARIANT: answers that were cached by the old places are not found any more, as the version differs.
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

    /// True when every place that was read for a fact now has been read for it before.
    /// - Precondition: `value` has computed it for this request.
    func isCovered(_ fact: Expressions.ID) -> Bool {
        reads[Int(fact)].isSubset(of: everRead[fact, default: ReadSet()])
    }

    /// The places of the request that were read for the value of an expression.
    mutating func reads(for id: Expressions.ID) -> ReadSet {
        _ = value(id)
        return reads[Int(id)]
    }

    /// The places that were read since a function of a plugin began.
    var readsOfFunction: ReadSet { noted }

    @inline(__always) mutating func note(_ place: Int) { noted.insert(place) }

    /// Adds places that were read elsewhere for the value that is being computed.
    mutating func note(_ reads: ReadSet) {
        noted.formUnion(reads)
        if let plantedFault { for place in plantedFault.forgottenPlaces { noted.remove(place) } }
    }

    /// True when the request or the clock brings the content of an expression.
    mutating func isForeign(_ id: Expressions.ID) -> Bool {
        if expressions.isForeign[Int(id)] { return true }
        // A plugin may make a string or a number of any argument.
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
        case .property: return types[Int(id)].hasParts ? record(id) : property(id)
        case .setting:
            let (tenant, directory) = (tenant(), request.directory)
            return known.setting(id, tenant: plantedFault == .settings ? 0 : tenant) { [policies, expressions] in
                policies[Int(node.a)].setting(expressions.names[Int(node.b)], tenant: tenant, in: directory)
            }
        case .element:
            switch value(node.a) {
            case .list(let list): return node.b < list.count ? list[Int(node.b)] : .absent
            case .map(let entries): return node.b < entries.count ? entries[Int(node.b)].value : .absent
            case .failure(let message): return .failure(message)
            default: return .absent
            }
        case .hasElement, .key, .entry, .hasEntry: return part(node)
        case .length:
            switch value(node.a) {
            case .list(let list): return .integer(Int64(list.count))
            case .map(let entries): return .integer(Int64(entries.count))
            // As in Lua: in bytes.
            case .string(let text): return .integer(Int64(text.utf8.count))
            case .failure(let message): return .failure(message)
            default: return .absent
            }
        case .plus: return later(node)
        case .sum, .difference: return arithmetic(node)
        case .endOfDay:
            guard case .date(let date) = value(node.a), let next = date.adding(Period(days: 1)) else {
                return .failure("there is no day after this one")
            }
            return .instant(zone().start(of: next))
        case .has: return has(id, node)
        case .equal: return compare(node) { $0.equals($1) }
        case .less: return compare(node) { $0.isLess($1) }
        case .lessEqual: return compare(node) { $0.isLess($1) || $0.equals($1) }
        case .isWithin:
            let answer = compare(node) { [directory = known.directory] one, other in
                guard case .department(let one) = one, case .department(let other) = other else { return false }
                return directory.department(one, isWithin: other)
            }
            return withinReach(answer, node)
        case .inNetwork:
            return compare(node) { one, other in
                guard let inner = one.network, let outer = other.network else { return false }
                return outer.contains(inner)
            }
        case .between: return between(node)
        case .contains:
            // Taken out, because computing the operands may look into lists, too.
            var indexes = ListIndexes()
            swap(&indexes, &listIndexes)
            defer { swap(&indexes, &listIndexes) }
            return compare(node) { [stamp] in indexes.contains($1, in: $0, node.a, request: stamp) }
        case .meets:
            guard isHolderThere(node.a) else { return missing(node.a) }
            guard let permissions = permissions(of: node.a) else { return .boolean(true) }
            guard case .department(let department) = value(node.b) else { return missing(node.b) }
            return .boolean(request.directory.permissions(permissions, meet: department))
        case .covers: return covers(node)
        case .can, .permits:
            guard isHolderThere(node.a) else { return missing(node.a) }
            // The operator holds the store and the key file, so no permission limits it.
            guard let permissions = permissions(of: node.a) else { return .boolean(true) }
            guard case .string(let name) = value(node.b) else { return missing(node.b) }
            return .boolean(permissions.permits(ExactName(name)))
        case .granted: return .boolean(policies[Int(node.a)].grants.permits(action()))
        case .plugin, .table: return .entity
        case .row, .hasRow, .rows, .rowAt, .column: return row(node)
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
        // A comparison with an absent value is neither true nor false: a deny that depends on it must not vanish.
        if case .absent = one { return absence(node.a) }
        if case .absent = other { return absence(node.b) }
        return .boolean(holds(one, other))
    }
}
