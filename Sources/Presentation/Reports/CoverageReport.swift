internal import Model
package import PolicyTesting

/// The coverage of policies by their tests, for people.
package struct CoverageReport {
    private let coverage: Coverage

    package init(_ coverage: Coverage) {
        self.coverage = coverage
    }

    /// The source and the gaps of every policy that is not fully covered, then the totals.
    package var lines: [StyledLine] {
        let policies = coverage.policies.filter { !$0.gaps.isEmpty || $0.problem != nil }
        var lines: [StyledLine] = policies.flatMap { ["" as StyledLine] + self.lines(of: $0) } + [""]
        let full = coverage.policies.count - policies.count
        if full > 0 {
            lines.append("\(full) of \(counted(coverage.policies.count, "policy", "policies")) fully covered")
        }
        return lines + ["coverage: \(summary)"]
    }

    /// `lines 97 % (33 of 34), branches …`.
    package var summary: String {
        coverage.measures.map { name, count in
            "\(name) \(count.percent) % (\(count.tried) of \(count.all))"
        }.joined(separator: ", ")
    }

    private func lines(of policy: PolicyCoverage) -> [StyledLine] {
        let counts = [("lines", policy.lines), ("branches", policy.branches), ("facts", policy.facts)]
        let words = counts.map { "\($0.0) \($0.1.percent) %" }.joined(separator: ", ")
        var lines: [StyledLine] = ["\("\(policy.path): \(words)", .strong)"]
        if let problem = policy.problem { lines.append("\("  \(problem)", .caution)") }
        let width = String(policy.source.count).utf8.count
        let blank = String(repeating: " ", count: width + 4)
        let last = policy.source.last == "" ? policy.source.count - 1 : policy.source.count
        for number in 1...max(1, last) {
            let gaps = policy.gaps.filter { $0.line == number }
            let mark = Self.mark(policy, number, isWhole: gaps.isEmpty)
            let digits = String(number)
            let padding = String(repeating: " ", count: width - digits.utf8.count)
            let source = policy.source[number - 1]
            let style: TextStyle = mark == "✘" ? .bad : mark == "✓" ? .good : mark == "½" ? .caution : .faint
            lines.append("\("\(mark) \(padding)\(digits)", style)  \(source)")
            lines += gaps.map { line(of: $0, under: source, after: blank) }
        }
        let tests = policy.gaps.flatMap(\.tests).flatMap { $0.split(separator: "\n") }
        guard !tests.isEmpty else { return lines }
        let title = "-- Tests that cover this. They expect the current decisions: are these right?"
        return lines + ["", "\(title, .faint)"] + tests.map { "\($0)" }
    }

    /// The mark of a line that is covered in full, in part or not at all; a blank for a line without code.
    private static func mark(_ policy: PolicyCoverage, _ line: Int, isWhole: Bool) -> String {
        guard let hits = policy.hits[line] else { return isWhole ? " " : "½" }
        if hits > 0 { return isWhole ? "✓" : "½" }
        let isAsked = policy.branchOutcomes.contains { $0.line == line && $0.isReached }
        return isAsked || policy.partlyReached.contains(line) ? "½" : "✘"
    }

    private func line(of gap: CoverageGap, under source: String, after blank: String) -> StyledLine {
        func width(_ range: Range<Int>) -> Int {
            let bytes = source.utf8.dropFirst(range.lowerBound).prefix(range.count)
            return DisplayWidth.of(ControlCharacters.escaped(String(decoding: bytes, as: UTF8.self)))
        }
        let before = width(0..<gap.columns.lowerBound - 1)
        let under = max(1, width(gap.columns.lowerBound - 1..<gap.columns.upperBound - 1))
        let line = String(repeating: " ", count: before) + String(repeating: "~", count: under)
        return "\("\(blank)\(line) \(gap.message)", .caution)"
    }
}
