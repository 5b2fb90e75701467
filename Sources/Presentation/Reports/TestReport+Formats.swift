internal import Model
internal import PolicyTesting

/// The results of a test run in the formats of other programs. What does not load is in each of them, once.
extension TestReport {
    var json: JSON {
        var members: [JSON.Member] = [
            .init("passed", .integer(Int64(results.count(where: \.isPassed)))),
            .init("failed", .integer(Int64(failed.count))), .init("skipped", .integer(Int64(skipped.count))),
            .init("not_run", .integer(Int64(run.leftOut))), .init("errors", .array(run.faults.map(\.json))),
            .init("tests", .array(results.map(Self.json))),
        ]
        if let coverage = run.coverage { members.append(.init("coverage", CoverageFile.json(coverage))) }
        if !run.costs.isEmpty { members.append(.init("costs", CostReport(run.costs).json)) }
        return .object(members)
    }

    private static func json(_ result: TestResult) -> JSON {
        .object([
            .init("file", .string(result.file)), .init("line", result.line.map { .integer(Int64($0)) } ?? .null),
            .init("name", .string(result.name)),
            .init("milliseconds", .number(Double(result.nanoseconds / 1_000) / 1_000)),
            .init("failure", .optional(result.failure?.message)),
            .init("expected", .optional(result.failure?.expected)),
            .init("happened", .optional(result.failure?.happened)), .init("skipped", .optional(result.skipped)),
            .init("facts", .array((result.failure?.trace ?? []).map(json))),
        ])
    }

    private static func json(_ step: TestFailure.Step) -> JSON {
        .object([
            .init("file", .string(step.file)), .init("line", step.line.map { .integer(Int64($0)) } ?? .null),
            .init("fact", .string(step.text)), .init("value", .string(step.value)),
        ])
    }

    // MARK: JUnit

    var junit: [String] {
        let time = ElapsedTime.seconds(results.reduce(0) { $0 + $1.nanoseconds })
        let files = Dictionary(grouping: results, by: \.file).sorted { $0.key < $1.key }
        return [#"<?xml version="1.0" encoding="UTF-8"?>"#, #"<testsuites time="\#(time)">"#] + faultSuite
            + files.flatMap { suite($0.key, $0.value) } + ["</testsuites>"]
    }

    /// A suite of its own for what does not load.
    private var faultSuite: [String] {
        guard !run.faults.isEmpty else { return [] }
        let count = run.faults.count
        let cases = run.faults.flatMap { fault in
            let line = fault.line.map { " line=\"\($0)\"" } ?? ""
            return [
                #"    <testcase classname="loading" name="\#(XMLEscaping.xml(fault.place.description))" "#
                    + #"file="\#(XMLEscaping.xml(fault.path))"\#(line) time="0.000000">"#,
                #"      <error message="\#(XMLEscaping.xml(fault.message))"/>"#,
                "    </testcase>",
            ]
        }
        let head =
            #"  <testsuite name="loading" tests="\#(count)" failures="0" errors="\#(count)" skipped="0" time="0.000000">"#
        return [head] + cases + ["  </testsuite>"]
    }

    private func suite(_ file: String, _ own: [TestResult]) -> [String] {
        let (failures, skips) = (own.count { $0.failure != nil }, own.count { $0.skipped != nil })
        let time = ElapsedTime.seconds(own.reduce(0) { $0 + $1.nanoseconds })
        let head =
            #"  <testsuite name="\#(XMLEscaping.xml(file))" tests="\#(own.count)" failures="\#(failures)" "#
            + #"errors="0" skipped="\#(skips)" time="\#(time)">"#
        return [head] + own.flatMap(testCase) + ["  </testsuite>"]
    }

    private func testCase(_ result: TestResult) -> [String] {
        let line = result.line.map { " line=\"\($0)\"" } ?? ""
        let file = XMLEscaping.xml(result.file)
        let head =
            #"    <testcase classname="\#(file)" name="\#(XMLEscaping.xml(result.name))" file="\#(file)"\#(line) "#
            + #"time="\#(ElapsedTime.seconds(result.nanoseconds))""#
        if let failure = result.failure {
            let facts = XMLEscaping.xml(failure.trace.map { "\($0.place): \($0.fact)" }.joined(separator: "\n"))
            return [
                head + ">",
                #"      <failure message="\#(XMLEscaping.xml(failure.message))">\#(facts)</failure>"#,
                "    </testcase>",
            ]
        }
        let skip = result.skipped.map { #"<skipped message="\#(XMLEscaping.xml($0))"/>"# }
        return [head + (skip.map { ">\($0)</testcase>" } ?? "/>")]
    }

    // MARK: TAP and GitHub

    var tap: [String] {
        func point(_ isGood: Bool, _ number: Int, _ name: String, _ note: String = "") -> String {
            let name = ControlCharacters.escaped(name).replacing("#", with: "\\#")
            return "\(isGood ? "ok" : "not ok") \(number) - \(name)\(note)"
        }
        var lines = ["TAP version 14", "1..\(run.faults.count + results.count)"]
        for (index, fault) in run.faults.enumerated() {
            lines.append(point(false, index + 1, "loading: \(fault)"))
        }
        for (index, result) in results.enumerated() {
            let note = result.skipped.map { " # SKIP \(ControlCharacters.escaped($0))" } ?? ""
            let number = run.faults.count + index + 1
            lines.append(point(result.failure == nil, number, "\(result.file): \(result.name)", note))
            if result.skipped != nil { continue }
            lines += ["  ---", "  duration_ms: \(Double(result.nanoseconds / 1_000) / 1_000)"]
            if let failure = result.failure {
                lines.append("  message: \(JSON.string(failure.message).compact)")
                if let line = result.line { lines.append("  line: \(line)") }
            }
            lines.append("  ...")
        }
        return lines
    }

    /// One annotation for each cause.
    var github: [String] {
        run.faults.map(\.annotation)
            + FailureGroup.groups(of: results).map { group in
                let result = results[group.shown]
                let line = result.line.map { ",line=\($0)" } ?? ""
                let properties =
                    "file=\(XMLEscaping.property(result.file))\(line),title=\(XMLEscaping.property(result.name))"
                let others =
                    group.others.isEmpty
                    ? "" : " (\(counted(group.others.count, "more test")) failed by the same cause)"
                return "::error \(properties)::\(XMLEscaping.annotation((result.failure?.message ?? "") + others))"
            }
    }
}
