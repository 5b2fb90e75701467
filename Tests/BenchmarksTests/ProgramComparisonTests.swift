import Benchmarks
import Model
import Testing

/// Statistics of the figures of two programs.
@Suite struct ProgramComparisonTests {
    private func reports(_ rows: [String: [Double]]) -> [BenchFigures] {
        let rounds = rows.values.map(\.count).max() ?? 0
        return (0..<rounds).map { round in
            BenchFigures(
                rows.sorted { $0.key < $1.key }.compactMap { name, values in
                    round < values.count ? .init(name, values[round]) : nil
                })
        }
    }

    private func compare(_ new: [Double], _ old: [Double], _ again: [Double]) throws -> ProgramComparison.Row {
        try #require(
            ProgramComparison(
                new: reports(["a": new]), old: reports(["a": old]), again: reports(["a": again])
            ).rows.first)
    }

    @Test(
        arguments: [
            ([7], 7), ([1, 2], 1.25), ([4, 1, 3, 2], 1.75), ([5, 4, 3, 2, 1], 2), ([9, 1, 1, 1, 1, 1, 9, 9], 1),
            ([10, 20, 30, 40, 50, 60, 70, 80], 27.5),
        ] as [([Double], Double)])
    func `a lower quartile is a quarter of the way from the shortest`(values: [Double], expected: Double) {
        #expect(ProgramComparison.lowerQuartile(values) == expected)
    }

    @Test(
        arguments: [
            // Equal; slower than the tolerance; exactly at the tolerance; slower, but within the old program's own
            // spread.
            (100, 100, 100, false, false), (104, 100, 100, true, false), (103, 100, 100, false, false),
            (104, 100, 105, false, false), (104, 100, 96, false, false), (104, 100, 103.9, true, false),
            // Noise that makes the second half faster counts as noise, too.
            (110, 100, 90, false, false), (112, 100, 90, true, false), (95, 100, 100, false, true),
            (95, 100, 94, false, false),
        ] as [(Double, Double, Double, Bool, Bool)])
    func `a row is slower when it exceeds the tolerance and the spread`(
        new: Double, old: Double, again: Double, isSlower: Bool, isFaster: Bool
    ) throws {
        let row = try compare([new, new], [old, old], [again, again])
        #expect(row.isSlower == isSlower && row.isFaster == isFaster, "\(row)")
        #expect(row.ratio == new / old && row.spread >= 1)
    }

    @Test func `a disturbance of some rounds changes nothing`() throws {
        let row = try compare(
            [100, 100, 100, 900, 400, 100, 100, 100], [100, 100, 700, 100, 100, 100, 300, 100],
            [100, 100, 100, 100, 100, 100, 100, 5_000])
        #expect(row.ratio == 1 && row.spread == 1 && !row.isSlower)
    }

    @Test func `figures that only one program has, or that some round lacks, are named`() {
        let comparison = ProgramComparison(
            new: reports(["a": [1, 1], "fresh": [2, 2], "rare": [3]]),
            old: reports(["a": [1, 1], "gone": [4, 4], "rare": [3, 3]]),
            again: reports(["a": [1, 1], "gone": [4, 4], "rare": [3, 3]]))
        #expect(comparison.rows.map(\.name) == ["a"])
        #expect(comparison.onlyNew == ["fresh"] && comparison.onlyOld == ["gone"] && comparison.sometimes == ["rare"])
    }

    @Test func `a report has figures, and rates become times`() throws {
        let text = """
            {"decisions":{"name":"the folder's","policies":13,"tree":{"median_ns":64,"p99_ns":90},"run":{"median_ns":1770}},
             "grown":[{"name":"3 on access","policies":3,"tree":{"median_ns":50},"run":{"median_ns":500}},
              {"policies":10,"tree":{"median_ns":51}}],
             "batch_per_second":1000000,"parsing_per_second":4000000,"request_bytes":221,"cold_ns":5000,"costs":[]}
            """
        let figures = try BenchFigures(json: try JSONReader.parse(text))
        #expect(figures.requestBytes == 221)
        #expect(
            figures.figures == [
                .init("3 on access, by trees", 50), .init("3 on access, run", 500), .init("10 on access, by trees", 51),
                .init("the folder's, by trees", 64), .init("the folder's, run", 1770),
                .init("the first decision", 5000),
                .init("a request of the batch", 1000), .init("a request, parsed", 250),
            ])
    }

    @Test(arguments: [
        ("{}", "the report has no figures"), ("[]", "the report has no figures"),
        ("{\"cold_ns\":\"5\"}", "`the first decision` is a string, not a number"),
        ("{\"cold_ns\":0}", "`the first decision` is 0: there were too few requests to measure it"),
        ("{\"batch_per_second\":-4}", "`a request of the batch` is -4: there were too few requests to measure it"),
    ])
    func `an invalid report is refused`(text: String, message: String) throws {
        let json = try JSONReader.parse(text)
        let error = #expect(throws: BenchFiguresError.self) { try BenchFigures(json: json) }
        #expect(error?.message == message)
    }
}
