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
        let shown = CheckReport([finding], source, showsSource: true).lines(.text)
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
}
