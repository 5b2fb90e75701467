internal import Model
internal import Policies

/// A part of a memo's key: the answer of one fact, or the answers of facts that follow from the same few values, in a
/// table by these. Facts about the limit of a ceiling that a request goes beyond are in a table by that limit.
@unsafe struct MemoInput: BitwiseCopyable {
    /// The values at a place that have rows in a table: the absent one, and those of one kind.
    struct Axis: BitwiseCopyable {
        let place: Int32
        /// The code of the first value of the kind.
        let base: UInt32
        let count: UInt32
        /// The step of an entry's number from row to row.
        private(set) var stride: UInt32 = 1

        /// An axis with nothing but the absent value.
        static let none = Axis(place: Int32(ResolvedRequest.Place.nothing), base: 0, count: 0)

        init(place: Int, _ kind: PackedValue.Kind, count: Int) {
            self.init(place: Int32(place), base: PackedValue(kind, 0).code, count: UInt32(count))
        }

        private init(place: Int32, base: UInt32, count: UInt32) {
            (self.place, self.base, self.count) = (place, base, count)
        }

        /// The same axis with another stride.
        func with(stride: Int) -> Axis {
            var axis = self
            axis.stride = UInt32(stride)
            return axis
        }

        /// The part of an entry's number for a value; so much that there is no such entry for a value of another kind.
        @inline(__always) func part(_ code: UInt32) -> UInt32 {
            let number = code &- base
            let row = number < count ? number &+ 1 : 0
            let isOther = number >= count && code != PackedValue.absent.code
            return isOther ? Self.nowhere : row &* stride
        }

        /// More than the entries of any table; three times this fits 32 bits.
        static let nowhere: UInt32 = 1 << 30
    }

    /// The fact, where there is no table.
    let fact: CompiledFact
    /// Two bits for each fact, 3 for an answer that is not known; `nil` for a single fact that is asked each time.
    let table: UnsafeMutablePointer<UInt16>?
    let axes: (Axis, Axis, Axis)
    /// The number of entries in the table.
    let entryCount: UInt32
    /// True when the table is by limit.
    let isOfLimits: Bool
    /// The answers of an entry of which nothing is known.
    let unknown: UInt16
    /// The place of its answers in a key.
    let shift: UInt64
}

/// The questions of a policy group's trees, as the parts of a key.
@safe final class MemoInputs {
    /// More than this cost more to ask than walking the trees does.
    private static let mostInputs = 10
    private static let mostAnswers = 32
    /// The most facts of one table.
    private static let mostFacts = 8
    /// The most entries of a table.
    private static let mostEntries = 1 << 13
    /// The most entries of a table for facts that could have smaller ones.
    private static let mostJoined = 1 << 12

    let first: UnsafeMutablePointer<MemoInput>
    let count: Int
    /// By fact, the place of its answer in a key.
    let shifts: [Expressions.ID: UInt64]
    /// By input, the facts in its table.
    private let facts: [[CompiledFact]]
    private let single: [CompiledFact]
    private let entries: [Int]
    /// The number of sets of permissions that have rows in its tables.
    private let permissionSets: Int
    /// True when facts were left out.
    private let isPartial: Bool

