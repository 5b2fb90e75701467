internal import Decisions
package import Model
package import Policies

/// A decision in words that a person can follow.
package struct DecisionReport {
    private let decision: Decision
    private let paths: [ExactName: String]
    private let showsFacts: Bool

    package init(_ decision: Decision, policies: PolicySet, withFacts: Bool) {
        self.decision = decision
        paths = Dictionary(policies.policies.map { ($0.id, $0.path) }, uniquingKeysWith: { one, _ in one })
        showsFacts = withFacts
    }

    package var lines: [StyledLine] {
        let code = [decision.code, decision.policyCode?.text].compactMap(\.self).joined(separator: ": ")
        var lines: [StyledLine] = ["\(decision.word)  (\(code))"]
        if decision.reasons.isEmpty, let words = Decision.words(for: decision.code) {
            lines.append("  because \(words)")
        }
        lines += decision.reasons.map { line($0) }
        lines += decision.failures.map { line($0) }
        lines += (decision.advice + decision.obligations).map { line($0) }
        lines += unsupported
        if showsFacts { lines += decision.overruled.map { line($0, prefix: "overruled, ") } }
        lines += decision.observed.map { line($0, prefix: "only observed, ") }
        lines += decision.observedFailures.map { line($0, prefix: "only observed, ") }
        lines += decision.ignored.map { "  ignored: `\($0)` is not declared" }
        return showsFacts ? lines + facts : lines
    }

    /// The obligations that the caller does not support: with a line each where they made a permit a deny.
    private var unsupported: [StyledLine] {
        guard !decision.unsupported.isEmpty else { return [] }
        let refused = decision.refused.filter { _ in !showsFacts }
        let names = decision.unsupported.map { "`\($0)`" }.joined(separator: ", ")
        return refused.map { line($0, prefix: "unsupported, ") } + [
            .sentence("  the caller does not list \(names) in `supported_obligations`")
        ]
    }

    private func line(_ statement: PolicyStatement, prefix: String = "") -> StyledLine {
        let word: String
        switch statement.effect {
        case .permit: word = "permitted"
        case .deny: word = "denied"
        case .advise: word = "advice"
        case .oblige:
            // Told only where it does not belong to the decision.
            let isOther = (statement.occasion == .permit) != decision.isPermitted
            word = isOther ? "must on a \(statement.occasion.rawValue)" : "must"
        }
        let details = statement.details.isEmpty ? "" : " " + JSON.object(statement.details).compact
        let text = statement.text.isEmpty ? "no reason given" : statement.text
        return .sentence("  \(prefix)\(word): \(text)\(details)\(place(statement.policy, statement.line))")
    }

    private func line(_ failure: Failure, prefix: String = "") -> StyledLine {
        .sentence("  \(prefix)failed: \(failure.message)\(place(failure.policy, failure.line))")
    }

    private func place(_ policy: ExactName, _ line: Int?) -> String {
        "  [\(paths[policy] ?? policy.text)\(line.map { ":\($0)" } ?? "")]"
    }

    private var facts: [StyledLine] {
        let statements =
            decision.reasons + decision.overruled + decision.advice + decision.obligations + decision.observed
        let failures = decision.failures + decision.observedFailures
        let spoken = Set(statements.map(\.policy) + failures.map(\.policy))
        var lines: [StyledLine] = [
            "", decision.traces.isEmpty ? "no policy was evaluated" : "facts that the policies read:",
        ]
        for trace in decision.traces {
            lines.append("  \(trace.policy, .strong)\(spoken.contains(trace.policy) ? "" : "  (no effect)")")
            lines += trace.facts.map { .sentence("    \($0.text) = \($0.value)") }
        }
        return lines + ["policy set \(decision.version)"]
    }
}

extension Decision {
    /// `permit` or `deny`, in its style.
    package var word: StyledLine { isPermitted ? "\("permit", .good)" : "\("deny", .bad)" }
}
