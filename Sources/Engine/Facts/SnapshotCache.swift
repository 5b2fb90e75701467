internal import Model
internal import Policies

/// The limits of a ceiling, as far as a decision on packed values needs them: one of an assignment itself has too many
/// parts to be read at every decision.
struct CeilingLimits {
    /// True when it limits departments.
    let hasDepartments: Bool
    /// True when it limits more than permissions and departments.
    let hasOthers: Bool
    /// The place of its first department among those of all ceilings, and the end of its own.
    fileprivate let first: Int32
    fileprivate let end: Int32

    fileprivate init(_ assignment: Assignment, reach: Range<Int>) {
        let ceiling = assignment.ceiling
        hasDepartments = ceiling?.departments != nil
        hasOthers = ceiling?.networks != nil || ceiling?.hours != nil || ceiling?.purpose != nil
        (first, end) = (Int32(reach.lowerBound), Int32(reach.upperBound))
    }
}

/// The values that facts may keep from request to request: they depend on the snapshot and the policy set alone.
struct SnapshotCache: ~Copyable {
    /// The most values of settings; beyond this number all are dropped, so that a store of any size costs bounded
    /// memory.
    private static let mostPairs = 65_536

    private(set) var directory = Directory.empty
    /// By assignment under a ceiling.
    private var limits: [CeilingLimits] = []
    /// The departments that ceilings leave, those of one assignment after those of another.
    private var reached: [Int] = []
    /// The number of combinations in `directory`, after which it has assignments under ceilings.
    private(set) var combinationCount = 0
    /// The structure of `directory`.
    private(set) var structure = Directory.empty.structure
    private let actions: [ExactName]
    private let kinds: [Schema.ActionKind]
    /// For each policy, the first one with the same grants; `nil` when these name every action.
    let grants: [Int?]
    private let words: Int
    /// For each set of permissions, a bit for every action; computed when first needed.
    private var rights: [UInt64] = []
    private var hasRights: [Bool] = []
    /// For each assignment under a ceiling, a bit for every action that the ceiling leaves; computed when first needed.
    private var leftActions: [UInt64] = []
    private var hasLeftActions: [Bool] = []
    /// By resource type, whether it has a department.
    private let haveDepartments: [Bool]
    private var spans: [Interval] = []
    private var settings: [Pair: Value] = [:]

    /// The range of a department in the walk of its tenant's tree.
    private struct Interval {
        let tenant: Int32
        let enter: Int32
        let leave: Int32
    }

    private struct Pair: Hashable {
        let one: Int32
        let other: Int32

        init(_ one: Int, _ other: Int) {
            self.one = Int32(truncatingIfNeeded: one)
            self.other = Int32(truncatingIfNeeded: other)
        }
    }

    init(schema: Schema, grants: [PermissionSet]) {
        actions = schema.actionNames
        kinds = actions.map { schema.actions[$0]?.kind ?? .admin }
        self.grants = grants.map { own in own.patterns == ["*"] ? nil : grants.firstIndex(of: own) }
        words = (actions.count + 63) / 64
        haveDepartments = schema.resources.map { $0.slot("department") != nil }
    }

    /// Takes another snapshot, and keeps everything when only its tokens are others.
    /// - Returns: false when everything was forgotten.
    mutating func take(_ other: Directory) -> Bool {
        // Once a ceiling limits departments, what depends on one may depend on more than before.
        guard other.structure === structure, other.hasReach == directory.hasReach else {
            reset(other)
            return false
        }
        // A snapshot that was amended from an earlier one has fewer of them, and these are the same.
        addLimits(of: other)
        addRights(of: other)
        directory = other
        return true
    }

    mutating func reset(_ directory: Directory) {
        self.directory = directory
        structure = directory.structure
        combinationCount = directory.combinationCount
        (limits, reached, leftActions, hasLeftActions) = ([], [], [], [])
        (rights, hasRights) = ([], [])
        addLimits(of: directory)
        addRights(of: directory)
        spans = directory.departments.map {
            Interval(tenant: Int32($0.tenant), enter: Int32($0.enter), leave: Int32($0.leave))
        }
        settings = [:]
    }

