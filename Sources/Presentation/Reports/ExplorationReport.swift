package import Analysis
internal import Decisions
internal import Model
internal import Policies
internal import PolicyTesting

/// The verdicts on invariants, with what was explored for them, for people and for machines.
package struct ExplorationReport {
    package enum Format: String, CaseIterable, Sendable {
        case text
        case json
        case markdown
    }

    /// A verdict with its words.
    package struct Entry {
        package let verdict: InvariantVerdict
        package let reasons: [String]
        /// The counterexample as a test, which fails as long as the invariant is wrong; `nil` without one.
        package let test: String?
    }

    package let entries: [Entry]
    private let path: String
    private let deep: DeepFindings
    private var findings: [DeepFinding] { deep.findings }

    /// - Parameters:
    ///   - path: the file of the invariants.
    ///   - findings: what no request shows.
    package init(
        _ verdicts: [InvariantVerdict], of exploration: Exploration, path: String, findings: DeepFindings
    ) {
        self.path = path
        deep = findings
        entries = verdicts.map { verdict in
            switch verdict.result {
            case .proved: Entry(verdict: verdict, reasons: [], test: nil)
            case .bounded(let bounds): Entry(verdict: verdict, reasons: bounds.map(exploration.words), test: nil)
            case .refuted(let example, _):
                Entry(
                    verdict: verdict, reasons: [],
                    test: RecordedTest(
                        example.question, mustPermit: !verdict.invariant.forbidsPermits, policies: exploration.set,
                        directory: example.directory
                    ).text(named: verdict.invariant.text))
            }
        }
    }

    package func count(_ word: Word) -> Int { entries.count { Self.word($0.verdict) == word } }

    package enum Word: String, Sendable {
        case proved
        case refuted
        case bounded
    }

    private static func word(_ verdict: InvariantVerdict) -> Word {
        switch verdict.result {
        case .proved: .proved
        case .refuted: .refuted
        case .bounded: .bounded
        }
    }

    // MARK: Sentences

    private func statement(_ invariant: Invariant) -> String {
        let effect = invariant.isAboutPermits ? "permit" : "deny"
        return "\(invariant.claim.rawValue) \(effect): \(invariant.text)"
    }

    /// The grounds of a verdict.
    private func basis(_ verdict: InvariantVerdict) -> String {
        let all =
            "\(counted(verdict.branches, "branch", "branches")) of \(counted(verdict.policies, "policy", "policies"))"
        switch verdict.result {
        case .proved(.everyBranch): return "on \(all)"
        case .proved(.core): return "the core refuses every such request before any policy"
        case .proved(.vacuous):
            return "but no request is as its condition says: it may say something else than was meant"
        case .refuted(_, let decision):
            let reasons = decision.reasons.map { "\($0.policy): \($0.text)" } + decision.failures.map(\.message)
            return "\(decision.code)" + (reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))")
        case .bounded: return "neither proved nor refuted"
        }
    }

    private var summary: [String] {
        let cut =
            deep.isComplete ? [] : ["not every policy was compared with the others in time: there may be more findings"]
        guard !entries.isEmpty else { return cut + ["no invariants: there is no `\(path)`"] }
        let counts = [Word.proved, .refuted, .bounded].map { ($0, count($0)) }.filter { $0.1 > 0 }
        let words = counts.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
        return ["\(counted(entries.count, "invariant")): \(words)"] + cut
    }

    private func words(_ finding: DeepFinding) -> String {
        let kind = finding.kindOfDecision.rawValue
        return switch finding.kind {
        case .neverDecisive: "\(finding.policy): without it, every decision on \(kind) would be the same"
        case .shadowedDeny: "\(finding.policy): whenever it denies on \(kind), another policy denies, too"
        case .sameDenies:
            "\(finding.policy): it denies on \(kind) what \(finding.other?.text ?? "another") denies, and nothing else"
        case .unlimitedPermit: "\(finding.policy): no policy denies anything that it permits on \(kind)"
        }
    }

    // MARK: Forms

    /// The report, and the sentences for the person who started the run.
    package func lines(_ format: Format) -> (output: [StyledLine], notes: [String]) {
        switch format {
        case .text: (text, summary)
        case .markdown: (markdown, [])
        case .json: ([.verbatim(json.pretty)], [])
        }
    }

    private var text: [StyledLine] {
        var lines: [StyledLine] = []
        for entry in entries {
            let verdict = entry.verdict
            let word = Self.word(verdict)
            let style: TextStyle = word == .proved ? .good : word == .refuted ? .bad : .caution
            lines.append(.sentence("\(word.rawValue, style)  \(statement(verdict.invariant), .strong)", hanging: 9))
            lines.append(.sentence("         \(basis(verdict)) (\(path):\(verdict.invariant.line))", hanging: 9))
            for reason in entry.reasons { lines.append(.sentence("         \(reason)", hanging: 11)) }
            for line in entry.test?.split(separator: "\n") ?? [] { lines.append("    \(line)") }
        }
        if !findings.isEmpty {
            lines.append("")
            for finding in findings { lines.append(.sentence("\("finding", .caution)  \(words(finding))", hanging: 9)) }
        }
        return lines
    }

    private var markdown: [StyledLine] {
        var lines = ["### What the policies never do", "", "| verdict | invariant | basis |", "|---|---|---|"]
        for entry in entries {
            let cells = [
                Self.word(entry.verdict).rawValue, statement(entry.verdict.invariant),
                ([basis(entry.verdict)] + entry.reasons).joined(separator: "; "),
            ]
            lines.append("| \(cells.map(MarkdownTable.cell).joined(separator: " | ")) |")
        }
        for entry in entries {
            guard let test = entry.test else { continue }
            lines += ["", "A counterexample, as a test:", "", "```lua"]
            lines += test.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
                ControlCharacters.escaped(String($0))
            }
            lines.append("```")
        }
        lines.append("")
        lines += (summary + findings.map(words)).map { "- \(MarkdownTable.cell($0))" }
        return lines.map(StyledLine.verbatim)
    }

    private var json: JSON {
        let invariants = entries.map { entry in
            let (verdict, invariant) = (entry.verdict, entry.verdict.invariant)
            return JSON.object([
                .init("text", .string(invariant.text)), .init("claim", .string(invariant.claim.rawValue)),
                .init("effect", .string(invariant.isAboutPermits ? "permit" : "deny")),
                .init("about", .string(invariant.subject.rawValue)), .init("line", .integer(Int64(invariant.line))),
                .init("verdict", .string(Self.word(verdict).rawValue)), .init("basis", .string(basis(verdict))),
                .init("branches", .integer(Int64(verdict.branches))),
                .init("policies", .integer(Int64(verdict.policies))), .init("reasons", .strings(entry.reasons)),
                .init("test", entry.test.map { .string($0) } ?? .null),
            ])
        }
        let found = findings.map { finding in
            JSON.object([
                .init("policy", .string(finding.policy)), .init("kind", .string(finding.kind.rawValue)),
                .init("on", .string(finding.kindOfDecision.rawValue)), .init("other", .optional(finding.other)),
            ])
        }
        return .object([
            .init("path", .string(path)), .init("invariants", .array(invariants)), .init("findings", .array(found)),
            .init("findings_are_complete", .boolean(deep.isComplete)),
        ])
    }
}
