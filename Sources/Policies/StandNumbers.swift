internal import Model

/// Finds which policies apply to a request: by its point, its subject, and what its tenant has turned on.
struct StandNumbers {
    private let set: PolicySet
    private var directory = Directory.empty
    /// For each tenant, from -1 on, which of `enabled` it has.
    private var classes: [Int] = []
    /// Lists of policies that some tenant has turned on.
    private var enabled: [[Int]] = []
    /// By class, point and subject; -1 where none has been asked for.
    private var numbers: [Int] = []

    init(_ set: PolicySet) {
        self.set = set
    }

    /// The number of the stand for a request.
    /// - Parameters:
    ///   - facts: `inout`, so that its request is looked at where it is.
    ///   - make: gives a list of policies its number.
    mutating func number(_ facts: inout Facts, _ make: ([Int]) -> Int) -> Int {
        let place = place(facts.request)
        if numbers[place] < 0 { numbers[place] = make(applicable(facts.request)) }
        return numbers[place]
    }

    /// The policies that apply to a request, by number.
    mutating func applicable(_ request: Request) -> [Int] {
        enabled[tenantClass(request)].filter { applies(set.policies[$0], to: request) }
    }

    private mutating func place(_ request: Request) -> Int {
        let subject =
            switch request.subject {
            case .token: 0
            case .actor: 1
            case .external(let record): record.type + 2
            }
        let row = tenantClass(request) * Point.allCases.count + request.point.ordinal
        return row * (set.schema.subjects.count + 2) + subject
    }

    private mutating func tenantClass(_ request: Request) -> Int {
        if request.directory !== directory || classes.isEmpty {
            directory = request.directory
            classes = [Int](repeating: -1, count: directory.tenants.count + 1)
        }
        let known = classes[request.tenant + 1]
        if known >= 0 { return known }
        let tenant = request.tenant < 0 ? nil : directory.tenants[request.tenant].id
        let list = set.policies.indices.filter { set.isEnabled(set.policies[$0], tenant: tenant) }
        let number = enabled.firstIndex(of: list) ?? enabled.count
        if number == enabled.count {
            enabled.append(list)
            numbers += [Int](repeating: -1, count: Point.allCases.count * (set.schema.subjects.count + 2))
        }
        classes[request.tenant + 1] = number
        return number
    }

    private func applies(_ policy: Policy, to request: Request) -> Bool {
        guard policy.root.points.contains(request.point) else { return false }
        guard request.point == .access else { return true }
        switch (policy.root.subject, request.subject) {
        case (.any, _), (.token, .token): return true
        case (.external(let type), .external(let record)): return record.type == type
        default: return false
        }
    }
}