    /// - Parameters:
    ///   - isForced: true to leave facts out where the trees ask for too much. Leaves that depend on them are not noted
    ///     then.
    ///   - isAccess: true for policies that decide accesses.
    /// - Returns: `nil` where the trees ask for too much.
    init?(_ trees: [DecisionTree], isForced: Bool, isAccess: Bool, _ facts: inout Facts) {
        var (tables, single) = Self.parts(of: trees, isAccess: isAccess, &facts)
        func answers() -> Int { tables.reduce(single.count) { $0 + $1.facts.count } }
        var isPartial = false
        if isForced {
            while answers() > Self.mostAnswers, tables.count + single.count > 1 {
                if single.isEmpty { tables.removeLast() } else { single.removeLast() }
                isPartial = true
            }
        } else if tables.count + single.count > Self.mostInputs || answers() > Self.mostAnswers {
            return nil
        }
        var shifts: [Expressions.ID: UInt64] = [:]
        var shift: UInt64 = 0
        count = tables.count + single.count
        unsafe first = .allocate(capacity: max(1, count))
        for (number, table) in tables.enumerated() {
            let unknown = UInt16(truncatingIfNeeded: UInt32(1) << UInt32(2 * table.facts.count) - 1)
            let entries = UnsafeMutablePointer<UInt16>.allocate(capacity: table.size)
            unsafe entries.initialize(repeating: unknown, count: table.size)
            var size = 1
            var axes: [MemoInput.Axis] = []
            for axis in table.axes {
                axes.append(axis.with(stride: size))
                size *= Int(axis.count) + 1
            }
            axes += Array(repeating: .none, count: 3)
            unsafe (first + number).initialize(
                to: MemoInput(
                    fact: table.facts[0], table: entries, axes: (axes[0], axes[1], axes[2]),
                    entryCount: UInt32(table.size), isOfLimits: table.isOfLimits, unknown: unknown, shift: shift))
            for fact in table.facts {
                shifts[fact.fact] = shift
                shift += 2
            }
        }
        for (number, fact) in single.enumerated() {
            unsafe (first + tables.count + number).initialize(
                to: MemoInput(
                    fact: fact, table: nil, axes: (.none, .none, .none), entryCount: 0, isOfLimits: false,
                    unknown: 3, shift: shift))
            shifts[fact.fact] = shift
            shift += 2
        }
        self.shifts = shifts
        (self.single, self.isPartial) = (single, isPartial)
        permissionSets = facts.known.directory.permissionSets.count
        self.facts = tables.map(\.facts)
        entries = tables.map(\.size)
    }

    deinit {
        for number in 0..<count { unsafe first[number].table?.deallocate() }
        unsafe first.deallocate()
    }

    /// The memory of its tables, in bytes.
    var bytes: Int { entries.reduce(0) { $0 + 2 * $1 } }

    /// True when a fact follows from other values by now, or there are sets of permissions that have no rows.
    func isOutdated(_ current: inout Facts) -> Bool {
        if current.known.directory.permissionSets.count > permissionSets { return true }
        for fact in facts.joined() where current.compiledFact(fact.fact).cacheKey != fact.cacheKey { return true }
        for fact in single where current.compiledFact(fact.fact).cacheKey != fact.cacheKey { return true }
        return false
    }

    /// True when a tree asks for a fact that is not in the key, though it could be.
    func lacksFact(of tree: DecisionTree, _ current: inout Facts) -> Bool {
        guard !isPartial else { return false }
        var asked: Set<Expressions.ID> = []
        tree.eachFact { if shifts[$0] == nil { asked.insert($0) } }
        for fact in asked where current.compiledFact(fact).operation != .general { return true }
        return false
    }

    /// Notes the answers of the request of `facts` that its tables do not know yet.
    func learn(_ current: inout Facts) {
        for (number, facts) in facts.enumerated() {
            let input = unsafe first + number
            guard let place = unsafe current.entry(of: input), let table = unsafe input.pointee.table else { continue }
            for (slot, fact) in facts.enumerated() where unsafe table[place] >> UInt16(2 * slot) & 3 == 3 {
                let truth = current.quickTruth(fact)
                // An answer that is not cached is not known.
                guard truth != .other else { continue }
                let bits = UInt16(3 ^ truth.rawValue) << UInt16(2 * slot)
                unsafe table[place] ^= bits
            }
        }
    }

    // MARK: Making

    private struct Table {
        var axes: [MemoInput.Axis]
        var facts: [CompiledFact]
        var isOfLimits = false

        /// The number of entries; no more than 1 << 47, as large ones are not made.
        var size: Int {
            isOfLimits
                ? Ceiling.Part.allCases.count + 1 : axes.reduce(1) { min($0, 1 << 20) * (Int($1.count) + 1) }
        }

        func holds(_ axes: [MemoInput.Axis]) -> Bool {
            axes.allSatisfy { axis in self.axes.contains { $0.place == axis.place } }
        }

        /// One table for the facts of both; `nil` where it would be too large.
        func joined(_ other: Table, most: Int) -> Table? {
            var all = self
            all.axes += other.axes.filter { !holds([$0]) }
            all.facts += other.facts
            return all.axes.count <= 3 && all.facts.count <= mostFacts && all.size <= most ? all : nil
        }
    }

