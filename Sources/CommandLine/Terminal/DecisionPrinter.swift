internal import Decisions
package import Model
package import Policies

/// A decision in words that a person can follow.
package struct DecisionPrinter {
    private let decision: Decision
    private let paths: [ExactName: String]

    package init(_ decision: Decision, policies: PolicySet) {
        self.decision = decision
        paths = Dictionary(policies.policies.map { ($0.id, $0.path) }, uniquingKeysWith: { one, _ in one })
    }

    package func print(to terminal: Terminal, withFacts: Bool) {
        let verdict = decision.isPermitted ? terminal.styled("permit", .green) : terminal.styled("deny", .red)
        let code = [decision.code, decision.policyCode?.text].compactMap(\.self).map(Terminal.escaped)
        terminal.print("\(verdict)  (\(code.joined(separator: ": ")))")
        if decision.reasons.isEmpty, let words = Decision.words(for: decision.code) {
            terminal.print("  because \(words)")
        }
        show(decision.reasons, to: terminal)
        show(decision.failures, to: terminal)
        show(decision.advice, to: terminal)
        show(decision.obligations, to: terminal)
        if withFacts { show(decision.overruled, to: terminal, prefix: "overruled, ") }
        show(decision.observed, to: terminal, prefix: "only observed, ")
        show(decision.observedFailures, to: terminal, prefix: "only observed, ")
        for name in decision.ignored { terminal.print("  ignored: `\(Terminal.escaped(name))` is not declared") }
        if withFacts { printFacts(to: terminal) }
    }

    private func show(_ statements: [PolicyStatement], to terminal: Terminal, prefix: String = "") {
        for statement in statements {
            let word: String
            switch statement.effect {
            case .permit: word = "permitted"
            case .deny: word = "denied"
            case .advise: word = "advice"
            case .oblige: word = "must"
            }
            let details = statement.details.isEmpty ? "" : " " + JSON.object(statement.details).compact
            let text = statement.text.isEmpty ? "no reason given" : statement.text
            terminal.tell(
                "  \(prefix)\(word): \(Terminal.escaped(text + details))\(place(statement.policy, statement.line))")
        }
    }

    private func show(_ failures: [Failure], to terminal: Terminal, prefix: String = "") {
        for failure in failures {
            let message = Terminal.escaped(failure.message)
            terminal.tell("  \(prefix)failed: \(message)\(place(failure.policy, failure.line))")
        }
    }

    private func place(_ policy: ExactName, _ line: Int?) -> String {
        let path = Terminal.escaped(paths[policy] ?? policy.text)
        return "  [\(path)\(line.map { ":\($0)" } ?? "")]"
    }

    private func printFacts(to terminal: Terminal) {
        terminal.print()
        let statements =
            decision.reasons + decision.overruled + decision.advice + decision.obligations
            + decision.observed
        let failures = decision.failures + decision.observedFailures
        let spoken = Set(statements.map(\.policy) + failures.map(\.policy))
        terminal.print(decision.traces.isEmpty ? "no policy was evaluated" : "facts that the policies read:")
        for trace in decision.traces {
            let word = spoken.contains(trace.policy) ? "" : "  (no effect)"
            terminal.print("  \(terminal.styled(Terminal.escaped(trace.policy), .bold))\(word)")
            for fact in trace.facts { terminal.tell("    \(Terminal.escaped("\(fact.text) = \(fact.value)"))") }
        }
        terminal.print("policy set \(Terminal.escaped(decision.version))")
    }
}
