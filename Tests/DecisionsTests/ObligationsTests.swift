import Model
import Policies
import TestSupport
import Testing

@testable import Decisions
@testable import Engine

@Suite struct ObligationsTests {
    /// Permits small amounts with two obligations, and states one for every deny.
    private static let policy = Fixture.policy(
        """
        oblige("report", { on = "deny", amount = request.resource.amount })
        if request.resource.amount > 100 then deny("much") return end
        if request.resource.amount > 50 then return end
        permit("little")
        oblige("log", { level = 1 })
        oblige("mask", { on = "permit" })
        """)

    private func question(_ amount: Int64, _ supported: [String]? = nil) -> AuthorizationRequest {
        var question = Fixture.question([.init("amount", .integer(amount))])
        if let supported {
            question.context = .object([.init("supported_obligations", .array(supported.map(JSON.string)))])
        }
        return question
    }

    private func decide(_ question: AuthorizationRequest, _ policies: [String: String] = ["a": policy]) throws
        -> Decision
    {
        let set = try #require(PolicySet.load(Fixture.source(policies)).set)
        let decision = try Decider(policies: set, directory: Fixture.directory()).decide(question)
        let reference = try Decider(policies: set, directory: Fixture.directory(), treeOptions: .reference)
            .decide(question)
        #expect(decision.difference(from: reference) == nil)
        return decision
    }

    private func names(_ statements: [PolicyStatement]) -> [String] { statements.map(\.text) }

    @Test(
        arguments: [
            (1, ["log", "mask"], true, "permitted", ["log", "mask"], []),
            (1, ["log", "mask", "report", "more"], true, "permitted", ["log", "mask"], []),
            (1, ["log"], false, "obligation_unsupported", ["report"], ["mask", "report"]),
            (1, ["log", "report"], false, "obligation_unsupported", ["report"], ["mask"]),
            (1, nil, false, "obligation_unsupported", ["report"], ["log", "mask", "report"]),
            (200, nil, false, "denied", ["report"], ["report"]),
            (200, ["report"], false, "denied", ["report"], []),
            (200, ["log", "mask"], false, "denied", ["report"], ["report"]),
            (70, ["report"], false, "not_permitted", ["report"], []),
        ] as [(Int64, [String]?, Bool, String, [String], [ExactName])])
    func `an obligation goes with the decision it belongs to, and a deny stays one`(
        amount: Int64, supported: [String]?, isPermitted: Bool, code: String, obligations: [String],
        unsupported: [ExactName]
    ) throws {
        let decision = try decide(question(amount, supported))
        #expect(decision.isPermitted == isPermitted && decision.code == code)
        #expect(names(decision.obligations) == obligations)
        #expect(decision.unsupported == unsupported)
        #expect(decision.obligations.allSatisfy { ($0.occasion == .permit) == isPermitted })
        // What does not belong to the decision is told as without effect.
        let all = names(decision.obligations + decision.overruled.filter { $0.effect == .oblige })
        #expect(all.sorted() == (amount > 50 ? ["report"] : ["log", "mask", "report"]))
        #expect(decision.ignored.isEmpty)
    }

    @Test func `the option on is no detail`() throws {
        let decision = try decide(question(200, ["report"]))
        #expect(decision.obligations.map(\.details) == [[.init("amount", .integer(200))]])
    }

    @Test func `an obligation for denies belongs to every deny of policies, also by a failure`() throws {
        let failing = Fixture.policy("oblige(\"report\", { on = \"deny\" }) error(\"boom\")")
        let decision = try decide(question(1, ["log", "mask"]), ["a": Self.policy, "f": failing])
        #expect(decision.code == "policy_failed" && names(decision.obligations) == ["report", "report"])
        #expect(decision.obligations.identifiers == ["a:3", "f:3"])
        // The core alone decides here: no policy is asked.
        var unknown = question(1)
        unknown.action = "orders.raed"
        #expect(try decide(unknown).obligations.isEmpty)
    }

    @Test(arguments: [
        "\"permitt\"", "\"\"", "true", "5", "{}", "request.action", "request.token.kind", "(select(1, \"x\"))",
    ])
    func `another value of on does not load, or fails the policy`(value: String) throws {
        let policy = Fixture.policy("permit() oblige(\"log\", { on = \(value) })")
        guard let set = PolicySet.load(Fixture.source(["a": policy])).set else { return }
        let decision = try Decider(policies: set, directory: Fixture.directory()).decide(question(1, ["log"]))
        #expect(decision.code == "policy_failed")
        #expect(decision.failures.first?.message.contains("`on` must be `\"permit\"` or `\"deny\"`") == true)
    }

    @Test func `a wrong constant for on does not load, and the message suggests the right one`() throws {
        let policy = Fixture.policy("permit() oblige(\"log\", { on = \"denny\" })")
        let message = PolicySet.load(Fixture.source(["a": policy])).diagnostics.first?.message ?? ""
        #expect(message.contains("`on` must be") && message.contains("did you mean `deny`?"), "\(message)")
    }

