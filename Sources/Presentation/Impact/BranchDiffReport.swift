package import Analysis
internal import Decisions
internal import Model
package import Policies
internal import PolicyTesting

/// The differences between two policy sets on all branches, for people, for a merge request, and for machines.
package struct BranchDiffReport {
    package let diff: BranchDiff
    private let policies: [PolicySet]

    /// - Parameter policies: the sets before and after.
    package init(_ diff: BranchDiff, policies: [PolicySet]) { (self.diff, self.policies) = (diff, policies) }

    private func title(_ direction: BranchDiff.Direction) -> String {
        switch direction {
        case .widened: "widened: what is denied before is permitted"
        case .narrowed: "narrowed: what is permitted before is denied"
        case .changed: "changed: the same decision with another code, obligation or advice"
        }
    }

    private func condition(_ difference: BranchDiff.Difference) -> String {
        "\(difference.kind.rawValue): "
            + (difference.conditions.isEmpty ? "always" : difference.conditions.joined(separator: ", "))
    }

    /// The request that shows a difference, as a test that expects the decision from before.
    private func test(_ difference: BranchDiff.Difference) -> String {
        let question = difference.example.question
        return RecordedTest(
            question, difference.decisions.before, policies: policies[0], directory: difference.example.directory
        ).text(named: "\(difference.policies.joined(separator: ", ")) as before on \(question.action)")
    }

    private static func words(_ decision: Decision) -> String {
        let codes = decision.reasons.compactMap(\.code).map(\.text)
        let said = decision.obligations.map { "oblige \($0.text)" } + decision.advice.map { "advise \($0.text)" }
        let all = codes + said
        return decision.code + (all.isEmpty ? "" : " (\(all.joined(separator: "; ")))")
    }

    private var summary: [String] {
        let all = counted(diff.branches, "branch", "branches")
        if diff.isEqual { return ["equal: both sets decide every request alike, on \(all)"] }
        let found = counted(diff.differences.count, "difference")
        return ["\(found) on \(all)"] + diff.bounds.map { "not known: \($0)" }
    }

    /// The report, and the sentences for the person who started the run.
    package func lines(_ format: ImpactFormat) -> (output: [StyledLine], notes: [String]) {
        switch format {
        case .text: (text, summary)
        case .markdown: (markdown.map(StyledLine.verbatim), [])
        case .json: ([.verbatim(json.pretty)], [])
        }
    }

    private var text: [StyledLine] {
        var lines: [StyledLine] = []
        for direction in BranchDiff.Direction.allCases {
            let own = diff.differences.filter { $0.direction == direction }
            guard !own.isEmpty else { continue }
            let style: TextStyle = direction == .widened ? .bad : direction == .narrowed ? .caution : .strong
            lines.append("\(title(direction), style)")
            for difference in own {
                let cause = difference.policies.joined(separator: ", ")
                lines.append(.sentence("  \(condition(difference), .strong), by \(cause)", hanging: 4))
                let (before, after) = (Self.words(difference.decisions.before), Self.words(difference.decisions.after))
                lines.append(.sentence("    \(before) -> \(after)", hanging: 6))
                guard direction == .widened else { continue }
                for line in test(difference).split(separator: "\n") { lines.append("    \(line)") }
            }
        }
        return lines
    }

    private var markdown: [String] {
        var lines = ["### What the change does to every request", ""]
        for direction in BranchDiff.Direction.allCases {
            let own = diff.differences.filter { $0.direction == direction }
            guard !own.isEmpty else { continue }
            lines += [
                "**\(MarkdownTable.cell(title(direction)))**", "", "| when | by | before | after |",
                "|---|---|---|---|",
            ]
            for difference in own {
                let cells = [
                    condition(difference), difference.policies.joined(separator: ", "),
                    Self.words(difference.decisions.before), Self.words(difference.decisions.after),
                ]
                lines.append("| \(cells.map(MarkdownTable.cell).joined(separator: " | ")) |")
            }
            lines.append("")
        }
        return lines + summary.map { "- \(MarkdownTable.cell($0))" }
    }

    private var json: JSON {
        let differences = diff.differences.map { difference in
            JSON.object([
                .init("direction", .string(difference.direction.rawValue)),
                .init("on", .string(difference.kind.rawValue)), .init("policies", .strings(difference.policies)),
                .init("when", .strings(difference.conditions)),
                .init("before", .string(Self.words(difference.decisions.before))),
                .init("after", .string(Self.words(difference.decisions.after))),
                .init("test", .string(test(difference))),
            ])
        }
        return .object([
            .init("is_equal", .boolean(diff.isEqual)), .init("differences", .array(differences)),
            .init("not_known", .strings(diff.bounds)), .init("branches", .integer(Int64(diff.branches))),
        ])
    }
}
