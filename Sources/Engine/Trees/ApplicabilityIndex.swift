internal import Model
internal import Policies

/// Finds the policies that apply to a request, by its decision kind, its subject and what its tenant has enabled.
@safe struct ApplicabilityIndex {
    private var set: PolicySet
    private let subjectCount: Int
    private let kindCount = DecisionKind.count
    private var directory = Directory.empty
    private var structure = Directory.empty.structure
    /// For each tenant, from -1 on, the index of its list in `enabled`; -1 while it is not known.
    private var classes: [Int] = [-1]
    /// The same indices by tenant id: other snapshots number their tenants differently.
    private var known: [ExactName?: Int] = [:]
    private static let mostKnown = 4_096
    /// The distinct lists of policies that tenants have enabled.
    private var enabled: [[Int]] = []
    /// The distinct lists of policies that are asked together, by number.
    private(set) var lists: [[Int]] = []
    private var listNumbers: [[Int]: Int] = [:]
    /// The lists that targets left when they were formed, by number.
    private(set) var narrowed: Set<Int> = []
    /// By tenant class, decision kind and subject, a number of `lists`; `unknown` until it is computed. From `firstTargets`
    /// downward, -2 minus a number of `targets`.
    private var numbers: [Int] = []
    private static let unknown = -1
    private static let firstTargets = -2
    /// The distinct lists of policies that apply together, where their targets rule some of them out.
    private var targets: [TargetIndex] = []
    /// Those of `targets`, which stay where they are as long as these live.
    private var headers: [UnsafeMutablePointer<TargetIndex.Header>] = unsafe []
    private static let mostTargets = 1 << 10
    private let compiler: TargetCompiler
    private let targetUse: TreeOptions.TargetUse
    /// The policies whose targets are not trusted.
    private var distrusted: Set<Int> = []
    /// The number of policies in the lists that targets left.
    private var listed = 0
    /// As many lists, and policies in them, as are kept, and the most memory of the indices.
    private var most: (lists: Int, listed: Int, bytes: Int)
    /// The approximate memory of a list and its policy group, and of each policy in them, in bytes.
    private static let bytesEach = (list: 400, policy: 136)

    /// - Parameter options: the lists that targets leave, and the indices, each take up to a quarter of the memory of trees.
    init(_ set: PolicySet, _ compiler: TargetCompiler, _ options: TreeOptions) {
        self.set = set
        let targetUse = options.bytes == 0 ? TreeOptions.TargetUse.never : options.targetUse
        let bytes = min(options.bytes, 64 << 20) / 8
        most = (bytes / Self.bytesEach.list, bytes / Self.bytesEach.policy, 2 * bytes)
        self.compiler = compiler
        self.targetUse = targetUse
        subjectCount = set.schema.subjects.count + 2
    }

    /// The number of the list of policies that are asked for a request.
    /// - Parameter isInFull: true for all that apply, also those that its values rule out.
    @inline(__always) mutating func number(_ facts: inout Facts, isInFull: Bool) -> Int {
        if facts.known.structure === structure {
            let place = unsafe place(facts.current)
            if place >= 0, numbers[place] >= 0 { return numbers[place] }
        }
        return find(&facts, isInFull: isInFull)
    }

    // Apart from `number`, whose code is in every decision: few sets of policies are so large.
    @inline(never) private mutating func find(_ facts: inout Facts, isInFull: Bool) -> Int {
        if facts.known.structure === structure, !isInFull {
            let place = unsafe place(facts.current)
            if place >= 0, numbers[place] <= Self.firstTargets {
                let list = unsafe headers[Self.firstTargets - numbers[place]].pointee.list(&facts)
                if list >= 0 { return list }
            }
        }
        return learn(&facts, isInFull: isInFull)
    }

    private mutating func learn(_ facts: inout Facts, isInFull: Bool) -> Int {
        if facts.known.structure !== structure { reset(facts.known.directory) }
        let enabled = enabled[tenantClass(facts.request)]
        let place = unsafe place(facts.current)
        if numbers[place] == Self.unknown {
            let policies = enabled.filter { applies(set.policies[$0], to: facts.request) }
            numbers[place] = targets(of: policies) ?? list(policies)
        }
        guard numbers[place] <= Self.firstTargets else { return numbers[place] }
        let index = targets[Self.firstTargets - numbers[place]]
        return isInFull ? list(index.policies) : index.list(&facts) { narrowedList($0) }
    }

    private mutating func narrowedList(_ policies: [Int]) -> Int {
        let (before, number) = (lists.count, list(policies))
        if number == before {
            narrowed.insert(number)
            listed += policies.count
        }
        return number
    }

