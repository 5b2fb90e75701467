package import Model

/// What a decision says otherwise than another one on the same request.
package struct DecisionDifference: Equatable, Sendable {
    /// The policies that say something else; empty where the request itself was understood otherwise.
    package let policies: Set<ExactName>
    /// In words, for whoever looks for the mistake.
    package let text: String
}

extension Decision {
    /// What this says otherwise than the oracle: verdict, code, and everything that each policy said or read.
    ///
    /// A policy that was stopped by a budget in either is not compared: the oracle asks more, and so spends more.
    /// - Returns: `nil` where both say the same.
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
                "\(policy): \(own[policy] ?? []) \(facts(of: policy)), and the oracle: "
                    + "\(other[policy] ?? []) \(oracle.facts(of: policy))"
            }
            return DecisionDifference(policies: policies, text: texts.joined(separator: "\n"))
        }
        let isSame = isPermitted == oracle.isPermitted && code == oracle.code && policyCode == oracle.policyCode
        guard stopped.isEmpty, !isSame else { return nil }
        return DecisionDifference(
            policies: [], text: "\(isPermitted) (\(code)), and the oracle: \(oracle.isPermitted) (\(oracle.code))")
    }

    /// Whether a budget stopped a policy.
    var isStopped: Bool { !budgetFailures.isEmpty }

    private var budgetFailures: [Failure] { (failures + observedFailures).filter { $0.kind != .failed } }

    /// What each policy said, in its order.
    private var words: [ExactName: [String]] {
        var words: [ExactName: [String]] = [:]
        for statement in reasons + advice + obligations + overruled + observed {
            let details = JSON.object(statement.details).compact
            words[statement.policy, default: []].append(
                "\(statement.effect) \(statement.line) \(statement.text) \(statement.code ?? "") \(details)")
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
    /// Whether another trace reads the same, and beside that only asks what is there.
    fileprivate func isShorter(than other: PolicyTrace) -> Bool {
        var rest = facts[...]
        for fact in other.facts {
            if let next = rest.first, next.text.isSameBytes(fact.text), next.value.isSameBytes(fact.value) {
                rest.removeFirst()
            } else if !fact.text.contains(" has ") {
                return false
            }
        }
        // What is not there fails when it is compared, where it was not asked for.
        guard let failed = rest.first, rest.count == 1, let last = other.facts.last else { return rest.isEmpty }
        return failed.value.contains(" is absent") && last.text.contains(" has ") && last.value == "false"
    }
}