    private static func parts(
        of trees: [DecisionTree], isAccess: Bool, _ facts: inout Facts
    ) -> (tables: [Table], single: [CompiledFact]) {
        var asked: [Expressions.ID: CompiledFact] = [:]
        for tree in trees { tree.eachFact { asked[$0] = facts.compiledFact($0) } }
        var single: [CompiledFact] = []
        var limits = Table(axes: [], facts: [], isOfLimits: true)
        var own: [Table] = []
        for (_, fact) in asked.sorted(by: { $0.key < $1.key }) where fact.operation != .general {
            if fact.operation == .beyondCeiling || fact.operation == .isLimit, limits.facts.count < mostFacts {
                limits.facts.append(fact)
                continue
            }
            let axes = places(of: fact)?.map { axis(at: $0, isAccess: isAccess, facts) }
            if let axes, axes.allSatisfy({ $0 != nil }) {
                let table = Table(axes: axes.compactMap(\.self), facts: [fact])
                if table.size <= mostEntries {
                    own.append(table)
                    continue
                }
            }
            single.append(fact)
        }
        // The largest first: smaller ones find a place in them.
        var tables: [Table] = []
        for table in own.sorted(by: { ($1.axes.count, $0.facts[0].fact) < ($0.axes.count, $1.facts[0].fact) }) {
            let fitting = tables.firstIndex { $0.holds(table.axes) && $0.facts.count < mostFacts }
            if let fitting {
                tables[fitting].facts += table.facts
            } else if let (place, joined) = tables.enumerated().lazy.compactMap({ place, known in
                known.joined(table, most: mostJoined).map { (place, $0) }
            }).first {
                tables[place] = joined
            } else {
                tables.append(table)
            }
        }
        return (limits.facts.isEmpty ? tables : [limits] + tables, single)
    }

    /// The places whose codes a fact follows from; `nil` for a fact that follows from more, or from contents.
    private static func places(of fact: CompiledFact) -> [Int]? {
        let places: [Int32]
        switch fact.operation {
        case .has, .code, .truth: places = [fact.a]
        case .can: places = fact.b < 0 ? [fact.a, Int32(ResolvedRequest.Place.action)] : [fact.a]
        case .remembered: places = [fact.a, fact.b, fact.c]
        default: return nil
        }
        return places.map(Int.init).filter { $0 != ResolvedRequest.Place.nothing }
    }

    /// The values at a place, as far as their kind and number are known from the snapshot.
    private static func axis(at place: Int, isAccess: Bool, _ facts: borrowing Facts) -> MemoInput.Axis? {
        let (schema, directory) = (facts.schema, facts.known.directory)
        func axis(_ kind: PackedValue.Kind, _ count: Int) -> MemoInput.Axis? {
            MemoInput.Axis(place: place, kind, count: count)
        }
        switch place {
        case ResolvedRequest.Place.kind: return axis(.point, DecisionKind.count)
        case ResolvedRequest.Place.action:
            // In an administrative decision, the action has the name of the decision kind.
            return isAccess ? axis(.action, schema.actionNames.count) : axis(.point, DecisionKind.count)
        case ResolvedRequest.Place.subjectType: return axis(.recordType, schema.subjects.count)
        case ResolvedRequest.Place.resourceType: return axis(.recordType, schema.resources.count)
        case ResolvedRequest.Place.tenant: return axis(.tenant, directory.tenants.count)
        default: break
        }
        if let part = ResolvedRequest.part(at: place) {
            switch part {
            case .tokenKind: return axis(.tokenKind, 2)
            case .permissions: return axis(.permissionSet, directory.permissionSets.count)
            case .department: return axis(.department, directory.departments.count)
            case .user: return axis(.user, directory.users.count)
            case .userType: return axis(.userType, directory.userTypes.count)
            case .token, .assignment: return nil
            }
        }
        switch schema.layout.numberedType(at: place) {
        case .boolean?: return axis(.boolean, 2)
        case .department?: return axis(.department, directory.departments.count)
        case .user?: return axis(.user, directory.users.count)
        case .some: return axis(.record, 1)
        case nil: return nil
        }
    }
}
