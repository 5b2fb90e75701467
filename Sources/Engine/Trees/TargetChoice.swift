/// The values by which policies are ruled out, chosen among those that their targets compare: the ones that leave the
/// fewest policies, if each constant is as frequent as any other.
struct TargetChoice {
    /// As many constants as one value may be compared with, and as many combinations as several may have.
    private static let mostConstants = 1 << 15
    private static let mostCombinations = 1 << 16
    private static let mostComparisons = 4
    private static let mostPresences = 4
    /// With more policies than this left, most combinations would share most of what they ask.
    private static let mostLeft = 128.0
    /// So few policies are asked without another look-up.
    private static let fewPolicies = 1.5

    /// Empty where they would leave too many policies.
    private(set) var comparisons: [TargetCompiler.Comparison] = []
    /// The places that most of the conditions need, beside those that are compared.
    private(set) var presences: [Int] = []

    /// - Parameters:
    ///   - count: the number of policies.
    ///   - isForced: true to choose some whatever they leave.
    init(_ all: [TargetCompiler.Comparison], of count: Int, isForced: Bool) {
        var rest = all
        /// By policy, the share of the combinations with which it may say something.
        var shares = [Double](repeating: 1, count: count)
        var (left, combinations) = (Double(count), 1)
        while comparisons.count < Self.mostComparisons, left > Self.fewPolicies || isForced {
            let most = (comparisons.isEmpty ? Self.mostConstants : Self.mostCombinations / combinations) - 2
            var best: (place: Int, left: Double)?
            for (place, comparison) in rest.enumerated() where comparison.texts.count <= most {
                let left = Self.left(shares, comparison)
                if left < best?.left ?? .infinity { best = (place, left) }
            }
            guard let best, best.left < (isForced ? 1 : 0.75) * left else { break }
            let comparison = rest.remove(at: best.place)
            for condition in comparison.conditions { shares[condition.place] *= Self.share(condition, comparison) }
            (left, combinations) = (best.left, combinations * (comparison.texts.count + 2))
            comparisons.append(comparison)
        }
        if !isForced, left > min(Double(count) / 4, Self.mostLeft) { comparisons = [] }
        let compared = Set(comparisons.compactMap(\.source.place))
        var counts: [Int: Int] = [:]
        for place in comparisons.flatMap(\.conditions).flatMap(\.needed) where !compared.contains(place) {
            counts[place, default: 0] += 1
        }
        presences = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.mostPresences).map(\.key)
    }

    /// The number of policies that are left when one more value is looked up.
    private static func left(_ shares: [Double], _ comparison: TargetCompiler.Comparison) -> Double {
        comparison.conditions.reduce(shares.reduce(0, +)) { left, condition in
            left - shares[condition.place] * (1 - share(condition, comparison))
        }
    }

    private static func share(
        _ condition: TargetCompiler.Condition, _ comparison: TargetCompiler.Comparison
    ) -> Double { Double(condition.numbers.count) / Double(comparison.texts.count + 1) }
}
