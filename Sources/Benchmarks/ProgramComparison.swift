/// The speed of a program compared with an earlier one, from several rounds in which the programs took turns.
///
/// The earlier program is measured twice, as if it were two: the difference is the noise of this machine, for each row.
package struct ProgramComparison: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package let name: String
        /// Lower quartiles of nanoseconds.
        package let new: Double
        package let old: Double
        /// The lower quartile of the new program, as a multiple of that of the old one.
        package let ratio: Double
        /// The ratio of the old program's two lower quartiles, or its inverse: at least 1.
        package let spread: Double

        package var isSlower: Bool { ratio > max(ProgramComparison.tolerance, spread) }
        package var isFaster: Bool { 1 / ratio > max(ProgramComparison.tolerance, spread) }
    }

    /// A row is slower when its ratio exceeds this, and its spread.
    package static let tolerance = 1.03

    /// The figures in every report of both programs, in the order of the new program's.
    package private(set) var rows: [Row] = []
    package private(set) var onlyNew: [String] = []
    package private(set) var onlyOld: [String] = []
    /// The figures that both programs have, but not in every round.
    package private(set) var sometimes: [String] = []

    /// - Parameter again: the second measurement of the old program.
    package init(new: [BenchFigures], old: [BenchFigures], again: [BenchFigures]) {
        let arms = [new, old, again].map(Self.byName)
        var names: [String] = []
        for figure in (new + old + again).flatMap(\.figures)
        where !names.contains(where: { $0.utf8.elementsEqual(figure.name.utf8) }) {
            names.append(figure.name)
        }
        for name in names {
            let values = arms.map { $0[Array(name.utf8)] ?? [] }
            if values[1].isEmpty, values[2].isEmpty {
                onlyNew.append(name)
            } else if values[0].isEmpty {
                onlyOld.append(name)
            } else if zip(values, [new, old, again]).allSatisfy({ $0.count == $1.count }) {
                let quartiles = values.map(Self.lowerQuartile)
                let twice = quartiles[2] / quartiles[1]
                rows.append(
                    Row(
                        name: name, new: quartiles[0], old: quartiles[1], ratio: quartiles[0] / quartiles[1],
                        spread: max(twice, 1 / twice)))
            } else {
                sometimes.append(name)
            }
        }
    }

    package var slower: [Row] { rows.filter(\.isSlower) }

    private static func byName(_ reports: [BenchFigures]) -> [[UInt8]: [Double]] {
        var values: [[UInt8]: [Double]] = [:]
        for figure in reports.flatMap(\.figures) {
            values[Array(figure.name.utf8), default: []].append(figure.nanoseconds)
        }
        return values
    }

    /// The lower quartile of values, interpolated between its neighbours. Disturbances make a measurement longer, so
    /// the shorter ones say more.
    /// - Parameter values: at least one.
    package static func lowerQuartile(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let place = Double(sorted.count - 1) / 4
        let index = Int(place)
        guard index + 1 < sorted.count else { return sorted[index] }
        return sorted[index] + (sorted[index + 1] - sorted[index]) * (place - Double(index))
    }
}
