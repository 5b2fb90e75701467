internal import Model
internal import Policies

/// The coverage of a folder's policies by their tests.
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

    /// Lines on which every statement was reached.
    package var lines: CoverageCount { sum(\.lines) }
    /// Outcomes of a condition, `and` or `or`.
    package var branches: CoverageCount { sum(\.branches) }
    /// Outcomes of facts, values at and beside those they are compared with, and effect calls that were decisive.
    package var facts: CoverageCount { sum(\.facts) }

    private func sum(_ count: KeyPath<PolicyCoverage, CoverageCount>) -> CoverageCount {
        policies.reduce(CoverageCount()) { $0 + $1[keyPath: count] }
    }
}
