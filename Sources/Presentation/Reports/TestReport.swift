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
    }

    private let run: PolicyTests.Run

    package init(_ run: PolicyTests.Run) { self.run = run }

    private var results: [TestResult] { run.results }

    private var failed: [TestResult] { results.filter { $0.failure != nil } }
    private var skipped: [TestResult] { results.filter { $0.skipped != nil } }

    package func lines(_ format: Format) -> [StyledLine] {
        switch format {
        case .text: text
        case .json: [.verbatim(json.pretty)]
        case .junit: junit.map { .verbatim($0) }
        case .tap: tap.map { .verbatim($0) }
        case .github: github.map { .verbatim($0) }
        }
    }

    private var text: [StyledLine] {
        failed.flatMap(lines(of:)) + skipped.map { "– \($0.place): \($0.name): skipped: \($0.skipped ?? "")" }
            + ["\(counts)"]
    }

    private func lines(of result: TestResult) -> [StyledLine] {
        guard let failure = result.failure else { return [] }
        let head: StyledLine = "\("✘ \(result.place): \(result.name)", .bad)"
        guard let expected = failure.expected, let happened = failure.happened else {
            return [head, "    \(failure.message)"]
        }
        func width(_ step: TestFailure.Step) -> Int { DisplayWidth.of(ControlCharacters.escaped(step.place)) }
        let widest = failure.trace.map(width).max() ?? 0
        let read = failure.trace.enumerated().map { index, step -> StyledLine in
            let gap = String(repeating: " ", count: widest - width(step) + 2)
            return "\(index == 0 ? "    read      " : "              ")\(step.place, .faint)\(gap)\(step.fact)"
        }
        return [head, "    expected  \(expected)", "    happened  \(happened)"] + read
    }

    /// `12 passed, 1 failed`.
    private var counts: String {
        let passed = results.count(where: \.isPassed)
        let counts = [(passed, "passed"), (failed.count, "failed"), (skipped.count, "skipped")]
        return counts.filter { $0.0 > 0 || $0.1 == "passed" }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    private var json: JSON {
        var json = told
        guard case .object(var members) = json else { return json }
        if let coverage = run.coverage { members.append(.init("coverage", CoverageFile.json(coverage))) }
        if !run.costs.isEmpty { members.append(.init("costs", CostReport(run.costs).json)) }
        json = .object(members)
        return json
    }

    private var told: JSON {
        .object([
            .init("passed", .integer(Int64(results.count(where: \.isPassed)))),
            .init("failed", .integer(Int64(failed.count))), .init("skipped", .integer(Int64(skipped.count))),
            .init(
                "tests",
                .array(
                    results.map { result in
                        .object([
                            .init("file", .string(result.file)),
                            .init("line", result.line.map { .integer(Int64($0)) } ?? .null),
                            .init("name", .string(result.name)),
                            .init("failure", .optional(result.failure?.message)),
                            .init("expected", .optional(result.failure?.expected)),
                            .init("happened", .optional(result.failure?.happened)),
                            .init("skipped", .optional(result.skipped)),
                            .init("facts", .array((result.failure?.trace ?? []).map(Self.json))),
                        ])
                    })),
        ])
    }

    private static func json(_ step: TestFailure.Step) -> JSON {
        .object([
            .init("file", .string(step.file)), .init("line", step.line.map { .integer(Int64($0)) } ?? .null),
            .init("fact", .string(step.text)), .init("value", .string(step.value)),
        ])
    }

    private var junit: [String] {
        var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#, "<testsuites>"]
        for file in Set(results.map(\.file)).sorted() {
            let own = results.filter { $0.file == file }
            let failures = own.count { $0.failure != nil }
            let skips = own.count { $0.skipped != nil }
            lines.append(
                #"  <testsuite name="\#(XMLEscaping.xml(file))" tests="\#(own.count)" failures="\#(failures)" skipped="\#(skips)">"#
            )
            for result in own {
                let line = result.line.map { " line=\"\($0)\"" } ?? ""
                let head =
                    #"    <testcase classname="\#(XMLEscaping.xml(file))" name="\#(XMLEscaping.xml(result.name))" file="\#(XMLEscaping.xml(file))"\#(line)"#
                if let failure = result.failure {
                    lines.append(head + ">")
                    let facts = XMLEscaping.xml(failure.trace.map { "\($0.place): \($0.fact)" }.joined(separator: "\n"))
                    lines.append(#"      <failure message="\#(XMLEscaping.xml(failure.message))">\#(facts)</failure>"#)
                    lines.append("    </testcase>")
                } else if let reason = result.skipped {
                    lines.append(head + #"><skipped message="\#(XMLEscaping.xml(reason))"/></testcase>"#)
                } else {
                    lines.append(head + "/>")
                }
            }
            lines.append("  </testsuite>")
        }
        return lines + ["</testsuites>"]
    }

    private var tap: [String] {
        var lines = ["TAP version 14", "1..\(results.count)"]
        for (index, result) in results.enumerated() {
            let name = ControlCharacters.escaped("\(result.file): \(result.name)").replacing("#", with: "\\#")
            let note = result.skipped.map { " # SKIP \(ControlCharacters.escaped($0))" } ?? ""
            lines.append("\(result.failure == nil ? "ok" : "not ok") \(index + 1) - \(name)\(note)")
            if let failure = result.failure {
                lines += ["  ---", "  message: \(JSON.string(failure.message).compact)"]
                if let line = result.line { lines.append("  line: \(line)") }
                lines.append("  ...")
            }
        }
        return lines
    }

    private var github: [String] {
        failed.map { result in
            let line = result.line.map { ",line=\($0)" } ?? ""
            let properties =
                "file=\(XMLEscaping.property(result.file))\(line),title=\(XMLEscaping.property(result.name))"
            return "::error \(properties)::\(XMLEscaping.annotation(result.failure?.message ?? ""))"
        }
    }
}
