internal import Model
internal import Policies

/// What the tests of a folder have tried of its policies.
package struct Coverage: Sendable {
    /// By id.
    package internal(set) var policies: [PolicyCoverage]

    init(_ set: PolicySet, _ source: PolicySource, _ tally: CoverageTally) {
        policies = set.policies.compactMap { policy in
            guard let instrumentation = policy.instrumentation,
                let file = source.files.first(where: { $0.name == "\(policy.id).lua" })
            else { return nil }
            return PolicyCoverage(policy, instrumentation, tally.policies[policy.id], source: file.bytes)
        }
    }

    /// Lines whose every statement was reached.
    package var lines: CoverageCount { sum(\.lines) }
    /// Ways that a condition, `and` or `or` goes.
    package var branches: CoverageCount { sum(\.branches) }
    /// Answers of questions, values at and beside what they are compared with, and things said that were decisive.
    package var facts: CoverageCount { sum(\.facts) }

    private func sum(_ count: KeyPath<PolicyCoverage, CoverageCount>) -> CoverageCount {
        policies.reduce(CoverageCount()) { $0 + $1[keyPath: count] }
    }
}
