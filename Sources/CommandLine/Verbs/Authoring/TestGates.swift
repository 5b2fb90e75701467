internal import Files
internal import Model
internal import PolicyTesting
internal import Presentation

/// The coverage and cost of a test run: the reports to write, and the limits to keep.
struct TestGates {
    static let options: [any OptionDeclaration] = [
        Option.coverage, Option.coverageLcov, Option.coverageJson, Option.coverageHtml, Option.coverageMin,
        Option.noSuggest,
        Option.cost, Option.costBaseline, Option.costGrowth, Option.costUpdate,
    ]

    private let terminal: Terminal
    private let files: [(kind: CoverageFormat, file: ReportFile)]
    private let gate: CoverageGate?
    private let showsCoverage: Bool
    private let showsCost: Bool
    private let isSuggesting: Bool
    private let baselinePath: String?
    private let baseline: CostBaseline?
    private let growth: Int

    init(_ invocation: Invocation) throws(CommandError) {
        terminal = invocation.terminal
        showsCoverage = invocation[.coverage]
        showsCost = invocation[.cost]
        gate = invocation[.coverageMin]
        baselinePath = invocation[.costBaseline]
        growth = invocation[.costGrowth]
        let isUpdate = invocation[.costUpdate]
        if baselinePath == nil, isUpdate || invocation.isGiven(Option.costGrowth) {
            let option: any OptionDeclaration = isUpdate ? Option.costUpdate : Option.costGrowth
            throw .usage("`\(option.flag)` needs `\(Option.costBaseline.heading)`")
        }
        baseline = try isUpdate ? nil : baselinePath.map { path throws(CommandError) in try Self.baseline(path) }
        var files: [(kind: CoverageFormat, file: ReportFile)] = []
        for (kind, path) in [
            (CoverageFormat.lcov, invocation[.coverageLcov]), (.json, invocation[.coverageJson]),
            (.html, invocation[.coverageHtml]),
        ] {
            if let path { files.append((kind, try ReportFile(path))) }
        }
        self.files = files
        isSuggesting = !invocation[.noSuggest]
        if !isSuggesting, !measuresCoverage {
            throw .usage("`\(Option.noSuggest.flag)` needs `\(Option.coverage.flag)`, or a file of the coverage")
        }
    }

    private static func baseline(_ path: String) throws(CommandError) -> CostBaseline {
        guard File.exists(path) else {
            throw CommandError("there is no baseline `\(path)`; `--cost-update` writes one")
        }
        do {
            return try CostBaseline(json: try JSONReader.parse(try File.contents(of: path)))
        } catch let error as JSONError {
            throw CommandError(error.message(in: path))
        } catch let error as CostBaselineError {
            throw CommandError("\(path): \(error.message)")
        } catch let error as CommandError {
            throw error
        } catch { throw CommandError("\(path): \(error)") }
    }

    var measuresCoverage: Bool { showsCoverage || gate != nil || !files.isEmpty }
    /// True when a report shows tests that would close gaps.
    var suggestsTests: Bool { isSuggesting && (showsCoverage || files.contains { $0.kind != .lcov }) }
    var measuresCost: Bool { showsCost || baselinePath != nil }

    /// Shows and writes what was measured.
    /// - Parameter isText: true when results are for people; otherwise only a summary is shown, on the error output.
    /// - Returns: true when every gate is passed.
    func report(_ run: PolicyTests.Run, isText: Bool) throws(CommandError) -> Bool {
        var problems: [String] = []
        if measuresCoverage {
            if let coverage = run.coverage {
                if showsCoverage {
                    if isText { terminal.show(CoverageReport(coverage).lines) } else { note(coverage) }
                }
                for (kind, file) in files { try file.write(Self.text(coverage, kind)) }
                problems += gate?.shortfalls(of: coverage) ?? []
            } else {
                problems.append("the coverage is unknown: the policies do not load with instrumentation")
            }
        }
        if measuresCost {
            if showsCost, isText {
                terminal.print()
                CostReport(run.costs).table.print(to: terminal)
            }
            problems += try compare(run.costs)
        }
        for problem in problems { terminal.complain(problem) }
        return problems.isEmpty
    }

    private func note(_ coverage: Coverage) {
        terminal.note("coverage: \(CoverageReport(coverage).summary)")
    }

    private static func text(_ coverage: Coverage, _ kind: CoverageFormat) -> String {
        switch kind {
        case .lcov: CoverageFile.lcov(coverage)
        case .json: CoverageFile.json(coverage).pretty + "\n"
        case .html: CoveragePage(coverage).html
        }
    }

    private func compare(_ costs: [PolicyCost]) throws(CommandError) -> [String] {
        guard let path = baselinePath else { return [] }
        guard let baseline else {
            guard !costs.isEmpty else { return ["no policy was measured: `\(path)` is left as it is"] }
            try File.replace(path, with: Array((CostBaseline(costs).json.pretty + "\n").utf8))
            terminal.note("`\(path)` has the cost of \(counted(costs.count, "policy", "policies"))")
            return []
        }
        for policy in baseline.unknown(of: costs) {
            terminal.note("\(policy) is not in `\(path)`; `--cost-update` writes it")
        }
        return baseline.growth(of: costs, beyond: growth).map(\.words)
    }
}

/// The formats in which the coverage is written to a file.
private enum CoverageFormat {
    case lcov
    case json
    case html
}

extension Option<Bool> {
    fileprivate static var coverage: Self {
        Self(flag: "coverage", "show what the tests do not cover of the policies, and tests that would")
    }
    fileprivate static var noSuggest: Self {
        Self(flag: "no-suggest", "search for no tests that would cover the rest, which takes longer than the tests")
    }
    fileprivate static var cost: Self { Self(flag: "cost", "show the highest cost of each policy in its own tests") }
    static var costUpdate: Self { Self(flag: "cost-update", "write the baseline instead of comparing") }
}

extension Option<String?> {
    fileprivate static var coverageLcov: Self {
        Self("coverage-lcov", "FILE", "write the coverage in the format of lcov")
    }
    fileprivate static var coverageJson: Self { Self("coverage-json", "FILE", "write the coverage as JSON") }
    fileprivate static var coverageHtml: Self { Self("coverage-html", "FILE", "write the coverage as one HTML page") }
    fileprivate static var costBaseline: Self {
        Self("cost-baseline", "FILE", "fail when a policy costs more than FILE says")
    }
}

extension Option<Int> {
    fileprivate static var costGrowth: Self {
        Self("cost-growth", "PERCENT", "the growth that is tolerated", least: 0, most: 100_000, default: 10)
    }
}