    @Test func `a log names the policies that obliged, and what is not supported`() throws {
        let question = question(1, ["log"])
        let decision = try decide(question)
        var writer = JSONWriter()
        DecisionLog.line(question, decision, nanoseconds: 1, masked: [], into: &writer)
        let line = try JSONReader.parse(writer.bytes)
        #expect(line["policies"] == .array([.string("a")]))
        #expect(line["unsupported_obligations"] == .array([.string("mask"), .string("report")]))
        writer.reset()
        DecisionLog.line(question, decision, nanoseconds: 1, masked: ["amount"], into: &writer)
        let masked = String(decoding: writer.bytes, as: UTF8.self)
        #expect(!masked.contains("report") && !masked.contains("\"mask\""))
        var summary = BatchSummary()
        summary.count(decision)
        #expect(summary.policies == ["a": 1])
    }

    @Test func `a schema can declare the supported obligations only as what they are`() throws {
        func faults(_ type: String) -> [String] {
            let schema = "return { actions = { a = \"read\" }, context = { supported_obligations = \(type) } }"
            let source = PolicySource(path: "p", files: [.init(name: "schema.lua", bytes: Array(schema.utf8))])
            return PolicySet.load(source).diagnostics.map(\.message).filter { $0.contains("supported_obligations") }
        }
        #expect(faults("list \"string\"").isEmpty && faults("optional(list \"string\")").isEmpty)
        #expect(faults("\"string\"").count == 1 && faults("optional \"boolean\"").count == 1)
    }

    @Test func `an observing policy obliges nobody`() throws {
        let watch = Fixture.policy("oblige(\"report\", { on = \"deny\" }) oblige(\"log\")", head: "mode = \"observe\"")
        let decision = try decide(question(1), ["w": watch, "p": Fixture.policy("permit()")])
        #expect(decision.isPermitted && decision.obligations.isEmpty && decision.observed.count == 2)
        #expect(decision.observed.map(\.occasion) == [.deny, .permit])
    }

    @Test func `a trees' decision is the same as the first, whatever the caller supports`() throws {
        let set = try #require(PolicySet.load(Fixture.source(["a": Self.policy])).set)
        let learned = try Decider(policies: set, directory: Fixture.directory())
        for _ in 0..<3 {
            for amount in [1, 70, 200] as [Int64] {
                for supported in [nil, [], ["log"], ["log", "mask"], ["report"]] as [[String]?] {
                    let fresh = try Decider(policies: set, directory: Fixture.directory(), treeOptions: .none)
                    let question = question(amount, supported)
                    let (one, other) = (try learned.decide(question), try fresh.decide(question))
                    #expect(one.difference(from: other) == nil)
                    #expect(one.obligations == other.obligations && one.unsupported == other.unsupported)
                    let summary = try learned.authorizer.decisionSummary(question, on: learned.directory)
                    #expect(summary.isPermitted == one.isPermitted && summary.code == one.code)
                }
            }
        }
    }

    @Test(
        arguments: [
            (nil, nil, true), (#"["log","mask"]"#, nil, true), (nil, #"["log","mask"]"#, true),
            (#"["log"]"#, #"["log"]"#, true), (#"["log"]"#, #"["mask"]"#, false), ("null", #"["log"]"#, true),
            (#"["log"]"#, "null", true), (nil, #""log""#, false), (nil, "[1]", false), (nil, "[null]", false),
            (#""log""#, nil, false),
        ] as [(String?, String?, Bool)])
    func `the older form of supported obligations is read beside the newer one`(
        older: String?, newer: String?, isValid: Bool
    ) throws {
        let line = """
            {"subject":{"type":"token","id":"\(Fixture.token)"},"action":{"name":"orders.read"},\
            "resource":{"type":"order","id":"1","properties":{"amount":1}}\
            \(older.map { ",\"obligations\":\($0)" } ?? "")\
            \(newer.map { ",\"context\":{\"supported_obligations\":\($0)}" } ?? "")}
            """
        let json = try JSONReader.parse(request: Array(line.utf8))
        let question = try? AuthorizationRequest(json: json, now: Instant("2026-06-01T12:00:00Z")!)
        let decision = question.flatMap { try? decide($0) }
        #expect((decision != nil) == isValid)
        guard let decision else { return }
        let names = [older, newer].compactMap(\.self).joined()
        #expect(decision.isPermitted == (names.contains("log") && names.contains("mask")))
        // A log of it decides the same again.
        var writer = JSONWriter()
        DecisionLog.line(try #require(question), decision, nanoseconds: 1, masked: [], into: &writer)
        let record = try DecisionRecord(try JSONReader.parse(writer.bytes))
        #expect(try decide(record.question).unsupported == decision.unsupported)
        #expect(record.said.map(\.occasion) == decision.said.map(\.occasion))
    }
}
