import Analysis
import Decisions
import Model
import Policies
import Testing

@Suite struct ExplanationTests {
    private func denied() throws -> (AnalysisFixture, TracedDecision) {
        let fixture = try AnalysisFixture.demo()
        let token = try #require(fixture.directory.tokens.first { $0.name == "Warehouse sync" })
        let finance = fixture.directory.departments.first { $0.name == "Finance" && $0.tenant == token.tenant }!
        let question = AnalysisFixture.question(
            "orders.read", [.init("department", .string(finance.id))], token: token.id.description)
        return (fixture, try fixture.examine(question))
    }

    @Test func `a deny is explained from its actor to the denying policy, with lines and facts`() throws {
        let (_, traced) = try denied()
        let explanation = Explanation(traced)
        #expect(
            explanation.opening == "At 2026-11-22T12:00:00Z the token Warehouse sync asked for orders.read on order:42."
        )
        #expect(explanation.validity.count == 2 && explanation.validity[0].hasPrefix("The token is valid until "))
        #expect(explanation.sections.prefix(2).map(\.policy) == ["department_gate", "department_scope"])
        #expect(explanation.sections.prefix(2).allSatisfy { $0.isDecisive && $0.statements.count == 1 })
        #expect(explanation.sections[1].statements[0].line == 23)
        #expect(
            explanation.sections[1].facts.contains {
                $0.text == "resource.department is_within token.department" && $0.value == "false"
            })
        #expect(explanation.sections.last?.statements.isEmpty == true)
        #expect(
            explanation.closing == "Denied: each of department_gate and department_scope denies it, and any deny wins.")
    }

    @Test func `a deny of the engine itself is explained with its time`() throws {
        var tenant = AnalysisFixture.tenant
        tenant.tokens[0].suspended = Instant("2026-11-20T08:00:00Z")
        let fixture = try AnalysisFixture.policy("permit()", directory: try Directory(Organisation(tenants: [tenant])))
        let explanation = Explanation(try fixture.examine(AnalysisFixture.question()))
        #expect(
            explanation.validity == [
                "The policies were not evaluated: the token is suspended since 2026-11-20T08:00:00Z."
            ])
        #expect(explanation.sections.isEmpty && explanation.closing == "Denied: the token is suspended.")
    }

    @Test func `a line of the log gives the same explanation, with the facts as they were`() throws {
        let (fixture, traced) = try denied()
        var writer = JSONWriter()
        DecisionLog.line(
            traced.question, traced.decision, nanoseconds: 9, masked: [], into: &writer)
        let record = try DecisionRecord(try JSONReader.parse(writer.bytes))
        let (told, logged) = (Explanation(traced), Explanation(record, directory: fixture.directory))
        #expect(logged.opening == told.opening && logged.closing == told.closing && logged.version == told.version)
        #expect(logged.policyCode == told.policyCode)
        #expect(logged.sections.map(\.policy) == told.sections.map(\.policy))
        #expect(logged.sections.map(\.statements) == told.sections.map(\.statements))
        #expect(logged.sections.map(\.facts) == told.sections.map(\.facts))
        #expect(logged.sections.map(\.isDecisive) == told.sections.map(\.isDecisive))
        #expect(!record.isMasked)
        let again = try fixture.decide(record.question)
        #expect(again.code == record.code)
    }

    @Test func `an administrative request is read back with its actor and its target`() throws {
        let question = AuthorizationRequest(
            kind: .amend, action: "token.amend", subject: .actor, actor: .user(id: "u", assignment: "a"),
            tenant: "3", token: AnalysisFixture.token.description,
            proposed: ProposedToken(name: "new", lastDay: Date("2027-01-01")), now: AnalysisFixture.now)
        var writer = JSONWriter()
        DecisionLog.line(question, .deny("x"), nanoseconds: 9, masked: [], into: &writer)
        let record = try DecisionRecord(try JSONReader.parse(writer.bytes))
        guard case .user("u", "a"?) = record.question.actor else {
            Issue.record("\(record.question.actor)")
            return
        }
        #expect(record.question.tenant == "3" && record.question.token == AnalysisFixture.token.description)
        #expect(record.question.proposed?.name == "new" && record.question.proposed?.lastDay == Date("2027-01-01"))
        #expect(record.question.kind == .amend)
    }

    @Test(arguments: ["{}", "{\"time\":\"2026-11-22T12:00:00Z\"}", "[]", "null"])
    func `a line that is not from a log is refused`(text: String) throws {
        let json = try JSONReader.parse(Array(text.utf8))
        #expect(throws: RequestError.self) { try DecisionRecord(json) }
    }

    @Test(arguments: [
        (#""actor":{"type":"user"}"#, "actor"), (#""actor":{"type":"usr","id":"u"}"#, "actor"),
        (#""actor":7"#, "actor"),
        (#""subject":{"type":"token"}"#, "subject"), (#""subject":{"type":"token","id":7}"#, "subject"),
        (#""tenant":3"#, "tenant"), (#""token":null"#, "token"), (#""resource":{"id":"1"}"#, "resource"),
    ])
    func `an unreadable part of a logged request is not taken for absent`(member: String, name: String) throws {
        func line(_ member: String) throws -> JSON {
            try JSONReader.parse(
                #"{"time":"2026-11-22T12:00:00Z","decision":true,"code":"permitted","request":{"point":"token.list","action":"token.list"\#(member)}}"#
            )
        }
        #expect(throws: Never.self) { try DecisionRecord(line("")) }
        let error = #expect(throws: RequestError.self) { try DecisionRecord(line("," + member)) }
        #expect(error?.property == "request.\(name)")
    }

    @Test func `a masked line is marked as such`() throws {
        let (_, traced) = try denied()
        var writer = JSONWriter()
        DecisionLog.line(
            traced.question, traced.decision, nanoseconds: 9, masked: ["department"], into: &writer)
        let text = String(decoding: writer.bytes, as: UTF8.self)
        let record = try DecisionRecord(try JSONReader.parse(writer.bytes))
        #expect(record.isMasked && !text.contains("Finance is outside"))
    }
}
