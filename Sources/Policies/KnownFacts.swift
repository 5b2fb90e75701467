internal import Model

/// What facts may keep from request to request: it follows from the snapshot and the policy set alone.
struct KnownFacts {
    /// More pairs than this are forgotten, so that a store of any size costs bounded memory.
    private static let mostPairs = 65_536

    private(set) var directory = Directory.empty
    private let actions: [String]
    private let kinds: [Schema.ActionKind]
    /// For each policy and action, whether its `grants` name it.
    private let granted: [[Bool]]
    /// For each policy, the first one with the same grants; `nil` when they are all there is.
    let grants: [Int?]
    private let words: Int
    /// For each assignment, a bit for every action; computed when first asked.
    private var rights: [UInt64] = []
    private var hasRights: [Bool] = []
    /// Whether a department, or one above it, requires anything.
    private var isGated: [Bool] = []
    private var meetings: [Pair: Bool] = [:]
    private var settings: [Pair: Value] = [:]

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
        kinds = actions.map { schema.actions[$0] ?? .admin }
        granted = grants.map { grants in schema.actionNames.map(grants.permits) }
        self.grants = grants.map { own in own.patterns == ["*"] ? nil : grants.firstIndex(of: own) }
        words = (actions.count + 63) / 64
    }

    mutating func reset(_ directory: Directory) {
        self.directory = directory
        rights = [UInt64](repeating: 0, count: directory.assignments.count * words)
        hasRights = [Bool](repeating: false, count: directory.assignments.count)
        isGated = []
        isGated.reserveCapacity(directory.departments.count)
        // A department stands after the one it lies under.
        for department in directory.departments {
            isGated.append(!department.requires.isEmpty || department.parent.map { isGated[$0] } ?? false)
        }
        meetings = [:]
        settings = [:]
    }

    /// An action's kind; that of a decision point is `admin`.
    func kind(_ action: Int) -> Schema.ActionKind { action < 0 ? .admin : kinds[action] }

    func isGranted(_ action: Int, by policy: Int) -> Bool { granted[policy][action] }

    /// Whether an assignment permits an action, by the action's number.
    mutating func permits(_ action: Int, assignment: Int) -> Bool {
        if !hasRights[assignment] {
            hasRights[assignment] = true
            for (number, name) in actions.enumerated() where directory.assignments[assignment].permissions.permits(name)
            {
                rights[assignment * words + number / 64] |= 1 << UInt64(number % 64)
            }
        }
        return rights[assignment * words + action / 64] >> UInt64(action % 64) & 1 == 1
    }

    /// Whether an assignment has what a department, and those above it, require.
    mutating func meets(_ department: Int, assignment: Int) -> Bool {
        guard isGated[department] else { return true }
        let pair = Pair(assignment, department)
        if let known = meetings[pair] { return known }
        if meetings.count >= Self.mostPairs { meetings.removeAll(keepingCapacity: true) }
        let meets = directory.permissions(directory.assignments[assignment].permissions, meet: department)
        meetings[pair] = meets
        return meets
    }

    /// A setting as a tenant has it.
    mutating func setting(_ id: Expressions.ID, tenant: Int, _ read: () -> Value) -> Value {
        let pair = Pair(Int(id), tenant)
        if let known = settings[pair] { return known }
        if settings.count >= Self.mostPairs { settings.removeAll(keepingCapacity: true) }
        let value = read()
        settings[pair] = value
        return value
    }
}
