package import Model
package import PolicyTesting

/// The coverage of policies by their tests, for programs.
package enum CoverageFile {
    /// The coverage in the format of `lcov`.
    package static func lcov(_ coverage: Coverage) -> String {
        var lines: [String] = ["TN:demilune"]
        for policy in coverage.policies {
            lines.append("SF:\(policy.path)")
            for (block, way) in policy.branchOutcomes.enumerated() {
                for (branch, isGone) in [way.yes, way.no].enumerated() {
                    lines.append("BRDA:\(way.line),\(block),\(branch),\(way.isReached ? isGone ? "1" : "0" : "-")")
                }
            }
            lines += ["BRF:\(policy.branches.all)", "BRH:\(policy.branches.tried)"]
            for (line, hits) in policy.hits.sorted(by: { $0.key < $1.key }) { lines.append("DA:\(line),\(hits)") }
            lines += ["LF:\(policy.hits.count)", "LH:\(policy.hits.values.count { $0 > 0 })", "end_of_record"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    package static func json(_ coverage: Coverage) -> JSON {
        .object(
            coverage.measures.map { JSON.Member($0.name, json($0.count)) } + [
                .init("policies", .array(coverage.policies.map(json)))
            ])
    }

    private static func json(_ count: CoverageCount) -> JSON {
        .object([
            .init("tried", .integer(Int64(count.tried))), .init("all", .integer(Int64(count.all))),
            .init("percent", .integer(Int64(count.percent))),
        ])
    }

    private static func json(_ policy: PolicyCoverage) -> JSON {
        let hits = policy.hits.sorted { $0.key < $1.key }
        return .object([
            .init("policy", .string(policy.policy)), .init("path", .string(policy.path)),
            .init("lines", json(policy.lines)), .init("branches", json(policy.branches)),
            .init("facts", json(policy.facts)), .init("problem", .optional(policy.problem)),
            .init("hits", .object(hits.map { .init("\($0.key)", .integer(Int64($0.value))) })),
            .init("gaps", .array(policy.gaps.map(json))),
        ])
    }

    private static func json(_ gap: CoverageGap) -> JSON {
        .object([
            .init("line", .integer(Int64(gap.line))), .init("column", .integer(Int64(gap.columns.lowerBound))),
            .init("end", .integer(Int64(gap.columns.upperBound))), .init("kind", .string(gap.kind.rawValue)),
            .init("message", .string(gap.message)), .init("tests", .strings(gap.tests)),
        ])
    }
}

extension Coverage {
    /// The counts of lines, branches and facts, by name.
    package var measures: [(name: ExactName, count: CoverageCount)] {
        [("lines", lines), ("branches", branches), ("facts", facts)]
    }
}
