internal import Model
internal import Policies

/// The coverage of a folder's policies and libraries by tests.
package struct Coverage: Sendable {
    /// By id; after the policies, the libraries by name.
    package internal(set) var policies: [PolicyCoverage]

    init(_ set: PolicySet, _ source: PolicySource, _ tally: CoverageTally) {
        policies = set.policies.compactMap { policy in
            guard let instrumentation = policy.instrumentation,
                let file = source.files.first(where: { $0.name == "\(policy.id).lua" })
            else { return nil }
            return PolicyCoverage(
                policy.id, policy.path, instrumentation, tally.policies[policy.id], source: file.bytes)
        }
        policies += set.libraries.libraries.sorted { $0.name < $1.name }.compactMap { library in
            guard let instrumentation = library.instrumentation,
                let file = source.files.first(where: { $0.name == library.file })
            else { return nil }
            return PolicyCoverage(
                library.name, library.path, instrumentation, tally.policies[library.name], source: file.bytes)
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
