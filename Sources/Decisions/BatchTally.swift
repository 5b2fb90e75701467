internal import Model
internal import Policies

/// What the lines of a block came to, counted without a word for each.
struct BatchTally {
    private var codes: [(code: String, count: Int)] = []
    private var permits = 0
    private var denies = 0
    /// By number of the policy.
    private(set) var reasons: [Int]
    private(set) var observations: [Int]

    init(_ policies: PolicySet) {
        reasons = [Int](repeating: 0, count: policies.policies.count)
        observations = reasons
    }

    mutating func count(_ answer: DecisionPoint.Answer, _ point: DecisionPoint) {
        if answer.isPermitted { permits += 1 } else { denies += 1 }
        if let place = codes.firstIndex(where: { $0.code == answer.code }) {
            codes[place].count += 1
        } else {
            codes.append((answer.code, 1))
        }
        if answer.isOfPolicies { point.tally(answer, &reasons, &observations) }
    }

    /// Adds everything to a summary and starts over.
    mutating func move(to summary: inout BatchSummary, _ policies: PolicySet) {
        summary.permits += permits
        summary.denies += denies
        for (code, count) in codes { summary.codes[code, default: 0] += count }
        for (number, policy) in policies.policies.enumerated() {
            if reasons[number] > 0 { summary.policies[policy.id, default: 0] += reasons[number] }
            if observations[number] > 0 { summary.observing[policy.id, default: 0] += observations[number] }
        }
        self = BatchTally(policies)
    }
}
