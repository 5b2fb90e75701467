internal import Model
internal import PolicyTesting
internal import Presentation

/// The coverage of policies by their tests, for people at a terminal.
struct CoverageReport {
    private let coverage: Coverage

    init(_ coverage: Coverage) {
        self.coverage = coverage
    }

    /// Prints the source and the gaps of every policy that is not fully covered, then the totals.
    func print(to terminal: Terminal) {
        for policy in coverage.policies where !policy.gaps.isEmpty || policy.problem != nil {
            terminal.print()
            print(policy, to: terminal)
        }
        terminal.print()
        let full = coverage.policies.count { $0.gaps.isEmpty && $0.problem == nil }
        if full > 0 {
            terminal.print("\(full) of \(counted(coverage.policies.count, "policy", "policies")) fully covered")
        }
        terminal.print("coverage: \(summary)")
    }

    /// `lines 97 % (33 of 34), branches …`.
    var summary: String {
        coverage.measures.map { name, count in
            "\(name) \(count.percent) % (\(count.tried) of \(count.all))"
        }.joined(separator: ", ")
    }

    private func print(_ policy: PolicyCoverage, to terminal: Terminal) {
        let counts = [("lines", policy.lines), ("branches", policy.branches), ("facts", policy.facts)]
        let words = counts.map { "\($0.0) \($0.1.percent) %" }.joined(separator: ", ")
        terminal.print(terminal.styled("\(Terminal.escaped(policy.path)): \(words)", .bold))
        if let problem = policy.problem { terminal.print(terminal.styled("  \(problem)", .yellow)) }
        let width = String(policy.source.count).utf8.count
        let blank = String(repeating: " ", count: width + 4)
        let last = policy.source.last == "" ? policy.source.count - 1 : policy.source.count
        for number in 1...max(1, last) {
            let gaps = policy.gaps.filter { $0.line == number }
            let mark = Self.mark(policy, number, isWhole: gaps.isEmpty)
            let digits = String(number)
            let padding = String(repeating: " ", count: width - digits.utf8.count)
            let source = policy.source[number - 1]
            let style: Terminal.Style = mark == "✘" ? .red : mark == "✓" ? .green : mark == "½" ? .yellow : .dim
            terminal.print(
                "\(terminal.styled("\(mark) \(padding)\(digits)", style))  \(Terminal.escaped(source))")
            for gap in gaps { print(gap, under: source, after: blank, to: terminal) }
        }
        let tests = policy.gaps.flatMap(\.tests)
        if tests.isEmpty { return }
        terminal.print()
        terminal.print(
            terminal.styled("-- Tests that cover this. They expect the current decisions: are these right?", .dim))
        for line in tests.flatMap({ $0.split(separator: "\n") }) { terminal.print(Terminal.escaped(String(line))) }
    }

    /// The mark of a line that is covered in full, in part or not at all; a blank for a line without code.
    private static func mark(_ policy: PolicyCoverage, _ line: Int, isWhole: Bool) -> String {
        guard let hits = policy.hits[line] else { return isWhole ? " " : "½" }
        let isAsked = policy.branchOutcomes.contains { $0.line == line && $0.isReached }
        if policy.missed.contains(line), hits == 0, !isAsked { return "✘" }
        return isWhole ? "✓" : "½"
    }

    private func print(_ gap: CoverageGap, under source: String, after blank: String, to terminal: Terminal) {
        func width(_ range: Range<Int>) -> Int {
            let bytes = source.utf8.dropFirst(range.lowerBound).prefix(range.count)
            return DisplayWidth.of(Terminal.escaped(String(decoding: bytes, as: UTF8.self)))
        }
        let before = width(0..<gap.columns.lowerBound - 1)
        let under = max(1, width(gap.columns.lowerBound - 1..<gap.columns.upperBound - 1))
        let line = String(repeating: " ", count: before) + String(repeating: "~", count: under)
        terminal.print(terminal.styled("\(blank)\(line) \(Terminal.escaped(gap.message))", .yellow))
    }
}
