internal import Linting
internal import Model
internal import Policies
internal import PolicyTesting
internal import Presentation
internal import Testing

/// Reports as lines for people: the words, their styles, and which of them are wrapped.
@Suite struct ReportTests {
    /// These policies, by name, with a schema that declares little.
    private static func source(_ policies: [String: String]) -> PolicySource {
        let schema = "return { actions = { [\"orders.read\"] = \"read\" }, resources = { order = {} } }"
        let files = policies.map { ("\($0.key).lua", $0.value) } + [("schema.lua", schema)]
        return PolicySource(
            path: "policies", files: files.map { PolicyFile(name: ExactName($0.0), bytes: Array($0.1.utf8)) })
    }

    @Test func `a decision is a word, its code and its reasons`() throws {
        var decision = Decision(isPermitted: false, code: "denied")
        decision.policyCode = "outside"
        decision.reasons = [PolicyStatement(policy: "own", line: 7, effect: .deny, text: "Finance is\u{1B} outside")]
        decision.failures = [Failure(policy: "broken", line: nil, kind: .failed, message: "boom")]
        decision.ignored = ["zzz"]
        decision.version = "abc"
        let set = try #require(
            PolicySet.load(Self.source(["own": "return { on = \"access\", decide = function() end }"])).set)
        let lines = DecisionReport(decision, policies: set, withFacts: false).lines
        #expect(
            lines.map(\.text) == [
                "deny  (denied: outside)", "  denied: Finance is\\u{1b} outside  [policies/own.lua:7]",
                "  failed: boom  [broken]",
                "  ignored: `zzz` is not declared",
            ])
        #expect(lines[0].parts[0].style == .bad && lines.map { $0.hanging == 2 } == [false, true, true, false])
        let facts = DecisionReport(decision, policies: set, withFacts: true).lines.dropFirst(lines.count)
        #expect(facts.map(\.text) == ["", "no policy was evaluated", "policy set abc"])
    }

    @Test func `a finding is shown with its line only if that is asked for`() {
        let finding = Diagnostic("odd", path: "policies/a.lua", line: 2, column: 13, severity: .warning, rule: "odd")
        let source = Self.source(["a": "-- é\nlocal 東 = x\n"])
        let plain = CheckReport([finding], source).lines(.text)
        #expect(plain.map(\.text) == [finding.description, "2 files, 0 errors, 1 warning"])
        #expect(plain[0].parts.map(\.style) == [.caution])
        var options = CheckReport.Options()
        options.showsSource = true
        let shown = CheckReport([finding], source, options: options).lines(.text)
        #expect(shown.map(\.text)[1...2] == ["    local 東 = x", "               ^"])
    }

    @Test func `the formats for other programs are not escaped again`() throws {
        let finding = Diagnostic("100 % <odd>", path: "own/a.lua", line: 1, column: 1, rule: "odd")
        let report = CheckReport([finding], PolicySource(path: "own", files: []))
        let json = try #require(report.lines(.json).first?.text)
        #expect(json.contains("\n") && json.contains(#""message": "100 % <odd>""#))
        #expect(report.lines(.junit).contains { $0.text.contains("100 % &lt;odd&gt;") })
        #expect(report.lines(.github).map(\.text) == ["::error file=own/a.lua,line=1,col=1,title=odd::100 %25 <odd>"])
    }

    @Test func `a test report shows what was expected, and counts`() {
        var run = PolicyTests.Run()
        #expect(TestReport(run).lines(.text).map(\.text) == ["0 passed"])
        let failure = TestFailure(expected: "a permit", happened: "a deny")
        var skipped = TestResult(file: "a_test.lua", line: 9, name: "later")
        skipped.skipped = "not yet"
        run.results = [
            TestResult(file: "a_test.lua", line: 3, name: "o\tne", failure: failure), skipped,
            TestResult(file: "a_test.lua", line: nil, name: "two"),
        ]
        let lines = TestReport(run).lines(.text)
        #expect(
            lines.map(\.text) == [
                "✘ a_test.lua:3: o\\tne", "    expected  a permit", "    happened  a deny",
                "– a_test.lua:9: later: skipped: not yet", "1 passed, 1 failed, 1 skipped",
            ])
        #expect(lines[0].parts.map(\.style) == [.bad])
    }

    @Test func `findings are errors first, each sentence once, and cut`() {
        func finding(_ message: String, _ number: Int, _ severity: Diagnostic.Severity) -> Diagnostic {
            Diagnostic(message, path: "p\(number).lua", line: 1, severity: severity)
        }
        let same = (0..<9).map { finding("untested", $0, .warning) } + [finding("wrong", 5, .error)]
        #expect(
            FindingList(same).lines.map(\.text) == [
                "p5.lua:1: error: wrong", "p0.lua:1: warning: untested",
                "    also at p1.lua:1, p2.lua:1, p3.lua:1 and 5 more",
            ])
        #expect(FindingList(same, isWhole: true).lines[2].text.hasSuffix("p7.lua:1, p8.lua:1"))
        let many =
            (0..<50).map { finding("odd \($0)", $0, .warning) } + (0..<40).map { finding("no \($0)", $0, .error) }
        let cut = FindingList(many, rest: "ask").lines.map(\.text)
        #expect(cut.count == 31 && cut.last == "… 10 more errors, 50 more warnings; ask")
        #expect(FindingList(many, isWhole: true).lines.count == 90)
    }

    @Test func `tests that fail by one cause are shown once, and many causes are cut`() {
        var run = PolicyTests.Run()
        run.results = (0..<60).map { number in
            TestResult(
                file: "p_test.lua", line: number, name: "t\(number)", failure: TestFailure("cause \(number % 20)"))
        }
        run.results += (0..<5).map { number in
            var result = TestResult(file: "p_test.lua", line: 90 + number, name: "later")
            result.skipped = "not yet"
            return result
        }
        run.leftOut = 7
        let lines = TestReport(run).lines(.text).map(\.text)
        #expect(lines.count <= 40)
        #expect(
            Array(lines[0...2]) == ["✘ p_test.lua:0: t0", "    cause 0", "    also at   p_test.lua:20, p_test.lua:40"])
        #expect(lines.contains("✘ p_test.lua:8: t8 (and 2 more tests)"))
        #expect(lines.contains("… 33 more failed; `--trace` shows them"))
        #expect(lines.contains("– 3 more skipped; `--trace` shows them"))
        #expect(lines.last == "0 passed, 60 failed, 5 skipped, 7 not run")
        #expect(TestReport(run, isWhole: true).lines(.text).count { $0.text.hasPrefix("✘") } == 60)
        #expect(TestReport(run).lines(.github).count == 20, "one annotation for each cause")
    }

    @Test func `what does not load is in every format once, and its tests are not counted as passed`() {
        var run = PolicyTests.Run()
        run.faults = [Diagnostic("a stray <word>", path: "policies/a.lua", line: 3, column: 1, rule: "syntax")]
        func text(_ format: TestReport.Format) -> String {
            TestReport(run).lines(format).map(\.text).joined(separator: "\n")
        }
        #expect(text(.text) == "policies/a.lua:3:1: error: a stray <word> [syntax]\nno test ran: 1 error while loading")
        #expect(text(.json).contains(#""message": "a stray <word>""#) && text(.json).contains(#""passed": 0"#))
        #expect(
            text(.junit).contains(#"<error message="a stray &lt;word&gt;"/>"#) && text(.junit).contains(#"errors="1""#))
        #expect(text(.tap).contains("1..1\nnot ok 1 - loading: policies/a.lua:3:1: error: a stray <word>"))
        #expect(text(.github) == "::error file=policies/a.lua,line=3,col=1,title=syntax::a stray <word>")
        run.results = [TestResult(file: "x_test.lua", line: 1, name: "x")]
        #expect(text(.text).hasSuffix("1 passed\nsome tests did not run: 1 error while loading"))
        #expect(text(.tap).contains("1..2\nnot ok 1") && text(.tap).contains("ok 2 - x_test.lua: x"))
    }

    @Test func `JUnit counts warnings as failures only when they fail the run, and has times`() {
        let findings = [
            Diagnostic("wrong", path: "own/a.lua", line: 1, rule: "r"),
            Diagnostic("odd", path: "own/b.lua", line: 1, severity: .warning, rule: "r"),
        ]
        func junit(_ failsOnWarnings: Bool) -> [String] {
            var options = CheckReport.Options()
            options.failsOnWarnings = failsOnWarnings
            options.nanoseconds = 1_500_000
            let source = PolicySource(path: "own", files: [])
            return CheckReport(findings, source, options: options).lines(.junit).map(\.text)
        }
        let errors = junit(false)
        #expect(
            errors[2] == #"  <testsuite name="check" tests="2" failures="1" errors="0" skipped="0" time="0.001500">"#)
        #expect(errors.contains("      <system-out>own/b.lua:1: warning: odd [r]</system-out>"))
        #expect(errors.count { $0.contains("<failure ") } == 1)
        #expect(junit(true)[2].contains(#"failures="2""#) && !junit(true).contains { $0.contains("system-out") })
        var run = PolicyTests.Run()
        run.results = [TestResult(file: "x_test.lua", line: 1, name: "x")]
        run.results[0].nanoseconds = 2_000_400_000
        let tests = TestReport(run).lines(.junit).map(\.text)
        #expect(tests.count { $0.contains(#"time="2.000400""#) } == 3)
        let listed = TestReport(run, listsTests: true).lines(.text).map(\.text)
        #expect(listed == ["✔ x_test.lua:1: x  (2.0 s)", "1 passed"])
    }
}
