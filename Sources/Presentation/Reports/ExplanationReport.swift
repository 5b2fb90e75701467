package import Analysis
package import Model
package import Policies

/// An explanation in words: each policy with its line of source and the facts it read.
package struct ExplanationReport {
    private let explanation: Explanation
    private let source: PolicySource?

    /// - Parameter source: the policies that decided; `nil` when they are not at hand.
    package init(_ explanation: Explanation, source: PolicySource?) {
        self.explanation = explanation
        self.source = source
    }

    package var lines: [StyledLine] {
        let silent = explanation.sections.filter { $0.statements.isEmpty && $0.failures.isEmpty && $0.policy != nil }
        var lines = ([explanation.opening] + explanation.validity).map { StyledLine.sentence("\($0)") }
        for section in explanation.sections
        where !silent.contains(where: { $0.policy == section.policy }) || section.policy == nil {
            lines += [""] + self.lines(of: section)
        }
        if !silent.isEmpty {
            lines += ["", .sentence("These policies had no effect:")]
            for section in silent {
                let facts = section.facts.map(Self.words).joined(separator: "; ")
                lines.append(.sentence("  \(section.policy!)\(facts.isEmpty ? "" : ": ")\(facts)"))
            }
        }
        return lines + ["", .sentence("\(explanation.closing, explanation.isPermitted ? .good : .bad)")]
    }

    private func lines(of section: Explanation.PolicySection) -> [StyledLine] {
        let name = section.policy ?? "Facts read"
        let note = section.isObserving ? " (only observed)" : section.isDecisive ? "" : " (does not count)"
        var lines: [StyledLine] = [.sentence("\(name, .strong)\(note)")]
        let text = section.policy.flatMap { name in source?.files.first { $0.name == "\(name).lua" } }
            .map { HighlightedSource(String(decoding: $0.bytes, as: UTF8.self)) }
        for statement in section.statements {
            let reason = statement.text.isEmpty ? "gives no reason" : statement.text
            let (word, style) = Self.word(statement)
            lines.append(.sentence("  \(word, style) at line \(statement.line): \(reason)"))
            if let text { lines.append("    \(statement.line) | \(text[statement.line].trimmed)") }
        }
        for failure in section.failures {
            let line = failure.line.map { " at line \($0)" } ?? ""
            lines.append(.sentence("  \("fails", .bad)\(line): \(failure.message)"))
            if let text, let line = failure.line { lines.append("    \(line) | \(text[line].trimmed)") }
        }
        guard !section.facts.isEmpty else { return lines }
        lines.append(.sentence("  because it read"))
        return lines + section.facts.map { .sentence("    \(Self.words($0))") }
    }

    private static func words(_ fact: PolicyTrace.Fact) -> String { "\(fact.text) = \(fact.value)" }

    private static func word(_ statement: PolicyStatement) -> (word: String, style: TextStyle) {
        switch statement.effect {
        case .permit: ("permits", .good)
        case .deny: ("denies", .bad)
        case .advise: ("advises", .caution)
        case .oblige: (statement.occasion == .permit ? "obliges" : "obliges on a deny", .caution)
        }
    }

    package var json: JSON {
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
                        .object(
                            [
                                .init("effect", .string(statement.effect.rawValue)),
                                .init("line", .integer(Int64(statement.line))), .init("text", .string(statement.text)),
                            ] + (statement.effect == .oblige ? [.init("on", .string(statement.occasion.rawValue))] : [])
                        )
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
