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
    /// By number of the policy.
    private(set) var reasons: [Int]
    private(set) var observations: [Int]

    init(_ policies: PolicySet) {
        reasons = [Int](repeating: 0, count: policies.policies.count)
        observations = reasons
    }

    mutating func count(_ answer: Authorizer.LineDecision, _ authorizer: Authorizer) {
        if answer.isPermitted { permits += 1 } else { denies += 1 }
        if let verdict = answer.verdict {
            verdicts[Int(verdict.rawValue)] += 1
            authorizer.tally(answer, &reasons, &observations)
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
    mutating func move(to summary: inout BatchSummary, _ policies: PolicySet) {
        summary.permits += permits
        summary.denies += denies
        for (code, count) in codes { summary.codes[code, default: 0] += count }
        for (number, count) in verdicts.enumerated() where count > 0 {
            summary.codes[ExactName(Verdict(rawValue: UInt8(number)).code), default: 0] += count
        }
        for (number, policy) in policies.policies.enumerated() {
            if reasons[number] > 0 { summary.policies[policy.id, default: 0] += reasons[number] }
            if observations[number] > 0 { summary.observing[policy.id, default: 0] += observations[number] }
        }
        self = BatchTally(policies)
    }
}
