import Decisions
import Model
import Policies
import TestSupport
import Testing

@Suite struct DecisionLogTests {
    private func line(_ question: AuthorizationRequest, _ decision: Decision, masked: Set<ExactName> = []) throws
        -> JSON
    {
        var writer = JSONWriter()
        DecisionLog.line(question, decision, nanoseconds: 12, masked: masked, into: &writer)
        #expect(writer.bytes.last == UInt8(ascii: "\n"))
        return try JSONReader.parse(writer.bytes)
    }

    @Test func `a line has the time, the request, the decision, the policies and the observed facts`() throws {
        let policy = Fixture.policy("if request.resource.amount <= 9 then permit() end")
        let question = Fixture.question([.init("amount", .integer(7))])
        let log = try line(question, Fixture.authorizer(["a": policy]).decide(question))
        #expect(log["time"] == .string("2026-06-01T12:00:00Z"))
        #expect(log["request"]?["subject"]?["id"] == .string(Fixture.token.description))
        #expect(log["request"]?["resource"]?["properties"] == .object([.init("amount", .integer(7))]))
        #expect(log["decision"] == .boolean(true))
        #expect(log["code"] == .string("permitted"))
        #expect(log["policies"] == .array([.string("a")]))
        let facts = ["resource has amount = true", "resource.amount <= 9 = true"]
        #expect(log["facts"] == .array(facts.map(JSON.string)))
        #expect(log["nanoseconds"] == .integer(12))
        #expect(log["observed"] == nil)
    }

    @Test func `statements and failures of observing policies are recorded`() throws {
        let watch = Fixture.policy("deny(\"no\") error(\"quite wrong\")", head: "mode = \"observe\"")
        let question = Fixture.question()
        let log = try line(
            question, Fixture.authorizer(["a": Fixture.policy("permit()"), "w": watch]).decide(question))
        guard case .array(let observed)? = log["observed"] else {
            Issue.record("nothing was observed: \(log.compact)")
            return
        }
        #expect(observed.count == 2)
        #expect(observed[0]["effect"] == .string("deny") && observed[0]["text"] == .string("no"))
        #expect(observed[1]["kind"] == .string("failed"))
        #expect(observed[1]["message"]?.string?.contains("quite wrong") == true)
        #expect(log["policies"] == .array([.string("a")]))
    }

    @Test func `a masked property that begins with a combining mark is masked, and its twin is not`() throws {
        let schema = """
            return { actions = { ["orders.read"] = "read" },
              resources = { order = { ["\u{301}x"] = "string", ["caf\u{E9}"] = "string" } } }
            """
        let policy = Fixture.policy(
            "if request.resource[\"\u{301}x\"] ~= \"no\" and request.resource[\"caf\u{E9}\"] == \"open\" then permit() end"
        )
        let files = [("a.lua", policy), ("schema.lua", schema)] as [(ExactName, String)]
        let source = PolicySource(path: "p", files: files.map { .init(name: $0.0, bytes: Array($0.1.utf8)) })
        let authorizer = try Decider(
            policies: try #require(PolicySet.load(source).set), directory: Fixture.directory(), detail: .trace)
        let question = Fixture.question([.init("\u{301}x", .string("secret")), .init("caf\u{E9}", .string("open"))])
        let decision = try authorizer.decide(question)
        #expect(decision.isPermitted)
        let log = try line(question, decision, masked: ["\u{301}x", "cafe\u{301}"]).compact
        #expect(log.contains("open") && log.contains("(masked)") && !log.contains("\"secret\""), "\(log)")
        guard case .array(let facts)? = try JSONReader.parse(log)["facts"] else {
            Issue.record("no facts: \(log)")
            return
        }
        let told = facts.compactMap(\.string).filter { $0.unicodeScalars.contains("\u{301}") }
        #expect(!told.isEmpty && told.allSatisfy { $0.hasSuffix("(masked)") }, "\(told)")
    }

    @Test func `the content of a masked property is nowhere in the line`() throws {
        let bodies = [
            "a": Fixture.policy(
                "if request.resource.owner.name ~= \"x\" then permit(request.resource.owner.name .. \"\") end"),
            "w": Fixture.policy(
                "deny(\"{resource.owner}\", { code = request.resource.owner.name .. \"\" }) error(request.resource.owner.name)",
                head: "mode = \"observe\""),
        ]
        let nested = JSON.object([.init("deep", .array([.object([.init("owner", .string("anna"))])]))])
        let question = Fixture.question([.init("owner", .string("anna")), .init("other", nested)])
        let decision = try Fixture.authorizer(bodies).decide(question)
        #expect(decision.isPermitted && decision.observedFailures.count == 1)
        #expect(try line(question, decision).compact.contains("anna"))
        let log = try line(question, decision, masked: ["owner"])
        #expect(!log.compact.contains("anna"), "\(log.compact)")
        #expect(log.compact.contains("(masked)"))
    }

    @Test(
        arguments: [
            (["labels", "creds", "odd name", "a.b"], ["open-1", "s3cret-1", "s3cret-2", "s3cret-3", "s3cret-4"]),
            (["token"], ["s3cret-1", "s3cret-2"]), (["place"], ["s3cret-2"]), (["odd name"], ["s3cret-3"]),
            (["a.b"], ["s3cret-4"]), (["env"], ["open-1"]), ([], []),
        ] as [([ExactName], [String])])
    func `a masked key, and each part of a masked property, is in no fact`(
        masked: [ExactName], secrets: [String]
    ) throws {
        let schema = """
            return { actions = { ["orders.read"] = "read" },
              resources = { order = {
                labels = map "string", place = { creds = map "string" }, ["odd name"] = "string", ["a.b"] = "string" } } }
            """
        let policy = Fixture.policy(
            """
            local r = request.resource
            if r.labels:get("token"):match("^s") and r.labels:get("env"):match("^o") then permit() end
            for key, value in pairs(r.labels) do if value:match("^s") then permit() end end
            if r.place.creds:get("token"):match("^s") and r["odd name"]:match("^s") and r["a.b"]:match("^s") then
              permit()
            end
            """)
        let files = [("a.lua", policy), ("schema.lua", schema)] as [(ExactName, String)]
        let source = PolicySource(path: "p", files: files.map { .init(name: $0.0, bytes: Array($0.1.utf8)) })
        let decider = try Decider(
            policies: try #require(PolicySet.load(source).set), directory: Fixture.directory(), detail: .trace)
        let labels = JSON.object([.init("env", .string("open-1")), .init("token", .string("s3cret-1"))])
        let question = Fixture.question([
            .init("labels", labels),
            .init("place", .object([.init("creds", .object([.init("token", .string("s3cret-2"))]))])),
            .init("odd name", .string("s3cret-3")), .init("a.b", .string("s3cret-4")),
        ])
        let decision = try decider.decide(question)
        #expect(decision.isPermitted && decision.failures.isEmpty)
        let log = try line(question, decision, masked: Set(masked)).compact
        for text in ["open-1", "s3cret-1", "s3cret-2", "s3cret-3", "s3cret-4"] {
            #expect(log.contains(text) != secrets.contains(text), "\(text): \(log)")
        }
    }
}
