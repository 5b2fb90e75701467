internal import Model
internal import Policies

/// The values that facts may keep from request to request: they depend on the snapshot and the policy set alone.
struct SnapshotCache {
    /// The most values of settings; beyond this number all are dropped, so that a store of any size costs bounded
    /// memory.
    private static let mostPairs = 65_536

    private(set) var directory = Directory.empty
    /// The structure of `directory`.
    private(set) var structure = Directory.empty.structure
    private let actions: [ExactName]
    private let kinds: [Schema.ActionKind]
    /// For each policy, the first one with the same grants; `nil` when these name every action.
    let grants: [Int?]
    private let words: Int
    /// For each assignment, a bit for every action; computed when first needed.
    private var rights: [UInt64] = []
    private var hasRights: [Bool] = []
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
    }

    /// Takes another snapshot, and keeps everything when only its tokens are others.
    /// - Returns: false when everything was forgotten.
    mutating func take(_ other: Directory) -> Bool {
        guard other.structure === structure else {
            reset(other)
            return false
        }
        directory = other
        return true
    }

    mutating func reset(_ directory: Directory) {
        self.directory = directory
        structure = directory.structure
        rights = [UInt64](repeating: 0, count: directory.assignments.count * words)
        hasRights = [Bool](repeating: false, count: directory.assignments.count)
        spans = directory.departments.map {
            Interval(tenant: Int32($0.tenant), enter: Int32($0.enter), leave: Int32($0.leave))
        }
        settings = [:]
    }

    /// The kind of an action; `admin` for an administrative decision.
    func kind(_ action: Int) -> Schema.ActionKind { action < 0 ? .admin : kinds[action] }

    /// The answer to whether an assignment permits an action, by the action's number; `other` until it was learned.
    func permits(_ action: Int, assignment: Int) -> TernaryTruth {
        guard hasRights[assignment] else { return .other }
        return TernaryTruth(rights[assignment * words + action / 64] >> UInt64(action % 64) & 1 == 1)
    }

    /// Learns the permissions of an assignment.
    mutating func learn(_ assignment: Int) {
        guard !hasRights[assignment] else { return }
        hasRights[assignment] = true
        for (number, name) in actions.enumerated() where directory.assignments[assignment].permissions.permits(name) {
            rights[assignment * words + number / 64] |= 1 << UInt64(number % 64)
        }
    }

    /// True when a department is another one, or is below it.
    func department(_ one: Int, isWithin other: Int) -> Bool {
        let (inner, outer) = (spans[one], spans[other])
        return inner.tenant == outer.tenant && outer.enter <= inner.enter && inner.enter < outer.leave
    }

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
