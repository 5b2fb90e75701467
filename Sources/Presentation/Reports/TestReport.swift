internal import Model
package import PolicyTesting

/// The results of a test run, for people and in the formats of CI systems.
package struct TestReport {
    package enum Format: String, CaseIterable, Sendable {
        case text
        case json
        /// JUnit's XML, which most CI systems read.
        case junit
        /// The Test Anything Protocol, version 14.
        case tap
        /// Annotations of GitHub Actions.
        case github

        /// True when it has the facts that policies read.
        package var hasFacts: Bool { self == .text || self == .json || self == .junit }
    }

    let run: PolicyTests.Run
    private let isWhole: Bool
    private let listsTests: Bool

    /// - Parameters:
    ///   - isWhole: true to show in the text every failed test with every fact, however many there are.
    ///   - listsTests: true to list in the text every test with its time.
    package init(_ run: PolicyTests.Run, isWhole: Bool = false, listsTests: Bool = false) {
        self.run = run
        self.isWhole = isWhole
        self.listsTests = listsTests
    }

    var results: [TestResult] { run.results }
    var failed: [TestResult] { results.filter { $0.failure != nil } }
    var skipped: [TestResult] { results.filter { $0.skipped != nil } }

    package func lines(_ format: Format) -> [StyledLine] {
        switch format {
        case .text: text
        case .json: [.verbatim(json.pretty)]
        case .junit: junit.map { .verbatim($0) }
        case .tap: tap.map { .verbatim($0) }
        case .github: github.map { .verbatim($0) }
        }
    }

    // MARK: Text

    /// The words for seeing what is cut off.
    private static let rest = "`--trace` shows them"
    /// The greatest number of causes shown with their facts, and of those shown in a line.
    private static let mostCauses = (detailed: 3, listed: 6)
    /// The greatest number of facts, of all causes together.
    private static let mostFacts = 15
    /// The greatest number of lines for skipped tests.
    private static let mostSkipped = 3
    /// The greatest number of other tests that are named.
    private static let mostOthers = 3

    private var text: [StyledLine] {
        let faults = FindingList(run.faults, isWhole: isWhole, rest: Self.rest).lines
        // Nothing ran: counts would say that nothing failed.
        if results.isEmpty, !run.faults.isEmpty { return faults + ["no test ran: \(unloaded)"] }
        let listed = listsTests ? results.map(listing) : []
        let missing: [StyledLine] = run.faults.isEmpty ? [] : ["some tests did not run: \(unloaded)"]
        return faults + listed + failures + skips + ["\(counts)"] + missing
    }

    private var unloaded: String { "\(counted(run.faults.count, "error")) while loading" }

    private func listing(_ result: TestResult) -> StyledLine {
        let head: StyledLine =
            result.failure != nil ? "\("✘", .bad)" : result.skipped != nil ? "–" : "\("✔", .good)"
        let time = result.skipped == nil ? "  (\(ElapsedTime.text(result.nanoseconds)))" : ""
        return "\(head) \(result.place): \(result.name)\(time, .faint)"
    }

    private var failures: [StyledLine] {
        if isWhole { return failed.flatMap { self.lines(of: $0, facts: .max) } }
        let groups = FailureGroup.groups(of: results)
        let (detailed, others) = (groups.prefix(Self.mostCauses.detailed), groups.dropFirst(Self.mostCauses.detailed))
        var lines = detailed.flatMap { group in
            self.lines(of: results[group.shown], facts: Self.mostFacts / detailed.count) + also(group)
        }
        lines += others.prefix(Self.mostCauses.listed).map { group in
            let result = results[group.shown]
            let more = group.others.isEmpty ? "" : " (and \(counted(group.others.count, "more test")))"
            return "\("✘ \(result.place): \(result.name)", .bad)\(more)"
        }
        let hidden = others.dropFirst(Self.mostCauses.listed).reduce(0) { $0 + 1 + $1.others.count }
        return hidden == 0 ? lines : lines + ["… \(hidden) more failed; \(Self.rest)"]
    }

    /// The other tests that fail by the same cause.
    private func also(_ group: FailureGroup) -> [StyledLine] {
        guard !group.others.isEmpty else { return [] }
        let places = group.others.prefix(Self.mostOthers).map { results[$0].place }.joined(separator: ", ")
        let more = group.others.count - Self.mostOthers
        return ["    also at   \(places)\(more > 0 ? " and \(more) more" : "")"]
    }

    private func lines(of result: TestResult, facts most: Int) -> [StyledLine] {
        guard let failure = result.failure else { return [] }
        let head: StyledLine = "\("✘ \(result.place): \(result.name)", .bad)"
        guard let expected = failure.expected, let happened = failure.happened else {
            return [head, "    \(failure.message)"]
        }
        return [head, "    expected  \(expected)", "    happened  \(happened)"] + facts(of: failure, most: most)
    }

    /// The facts that were read, and the number of those that are not shown.
    private func facts(of failure: TestFailure, most: Int) -> [StyledLine] {
        let isCut = failure.trace.count > most || failure.otherFacts > 0
        let shown = failure.trace.prefix(isCut ? most - 1 : most)
        func width(_ step: TestFailure.Step) -> Int { DisplayWidth.of(ControlCharacters.escaped(step.place)) }
        let widest = shown.map(width).max() ?? 0
        func indent(_ index: Int) -> String { index == 0 ? "    read      " : "              " }
        let lines = shown.enumerated().map { index, step -> StyledLine in
            let gap = String(repeating: " ", count: widest - width(step) + 2)
            return "\(indent(index))\(step.place, .faint)\(gap)\(step.fact)"
        }
        guard isCut else { return lines }
        let hidden = failure.trace.count - shown.count
        let counts = [
            hidden > 0 ? counted(hidden, "more fact") : nil,
            failure.otherFacts > 0 ? "\(counted(failure.otherFacts, "fact")) of other policies" : nil,
        ]
        let words = counts.compactMap(\.self).joined(separator: ", and ")
        return lines + ["\(indent(shown.count))… \(words); \(Self.rest)"]
    }

    private var skips: [StyledLine] {
        let isCut = !isWhole && skipped.count > Self.mostSkipped
        let shown = skipped.prefix(isCut ? Self.mostSkipped - 1 : skipped.count)
        let lines: [StyledLine] = shown.map { "– \($0.place): \($0.name): skipped: \($0.skipped ?? "")" }
        return isCut ? lines + ["– \(skipped.count - shown.count) more skipped; \(Self.rest)"] : lines
    }

    /// `12 passed, 1 failed`.
    private var counts: String {
        let passed = results.count(where: \.isPassed)
        let counts = [
            (passed, "passed"), (failed.count, "failed"), (skipped.count, "skipped"), (run.leftOut, "not run"),
        ]
        return counts.filter { $0.0 > 0 || $0.1 == "passed" }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}
