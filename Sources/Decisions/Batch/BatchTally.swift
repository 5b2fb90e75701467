internal import Engine
internal import Model
internal import Policies

/// The counts of a block's decisions, kept without any string per line.
struct BatchTally {
    /// Denies by the core.
    private var codes: [(code: ExactName, count: Int)] = []
    /// By the policies' verdict.
    private var verdicts = [Int](repeating: 0, count: 256)
    private var permits = 0
    private var denies = 0
    var policies: PolicyCounts

    init(_ policies: PolicySet) { self.policies = PolicyCounts(policies: policies.policies.count) }

    /// Counts a decision; its policies are in `policies` already.
    mutating func count(_ answer: LineDecision) {
        if answer.isPermitted { permits += 1 } else { denies += 1 }
        if let verdict = answer.verdict {
            verdicts[Int(verdict.rawValue)] += 1
            return
        }
        let code = ExactName(answer.code)
        if let place = codes.firstIndex(where: { $0.code == code }) {
            codes[place].count += 1
        } else {
            codes.append((code, 1))
        }
    }

    /// Adds everything to a summary and starts over.
    mutating func move(to summary: inout BatchSummary, _ set: PolicySet) {
        summary.permits += permits
        summary.denies += denies
        for (code, count) in codes { summary.codes[code, default: 0] += count }
        for (number, count) in verdicts.enumerated() where count > 0 {
            summary.codes[ExactName(Verdict(rawValue: UInt8(number)).code), default: 0] += count
        }
        for (number, policy) in set.policies.enumerated() {
            let (reasons, observations) = (policies.reasons[number], policies.observations[number])
            if reasons > 0 { summary.policies[policy.id, default: 0] += reasons }
            if observations > 0 { summary.observing[policy.id, default: 0] += observations }
        }
        self = BatchTally(set)
    }
}