    /// The kind of an action; `admin` for an administrative decision.
    func kind(_ action: Int) -> Schema.ActionKind { action < 0 ? .admin : kinds[action] }

    /// The answer to whether a set of permissions has an action, by the numbers of both; `other` until it was learned.
    func permits(_ action: Int, permissionSet: Int) -> TernaryTruth {
        guard hasRights[permissionSet] else { return .other }
        return TernaryTruth(rights[permissionSet * words + action / 64] >> UInt64(action % 64) & 1 == 1)
    }

    /// The answer to whether the ceiling of an assignment leaves an action, held or not; `other` until it was learned.
    func leaves(_ action: Int, assignment: Int) -> TernaryTruth {
        let place = assignment - combinationCount
        guard hasLeftActions[place] else { return .other }
        return TernaryTruth(leftActions[place * words + action / 64] >> UInt64(action % 64) & 1 == 1)
    }

    /// True when resources of a type have a department.
    func hasDepartment(type: Int) -> Bool { haveDepartments[type] }

    /// Learns the actions of a set of permissions.
    mutating func learn(permissionSet: Int) {
        guard !hasRights[permissionSet] else { return }
        hasRights[permissionSet] = true
        for (number, name) in actions.enumerated() where directory.permissionSets[permissionSet].permits(name) {
            rights[permissionSet * words + number / 64] |= 1 << UInt64(number % 64)
        }
    }

    /// Learns the actions that the ceiling of an assignment leaves, if it has one.
    mutating func learn(limited assignment: Int) {
        let place = assignment - combinationCount
        guard place >= 0, !hasLeftActions[place] else { return }
        hasLeftActions[place] = true
        let limit = directory.assignments[assignment].limit
        for (number, name) in actions.enumerated() where limit?.permits(name) ?? true {
            leftActions[place * words + number / 64] |= 1 << UInt64(number % 64)
        }
    }

    /// True when a ceiling leaves a department, or limits none.
    @inline(__always) func reaches(_ department: Int, under limits: CeilingLimits) -> Bool {
        guard limits.hasDepartments else { return true }
        for place in limits.first..<limits.end
        where self.department(department, isWithin: reached[Int(place)]) { return true }
        return false
    }

    /// True when a department is another one, or is below it.
    func department(_ one: Int, isWithin other: Int) -> Bool {
        let (inner, outer) = (spans[one], spans[other])
        return inner.tenant == outer.tenant && outer.enter <= inner.enter && inner.enter < outer.leave
    }

    private mutating func addLimits(of directory: Directory) {
        for assignment in directory.assignments.dropFirst(combinationCount + limits.count) {
            let start = reached.count
            reached += assignment.reach ?? []
            limits.append(CeilingLimits(assignment, reach: start..<reached.count))
        }
        leftActions += [UInt64](repeating: 0, count: limits.count * words - leftActions.count)
        hasLeftActions += [Bool](repeating: false, count: limits.count - hasLeftActions.count)
    }

    private mutating func addRights(of directory: Directory) {
        // As with ceilings: an earlier snapshot has fewer sets, and these are the same.
        let missing = directory.permissionSets.count - hasRights.count
        guard missing > 0 else { return }
        rights += [UInt64](repeating: 0, count: missing * words)
        hasRights += [Bool](repeating: false, count: missing)
    }

    /// The limits of an assignment under a ceiling.
    @inline(__always) func limits(_ assignment: Int) -> CeilingLimits { limits[assignment - combinationCount] }

    /// The value of a setting for a tenant.
    mutating func setting(_ id: Expressions.ID, tenant: Int, _ read: () -> Value) -> Value {
        let pair = Pair(Int(id), tenant)
        if let known = settings[pair] { return known }
        if settings.count >= Self.mostPairs { settings.removeAll(keepingCapacity: true) }
        let value = read()
        settings[pair] = value
        return value
    }
}
