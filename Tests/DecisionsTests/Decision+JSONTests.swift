import Decisions
import Model
import Testing

@Suite struct DecisionJSONTests {
    private func text(_ decision: Decision, explain: Bool) -> String {
        var writer = JSONWriter()
        decision.write(to: &writer, explain: explain)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private let obligation = PolicyStatement(
        policy: "a", line: 3, effect: .oblige, text: "log", details: [.init("level", .integer(2))])

    @Test func `an answer is as short as in AuthZEN, and always has its obligations`() {
        var decision = Decision(isPermitted: true, code: "permitted")
        #expect(text(decision, explain: false) == #"{"decision":true}"#)
        decision.obligations = [obligation]
        #expect(
            text(decision, explain: false)
                == #"{"decision":true,"context":{"obligations":[{"id":"a:3","type":"log","properties":{"level":2},"#
                + #""policy":"a","line":3,"name":"log","on":"permit","details":{"level":2}}]}}"#)
        decision = Decision(isPermitted: false, code: "obligation_unsupported")
        decision.unsupported = ["log", "mask"]
        #expect(
            text(decision, explain: false)
                == #"{"decision":false,"context":{"unsupported_obligations":["log","mask"]}}"#)
    }

    @Test func `each obligation of an answer has an id of its own`() throws {
        var decision = Decision(isPermitted: true, code: "permitted")
        decision.obligations = [obligation, obligation, obligation]
        decision.obligations[2].line = 4
        let json = try JSONReader.parse(text(decision, explain: false))
        guard case .array(let written)? = json["context"]?["obligations"] else { throw JSONNotFound() }
        #expect(written.map { $0["id"]?.string } == ["a:3", "a:3:2", "a:4"])
    }

    private struct JSONNotFound: Error {}

    @Test func `an explanation has everything, in a fixed order`() throws {
        var decision = Decision(isPermitted: false, code: "denied")
        decision.policyCode = "closed"
        decision.reasons = [PolicyStatement(policy: "a", line: 3, effect: .deny, text: "no", code: "closed")]
        decision.failures = [Failure(policy: "b", line: nil, kind: .fuel, message: "on and on")]
        decision.ignored = ["context.x"]
        decision.version = "v"
        decision.traces = [PolicyTrace(policy: "a", facts: [.init(text: "action", value: "orders.read")], fuel: 9)]
        let expected = """
            {"decision":false,"context":{"code":"denied","policy_code":"closed",\
            "reasons":[{"policy":"a","line":3,"text":"no","code":"closed"}],"advice":[],\
            "failures":[{"policy":"b","kind":"fuel","message":"on and on"}],"ignored":["context.x"],"version":"v",\
            "trace":[{"policy":"a","fuel":9,"facts":["action = orders.read"]}]}}
            """
        #expect(text(decision, explain: true) == expected)
    }

    @Test func `observed statements are separate, and failures have their kind and message`() {
        var decision = Decision(isPermitted: true, code: "permitted")
        decision.observed = [PolicyStatement(policy: "w", line: 3, effect: .deny, text: "would not")]
        decision.observedFailures = [Failure(policy: "x", line: 4, kind: .failed, message: "no such thing")]
        let expected = """
            "observed":[{"effect":"deny","policy":"w","line":3,"text":"would not"},\
            {"policy":"x","line":4,"kind":"failed","message":"no such thing"}]
            """
        #expect(text(decision, explain: true).contains(expected), "\(text(decision, explain: true))")
        #expect(text(decision, explain: false) == #"{"decision":true}"#)
    }
}
