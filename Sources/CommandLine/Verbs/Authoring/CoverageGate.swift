internal import Model
internal import PolicyTesting
internal import Presentation

/// The least coverage required: `90` of everything, or `lines=95,branches=90,facts=80`.
struct CoverageGate {
    private static let names: [ExactName] = ["lines", "branches", "facts"]

    private let least: [ExactName: Int]

    init(_ text: String) throws(CommandError) {
        var least: [ExactName: Int] = [:]
        if let all = Self.percent(text[...]) {
            for name in Self.names { least[name] = all }
        } else {
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard words.count == 2, Self.names.contains(ExactName(words[0])), let percent = Self.percent(words[1])
                else {
                    throw .usage(
                        "`--coverage-min` must be a percentage, or `lines=95,branches=90,facts=80`, got `\(text)`")
                }
                least[ExactName(words[0])] = percent
            }
        }
        self.least = least
    }

    private static func percent(_ text: Substring) -> Int? {
        guard let number = Int(text), (0...100).contains(number) else { return nil }
        return number
    }

    /// The measures below their minimum, in words.
    func shortfalls(of coverage: Coverage) -> [String] {
        coverage.measures.compactMap { name, count in
            guard let least = least[name], count.tried * 100 < least * count.all else { return nil }
            return "\(count.percent) % of the \(name) are covered, but \(least) % are required"
        }
    }
}

extension Option<CoverageGate?> {
    static var coverageMin: Self {
        Self(
            "coverage-min", "N",
            "fail when less than N percent of the lines, branches or facts are covered; "
                + "or lines=N,branches=N,facts=N", absent: nil
        ) { text throws(CommandError) in try CoverageGate(text) }
    }
}
