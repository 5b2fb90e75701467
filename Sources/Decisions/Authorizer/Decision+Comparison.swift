package import Model

/// A difference between two decisions on the same request.
package struct DecisionDifference: Equatable, Sendable {
    /// The policies that differ; empty where the request itself was understood differently.
    package let policies: Set<ExactName>
    /// A description of the difference, for finding the mistake.
    package let text: String
}

extension Decision {
    /// The difference from the oracle's decision in the verdict, the code, or any policy's statements and facts.
    ///
    /// A policy that a budget stopped in either decision is not compared: the oracle does more work and so spends more.
    /// - Returns: `nil` where both are the same.
    package func difference(from oracle: Decision) -> DecisionDifference? {
        let stopped = Set((budgetFailures + oracle.budgetFailures).map(\.policy))
        let (own, other) = (words, oracle.words)
        let differing = Set(own.keys).union(other.keys).filter { !stopped.contains($0) && own[$0] != other[$0] }
        let misread = Set(
            (oracle.traces.isEmpty ? [] : traces).filter { trace in
                !stopped.contains(trace.policy)
                    && !(oracle.traces.first { $0.policy == trace.policy }.map(trace.isShorter) ?? false)
            }.map(\.policy))
        let policies = Set(differing).union(misread)
        guard policies.isEmpty else {
            let texts = policies.sorted().map { policy in
                "\(policy): \(own[policy] ?? []) \(facts(of: policy)); the oracle: "
                    + "\(other[policy] ?? []) \(oracle.facts(of: policy))"
            }
            return DecisionDifference(policies: policies, text: texts.joined(separator: "\n"))
        }
        let isSame =
            isPermitted == oracle.isPermitted && code == oracle.code && policyCode == oracle.policyCode
            && unsupported == oracle.unsupported
        guard stopped.isEmpty, !isSame else { return nil }
        return DecisionDifference(
            policies: [], text: "\(isPermitted) (\(code)); the oracle: \(oracle.isPermitted) (\(oracle.code))")
    }

    /// True when a budget stopped a policy.
    var isStopped: Bool { !budgetFailures.isEmpty }

    private var budgetFailures: [Failure] { (failures + observedFailures).filter { $0.kind != .failed } }

    /// The statements and failures of each policy as text, sorted.
    private var words: [ExactName: [String]] {
        var words: [ExactName: [String]] = [:]
        for statement in reasons + advice + obligations + overruled + observed {
            let details = JSON.object(statement.details).compact
            words[statement.policy, default: []].append(
                "\(statement.effect) \(statement.line) \(statement.text) \(statement.code ?? "") "
                    + "\(statement.occasion) \(details)")
        }
        for failure in failures + observedFailures {
            words[failure.policy, default: []].append("\(failure.kind) \(failure.line ?? 0) \(failure.message)")
        }
        return words.mapValues { $0.sorted() }
    }

    private func facts(of policy: ExactName) -> [String] {
        (traces.first { $0.policy == policy }?.facts ?? []).map { "\($0.text) = \($0.value)" }
    }
}

extension PolicyTrace {
    /// True when the other trace reads the same facts and, besides them, only checks for presence (`has`). It may check
    /// earlier for what this one checks, too.
    fileprivate func isShorter(than other: PolicyTrace) -> Bool {
        var rest = facts[...]
        var checks: [Fact] = []
        for fact in other.facts {
            while let next = rest.first, checks.contains(next) { rest.removeFirst() }
            if let next = rest.first, next.text.isSameBytes(fact.text), next.value.isSameBytes(fact.value) {
                rest.removeFirst()
            } else if fact.text.contains(" has ") {
                checks.append(fact)
            } else {
                return false
            }
        }
        while let next = rest.first, checks.contains(next) { rest.removeFirst() }
        // Comparing an absent property fails here, where the other trace checked for its presence first.
        guard let failed = rest.first, rest.count == 1, let last = other.facts.last else { return rest.isEmpty }
        return failed.value.contains(" is absent") && last.text.contains(" has ") && last.value == "false"
    }
}
