internal import Analysis
internal import CommandLine
internal import Model
internal import Policies

/// Prints an explanation: each policy with its line of source and the facts it read.
struct ExplanationPrinter {
    private let explanation: Explanation
    /// The policies with their sources; `nil` when the explanation is of another version.
    private let loaded: LoadedPolicies?

    init(_ explanation: Explanation, _ loaded: LoadedPolicies?) {
        self.explanation = explanation
        self.loaded = loaded.flatMap { $0.set.version == explanation.version ? $0 : nil }
    }

    func print(to terminal: Terminal) {
        terminal.tell(Terminal.escaped(explanation.opening))
        for sentence in explanation.validity { terminal.tell(Terminal.escaped(sentence)) }
        let silent = explanation.sections.filter { $0.statements.isEmpty && $0.failures.isEmpty && $0.policy != nil }
        for section in explanation.sections
        where !silent.contains(where: { $0.policy == section.policy }) || section.policy == nil {
            terminal.print()
            tell(section, terminal)
        }
        if !silent.isEmpty {
            terminal.print()
            terminal.tell("These policies had no effect:")
            for section in silent {
                let facts = section.facts.map(Self.words).joined(separator: "; ")
                terminal.tell(
                    "  \(Terminal.escaped(section.policy!))\(facts.isEmpty ? "" : ": \(Terminal.escaped(facts))")")
            }
        }
        terminal.print()
        terminal.tell(terminal.styled(Terminal.escaped(explanation.closing), explanation.isPermitted ? .green : .red))
    }

    private func tell(_ section: Explanation.PolicySection, _ terminal: Terminal) {
        let name = section.policy ?? "Facts read"
        let note = section.isObserving ? " (only observed)" : section.isDecisive ? "" : " (does not count)"
        terminal.tell(terminal.styled(Terminal.escaped(name), .bold) + note)
        let source = section.policy.flatMap { name in
            loaded?.lines(of: "\(name).lua").map { PolicyText($0.joined(separator: "\n"), terminal) }
        }
        for statement in section.statements {
            let text = statement.text.isEmpty ? "gives no reason" : statement.text
            let style: Terminal.Style =
                statement.effect == .deny ? .red : statement.effect == .permit ? .green : .yellow
            terminal.tell(
                "  \(terminal.styled(statement.effect.word, style)) at line \(statement.line): \(Terminal.escaped(text))"
            )
            if let source { terminal.print("    \(statement.line) | \(source[statement.line].trimmed)") }
        }
        for failure in section.failures {
            let line = failure.line.map { " at line \($0)" } ?? ""
            terminal.tell("  \(terminal.styled("fails", .red))\(line): \(Terminal.escaped(failure.message))")
            if let source, let line = failure.line { terminal.print("    \(line) | \(source[line].trimmed)") }
        }
        guard !section.facts.isEmpty else { return }
        terminal.tell("  because it read")
        for fact in section.facts { terminal.tell("    \(Terminal.escaped(Self.words(fact)))") }
    }

    private static func words(_ fact: PolicyTrace.Fact) -> String { "\(fact.text) = \(fact.value)" }

    var json: JSON {
        .object([
            .init("decision", .boolean(explanation.isPermitted)), .init("code", .string(explanation.code)),
            .init("policy_code", .optional(explanation.policyCode)), .init("opening", .string(explanation.opening)),
            .init("liveness", .strings(explanation.validity)),
            .init("policies", .array(explanation.sections.map(Self.json))),
            .init("ending", .string(explanation.closing)),
            .init("version", .string(explanation.version)),
        ])
    }

    private static func json(_ section: Explanation.PolicySection) -> JSON {
        .object([
            .init("policy", .optional(section.policy)), .init("decides", .boolean(section.isDecisive)),
            .init(
                "said",
                .array(
                    section.statements.map { statement in
                        .object([
                            .init("effect", .string(statement.effect.rawValue)),
                            .init("line", .integer(Int64(statement.line))), .init("text", .string(statement.text)),
                        ])
                    })),
            .init("failures", .strings(section.failures.map(\.message))),
            .init(
                "read",
                .array(
                    section.facts.map {
                        .object([.init("fact", .string($0.text)), .init("value", .string($0.value))])
                    })),
        ])
    }
}

extension PolicyStatement.Effect {
    /// The verb for the effect: `permits`.
    fileprivate var word: String {
        switch self {
        case .permit: "permits"
        case .deny: "denies"
        case .advise: "advises"
        case .oblige: "obliges"
        }
    }
}

extension String {
    /// The string without the blanks at its beginning; styles before them stay.
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
