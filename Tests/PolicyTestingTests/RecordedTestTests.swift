import Decisions
import Model
import Policies
import PolicyTesting
import TestSupport
import Testing

/// Decided requests, recorded as tests.
@Suite struct RecordedTestTests {
    /// The results of the recorded tests.
    private func results(_ texts: [String], of policies: PolicySource) throws -> [TestResult] {
        var source = policies
        source.files.removeAll { $0.name.hasSuffix("_test.lua") }
        source.files.append(.init(name: "department_scope_test.lua", bytes: Array(texts.joined().utf8)))
        return try PolicyTests(source, organisations: [:]).run()
    }

    @Test func `a request decided on one directory becomes a test that passes anywhere`() throws {
        let source = try Fixtures.shipped()
        let set = try Fixtures.load(source)
        let directory = try Directory(try Organisation.demo())
        let authorizer = try Decider(policies: set, directory: directory)
        let now = try #require(Instant("2026-11-22T12:00:00Z"))
        var generator = RequestGenerator(directory: directory, schema: set.schema, seed: 11)
        var texts: [String] = []
        var codes: Set<String> = []
        while texts.count < 150 {
            let question = try AuthorizationRequest(
                json: try JSONReader.parse(generator.next()), now: now, trustTime: false)
            let decision = try authorizer.decide(question)
            guard decision.code != "token_unknown" else { continue }
            codes.insert(decision.code)
            let sketch = RecordedTest(question, decision, policies: set, directory: directory)
            texts.append(sketch.text(named: "request \(texts.count) \"\\\n\u{1B}"))
        }
        #expect(codes.count > 3, "\(codes)")
        let found = try results(texts, of: source)
        #expect(found.count == 150)
        for result in found { #expect(result.failure == nil, "\(result.failure!.message)\n\(texts[0])") }
    }

    @Test func `a recorded test has the obligations of its decision, and what its caller supports`() throws {
        let policy = """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              oblige("report", { on = "deny" })
              if request.resource:has("amount") then permit("small") oblige("log", { n = 1 }) oblige("mask") end
            end
            return policy
            """
        let source = try Fixtures.planted("department_scope", source: policy, test: "")
        let set = try Fixtures.load(source)
        let directory = try Directory(try Organisation.demo())
        let authorizer = try Decider(policies: set, directory: directory)
        var texts: [String] = []
        for (amount, supported) in [
            (1, .all), (1, .stated), (1, .named(["log"])), (1, .named(["log", "mask"])), (0, .all),
        ]
            as [(Int64, AuthorizationRequest.Obligations)]
        {
            let properties: JSON = amount == 0 ? .object([]) : .object([.init("amount", .integer(amount))])
            let question = AuthorizationRequest(
                action: "orders.read", subject: .token("6532ebee17e04c929e56e7977af956ae"),
                resource: .init(type: "order", id: "1", properties: properties),
                context: .object([.init("mfa", .null)]),
                now: try #require(Instant("2026-11-22T12:00:00Z")), obligations: supported)
            let decision = try authorizer.decide(question)
            let text = RecordedTest(question, decision, policies: set, directory: directory)
                .text(named: "request \(texts.count)")
            #expect(
                text.contains(decision.isPermitted ? #"{ "log", "mask" }"# : #"obligations = { "report" }"#), "\(text)")
            texts.append(text)
        }
        for result in try results(texts, of: source) {
            #expect(result.failure == nil, "\(result.failure!.message)\n\(texts)")
        }
    }

    @Test func `the properties of an action are recorded`() throws {
        let policy =
            "return { on = \"access\", grants = { \"*\" }, decide = function(request)\n"
            + "if request.action:has(\"by\") and request.action.soft then permit(\"{action.by}\") end end }"
        let schema = """
            return {
              actions = { erase = { kind = "delete", properties = { soft = "boolean", by = optional "user" } } },
              resources = { order = {} },
            }
            """
        let files = [("department_scope.lua", policy), ("schema.lua", schema)]
        let source = PolicySource(
            path: "p", files: files.map { .init(name: ExactName($0.0), bytes: Array($0.1.utf8)) })
        let set = try Fixtures.load(source)
        let directory = try Directory(try Organisation.demo())
        let token = try #require(directory.tokens.first { directory.tenants[$0.tenant].id == "3" })
        let question = AuthorizationRequest(
            action: "erase",
            actionProperties: .object([
                .init("soft", .boolean(true)), .init("by", .string("u-carla")), .init("other", .integer(1)),
            ]), subject: .token(token.id.description), resource: .init(type: "order", id: "1"), tenant: "3",
            now: try #require(Instant("2026-11-22T12:00:00Z")), obligations: .all)
        let decision = try Decider(policies: set, directory: directory).decide(question)
        let text = RecordedTest(question, decision, policies: set, directory: directory).text(named: "soft")
        #expect(text.contains("action = { name = \"erase\", soft = true, by = \"u-carla\" }"), "\(text)")
        let found = try results([text], of: source)
        #expect(found.count == 1 && found[0].failure == nil, "\(found)")
    }

    @Test func `administrative requests are recorded, too`() throws {
        let source = try Fixtures.shipped()
        let set = try Fixtures.load(source)
        let directory = try Directory(try Organisation.demo())
        let authorizer = try Decider(policies: set, directory: directory)
        let now = try #require(Instant("2026-11-22T12:00:00Z"))
        let tokens = directory.tokens.filter { directory.tenants[$0.tenant].id == "3" && $0.kind == .api }
        var texts: [String] = []
        for actor in [
            AuthorizationRequest.Actor.operator, .user(id: "u-carla", assignment: "a-carla-1"),
            .token(tokens[0].id.description),
        ] {
            for name in [DecisionKind.issue, .amend, .reveal, .revoke, .list] {
                var question = AuthorizationRequest(
                    action: ExactName(name.rawValue), subject: .actor, now: now, obligations: .all)
                question.kind = name
                question.actor = actor
                question.tenant = "3"
                if name != .issue { question.token = tokens[1].id.description }
                if name == .issue {
                    question.proposed = ProposedToken(
                        kind: .api, name: "new", assignment: "a-bjorn-1", lastDay: Date("2031-01-01"))
                }
                if name == .amend { question.proposed = ProposedToken(name: "renamed") }
                let decision = try authorizer.decide(question)
                let sketch = RecordedTest(question, decision, policies: set, directory: directory)
                texts.append(sketch.text(named: "\(name.rawValue) \(texts.count)"))
            }
        }
        for result in try results(texts, of: source) {
            #expect(result.failure == nil, "\(result.failure!.message)\n\(texts.joined())")
        }
    }
}
