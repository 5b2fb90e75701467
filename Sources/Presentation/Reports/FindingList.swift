package import Model

/// Findings as lines for people: errors first, each sentence once, and no more lines than somebody reads.
package struct FindingList {
    private let findings: [Diagnostic]
    private let isWhole: Bool
    /// The way to see what is cut off, as a sentence continues: "`--trace` shows them".
    private let rest: String
    private let excerpt: (Diagnostic) -> [StyledLine]

    /// The greatest number of lines, unless the whole is asked for.
    private static let mostLines = 30
    /// The greatest number of other places of a finding.
    private static let mostPlaces = 3

    /// - Parameters:
    ///   - isWhole: true for every finding and every place.
    ///   - rest: the way to see what is cut off, after a semicolon.
    ///   - excerpt: the lines of the source to show under a finding.
    package init(
        _ findings: [Diagnostic], isWhole: Bool = false, rest: String = "`demilune check --trace` lists them",
        excerpt: @escaping (Diagnostic) -> [StyledLine] = { _ in [] }
    ) {
        self.findings = findings.filter { $0.severity == .error } + findings.filter { $0.severity != .error }
        self.isWhole = isWhole
        self.rest = rest
        self.excerpt = excerpt
    }

    package var lines: [StyledLine] {
        var lines: [StyledLine] = []
        var hidden: [Diagnostic] = []
        for finding in merged {
            let own = block(finding)
            if isWhole || hidden.isEmpty && lines.count + own.count <= Self.mostLines {
                lines += own
            } else {
                hidden.append(finding)
            }
        }
        guard !hidden.isEmpty else { return lines }
        func places(_ severity: Diagnostic.Severity) -> Int {
            hidden.reduce(0) { $1.severity == severity ? $0 + 1 + $1.affected.count : $0 }
        }
        let counts = [(places(.error), "error"), (places(.warning), "warning")].filter { $0.0 > 0 }
            .map { counted($0.0, "more " + $0.1) }
        return lines + ["… \(counts.joined(separator: ", ")); \(rest)"]
    }

    private func block(_ finding: Diagnostic) -> [StyledLine] {
        let line: StyledLine = "\(finding, finding.severity == .error ? .bad : .caution)"
        guard !finding.affected.isEmpty else { return [line] + excerpt(finding) }
        let shown = isWhole ? finding.affected.count : Self.mostPlaces
        let more = finding.affected.count - shown
        let places = finding.affected.prefix(shown).map(\.description).joined(separator: ", ")
        return [line] + excerpt(finding) + ["    also at \(places)\(more > 0 ? " and \(more) more" : "")"]
    }

    /// The findings with those of the same sentence in one.
    private var merged: [Diagnostic] {
        var merged: [Diagnostic] = []
        var numbers: [[UInt8]: Int] = [:]
        for finding in findings {
            let sentence = Array(finding.sentence.utf8)
            if let number = numbers[sentence] {
                merged[number].affected += [finding.place] + finding.affected
            } else {
                numbers[sentence] = merged.count
                merged.append(finding)
            }
        }
        return merged
    }
}