    private mutating func list(_ policies: [Int]) -> Int {
        if let known = listNumbers[policies] { return known }
        listNumbers[policies] = lists.count
        lists.append(policies)
        return lists.count - 1
    }

    /// `firstTargets` minus the number of the index of policies by their targets; `nil` where there is none.
    private mutating func targets(of policies: [Int]) -> Int? {
        guard targetUse != .never, targets.count < Self.mostTargets else { return nil }
        if let known = targets.firstIndex(where: { $0.policies == policies }) { return Self.firstTargets - known }
        let index = TargetIndex(
            policies, of: set, compiler, except: distrusted, isForced: targetUse == .always)
        guard let index, targetUse == .always || bytesOfTargets + index.bytes <= most.bytes else { return nil }
        targets.append(index)
        unsafe headers.append(index.header)
        return Self.firstTargets - (targets.count - 1)
    }

    /// Asks a policy for every request from now on to which it applies.
    mutating func distrust(_ policy: Int) {
        guard distrusted.insert(policy).inserted, !targets.isEmpty else { return }
        targets = []
        unsafe headers = []
        for place in numbers.indices where numbers[place] <= Self.firstTargets { numbers[place] = Self.unknown }
    }

    /// The approximate memory of the lists, and of the indices by target, in bytes.
    var bytes: Int {
        bytesOfTargets + narrowed.count * Self.bytesEach.list + listed * Self.bytesEach.policy
    }

    private var bytesOfTargets: Int { targets.reduce(0) { $0 + $1.bytes } }

    /// True when there are more lists than are kept.
    var isCrowded: Bool { narrowed.count > most.lists || listed > most.listed }

    /// Keeps fewer lists.
    mutating func limitLists(to count: Int) { most.lists = count }

    /// Forgets all lists.
    mutating func forgetLists() {
        (lists, listNumbers, narrowed, listed) = ([], [:], [], 0)
        for place in numbers.indices where numbers[place] >= 0 { numbers[place] = Self.unknown }
        for index in targets { index.forgetLists() }
    }

    /// Takes other settings of the same policies; the enabled policies of each tenant are determined anew.
    mutating func change(_ set: PolicySet) {
        self.set = set
        known = [:]
        reset(directory)
    }

    /// The index in `numbers` for a request; -1 while the class of its tenant is not known.
    @inline(__always) private func place(_ request: UnsafeMutablePointer<ResolvedRequest>) -> Int {
        let packedValues = unsafe request.pointee.packedValues.span
        precondition(packedValues.count > ResolvedRequest.Place.tenant)
        let tenant = packedValues[ResolvedRequest.Place.tenant]
        let known = classes[tenant.kind == .absent ? 0 : tenant.number &+ 1]
        guard known >= 0 else { return -1 }
        let kind = packedValues[ResolvedRequest.Place.kind].number
        let type = packedValues[ResolvedRequest.Place.subjectType]
        let subject = type.kind == .absent ? kind == 0 ? 0 : 1 : type.number &+ 2
        return (known &* kindCount &+ kind) &* subjectCount &+ subject
    }

    private mutating func reset(_ directory: Directory) {
        self.directory = directory
        structure = directory.structure
        classes = [Int](repeating: -1, count: directory.tenants.count + 1)
    }

    private mutating func tenantClass(_ request: ResolvedRequest) -> Int {
        if classes[request.tenant + 1] >= 0 { return classes[request.tenant + 1] }
        let tenant = request.tenant < 0 ? nil : directory.tenants[request.tenant].id
        if let number = known[tenant] {
            classes[request.tenant + 1] = number
            return number
        }
        let list = set.policies.indices.filter { set.isEnabled(set.policies[$0], tenant: tenant) }
        let number = enabled.firstIndex(of: list) ?? enabled.count
        if number == enabled.count {
            enabled.append(list)
            numbers += [Int](repeating: Self.unknown, count: kindCount * subjectCount)
        }
        classes[request.tenant + 1] = number
        if known.count >= Self.mostKnown { known.removeAll(keepingCapacity: true) }
        known[tenant] = number
        return number
    }

    private func applies(_ policy: Policy, to request: ResolvedRequest) -> Bool {
        guard policy.shape.kinds.contains(request.kind) else { return false }
        guard request.kind == .access else { return true }
        switch (policy.shape.subject, request.subject) {
        case (.any, _), (.token, .token): return true
        case (.external(let type), .external(let other)): return type == other
        default: return false
        }
    }
}
