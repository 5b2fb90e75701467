package import Model
package import Tokens

/// The summary of a batch.
package struct BatchSummary: Sendable {
    /// The number of requests, valid or not. Blank lines do not count.
    package var lines = 0
    package var permits = 0
    package var denies = 0
    /// The number of lines that were not valid requests.
    package var errors = 0
    /// The number of lines that the full reader read, which takes longer: lines with a fault, those that the fast reader left
    /// alone, and all where more is told than decisions.
    package var slowLines = 0
    package var codes: [ExactName: Int] = [:]
    /// The number of decisions for which each policy was a reason, or failed.
    package var policies: [ExactName: Int] = [:]
    /// The number of decisions for which each observing policy had an effect, or failed.
    package var observing: [ExactName: Int] = [:]
    /// The number of lines with an expected decision, when expectations are compared.
    package var expectations = 0
    /// The number of those that got another decision, or were not valid requests.
    package var mismatches = 0
    /// The numbers of such lines in the input, 1-based; the first 100 of them.
    package var unexpected: [Int] = []
    /// The number of the first line in the input that was not a valid request.
    package var firstInvalid: Int?
    /// The number of differences from the oracle by policy, where lines were compared. The key "" counts requests that
    /// were understood differently.
    package var differences: [ExactName: Int] = [:]
    /// The tokens that got a permit, where that is recorded.
    package var used: [TokenID: TokenUse.Occasion] = [:]
    /// True when the reader of the decisions closed its end.
    package var isBroken = false
    /// The message of the failure that stopped the run before its end.
    package var failure: String?

    /// The sentence about an incomplete line that the log had.
    package var logRemark: String?

    static let mostUnexpected = 100

    /// Adds the summary of a later block.
    mutating func add(_ other: BatchSummary) {
        lines += other.lines
        permits += other.permits
        denies += other.denies
        errors += other.errors
        slowLines += other.slowLines
        expectations += other.expectations
        mismatches += other.mismatches
        firstInvalid = firstInvalid ?? other.firstInvalid
        used.merge(other.used) { $1 }
        differences.merge(other.differences, uniquingKeysWith: +)
        codes.merge(other.codes, uniquingKeysWith: +)
        policies.merge(other.policies, uniquingKeysWith: +)
        observing.merge(other.observing, uniquingKeysWith: +)
        unexpected += other.unexpected.prefix(Self.mostUnexpected - unexpected.count)
    }

    mutating func count(_ decision: Decision) {
        if decision.isPermitted { permits += 1 } else { denies += 1 }
        codes[ExactName(decision.code), default: 0] += 1
        Self.count(decision.reasons + decision.refused, decision.failures, in: &policies)
        Self.count(decision.observed, decision.observedFailures, in: &observing)
    }

    /// Counts each policy once, however many statements it made. Statements of one policy are adjacent.
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

    /// Counts a line that was not a valid request.
    mutating func countInvalid(line: Int) {
        errors += 1
        firstInvalid = firstInvalid ?? line
    }

    /// Compares an answer with the line's expected decision.
    /// - Parameter answer: `nil` when the line was not a valid request.
    mutating func compare(_ answer: Bool?, with expected: JSON, line: Int) {
        expectations += 1
        if let answer, expected == .boolean(answer) { return }
        mismatches += 1
        if unexpected.count < Self.mostUnexpected { unexpected.append(line) }
    }
}
