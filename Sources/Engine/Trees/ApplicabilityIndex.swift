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
    /// The distinct lists of policies that apply together, by number.
    private(set) var lists: [[Int]] = []
    /// By tenant class, decision kind and subject, a number of `lists`; -1 until it is computed.
    private var numbers: [Int] = []

    init(_ set: PolicySet) {
        self.set = set
        subjectCount = set.schema.subjects.count + 2
    }

    /// The number of the list of policies that apply to a request.
    @inline(__always) mutating func number(_ facts: inout Facts) -> Int {
        if facts.known.structure === structure {
            let place = unsafe place(facts.current)
            if place >= 0, numbers[place] >= 0 { return numbers[place] }
        }
        return learn(&facts)
    }

    @inline(never) private mutating func learn(_ facts: inout Facts) -> Int {
        if facts.known.structure !== structure { reset(facts.known.directory) }
        let enabled = enabled[tenantClass(facts.request)]
        let place = unsafe place(facts.current)
        if numbers[place] >= 0 { return numbers[place] }
        let policies = enabled.filter { applies(set.policies[$0], to: facts.request) }
        let number = lists.firstIndex(of: policies) ?? lists.count
        if number == lists.count { lists.append(policies) }
        numbers[place] = number
        return number
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
            numbers += [Int](repeating: -1, count: kindCount * subjectCount)
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
