package import Model

/// What a batch came to.
package struct BatchSummary: Sendable {
    /// Requests, valid or not; blank lines are none.
    package var lines = 0
    package var permits = 0
    package var denies = 0
    /// Lines that were no valid request.
    package var errors = 0
    package var codes: [ExactName: Int] = [:]
    /// How often each policy was a reason, or failed.
    package var policies: [ExactName: Int] = [:]
    /// How often each observing policy had something to say, or failed.
    package var observing: [ExactName: Int] = [:]
    /// How many lines said what they expected, when that was asked about.
    package var expectations = 0
    /// How many of those were answered otherwise, or were no valid request.
    package var mismatches = 0
    /// The numbers of such lines in the input, 1-based; the first 100 of them.
    package var unexpected: [Int] = []
    /// The number in the input of the first line that was no valid request.
    package var firstInvalid: Int?
    /// How often a policy was answered for otherwise than by the oracle, where that was looked at; by "" the request was
    /// understood otherwise.
    package var differences: [ExactName: Int] = [:]
    /// Tokens that were permitted something, where that is noted.
    package var used: Set<TokenID> = []
    /// Whether nobody reads the decisions any more.
    package var isBroken = false
    /// What stopped the run before its end, in words.
    package var failure: String?

    static let mostUnexpected = 100

    /// Adds what a later block came to.
    mutating func add(_ other: BatchSummary) {
        lines += other.lines
        permits += other.permits
        denies += other.denies
        errors += other.errors
        expectations += other.expectations
        mismatches += other.mismatches
        firstInvalid = firstInvalid ?? other.firstInvalid
        used.formUnion(other.used)
        differences.merge(other.differences, uniquingKeysWith: +)
        codes.merge(other.codes, uniquingKeysWith: +)
        policies.merge(other.policies, uniquingKeysWith: +)
        observing.merge(other.observing, uniquingKeysWith: +)
        unexpected += other.unexpected.prefix(Self.mostUnexpected - unexpected.count)
    }

    mutating func count(_ decision: Decision) {
        if decision.isPermitted { permits += 1 } else { denies += 1 }
        codes[ExactName(decision.code), default: 0] += 1
        Self.count(decision.reasons, decision.failures, in: &policies)
        Self.count(decision.observed, decision.observedFailures, in: &observing)
    }

    /// Counts each policy once, however much it said. What one policy said stands together.
    private static func count(_ statements: [PolicyStatement], _ failures: [Failure], in counts: inout [ExactName: Int])
    {
        for (index, statement) in statements.enumerated()
        where index == 0 || statements[index - 1].policy != statement.policy {
            counts[statement.policy, default: 0] += 1
        }
        for failure in failures where !statements.contains(where: { $0.policy == failure.policy }) {
            counts[failure.policy, default: 0] += 1
        }
    }

    /// Counts a line that no decision could be made about.
    mutating func countInvalid(line: Int) {
        errors += 1
        firstInvalid = firstInvalid ?? line
    }

    /// Holds an answer, `nil` when the line was no valid request, to what the line expected.
    mutating func compare(_ answer: Bool?, with expected: JSON, line: Int) {
        expectations += 1
        if let answer, expected == .boolean(answer) { return }
        mismatches += 1
        if unexpected.count < Self.mostUnexpected { unexpected.append(line) }
    }
}
