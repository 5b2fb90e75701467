import Engine
import Model
import Policies
import TestSupport
import Testing

@testable import Decisions

/// Actions with properties, and with the types of resource that they apply to.
@Suite struct ActionPropertiesTests {
    private static let schema = """
        return {
          actions = {
            ["orders.read"] = "read", access = "read", ["GET /todos"] = "read",
            export = { kind = "read", properties = { format = "string", rows = optional "number" } },
            delete = { kind = "delete", on = { "order" },
                       properties = { soft = optional "boolean", ["until"] = optional "date", heir = optional "user" } },
          },
          resources = { order = {}, folder = {} },
          context = { note = optional "string" },
        }
        """

    private func authorizer(
        _ body: String, on kinds: String = "\"access\"", treeOptions: TreeOptions = TreeOptions()
    ) throws -> Decider {
        let policy = """
            return { on = \(kinds), grants = { "*" }, decide = function(request) request = request
            local action = request.action
            \(body)
            end }
            """
        let files = [("a.lua", policy), ("schema.lua", Self.schema)]
        let result = PolicySet.load(
            PolicySource(path: "p", files: files.map { .init(name: ExactName($0.0), bytes: Array($0.1.utf8)) }))
        return try Decider(
            policies: try #require(result.set, "\(result.diagnostics)"), directory: Fixture.directory(),
            treeOptions: treeOptions, detail: .trace)
    }

    private func question(
        _ action: ExactName, _ properties: [JSON.Member] = [], on type: ExactName? = "order"
    ) -> AuthorizationRequest {
        AuthorizationRequest(
            action: action, actionProperties: .object(properties), subject: .token(Fixture.token.description),
            resource: type.map { .init(type: $0, id: "1") }, tenant: "t", now: Instant("2026-06-01T12:00:00Z")!)
    }

    // MARK: The action as a record and as a string

    @Test(arguments: [
        ("action == 'delete'", true), ("action.name == 'delete'", true), ("action ~= request.action.name", false),
        ("action == 'export'", false), ("action:match('^del') == 'del'", true), ("#action == 6", true),
        ("#action.name == 6", true), ("'x' .. action == 'xdelete'", true), ("type(action) == 'string'", true),
        ("tostring(action) == 'delete'", true), ("({ delete = true })[action] == true", true),
        ("action:has('soft') and action.soft", true), ("action:has('until')", false), ("action:has('name')", true),
        ("action:declares('until')", true), ("action:declares('rows')", false), ("action:declares('format')", false),
        ("action:has('rows')", false), ("action.heir.name == 'anna'", true),
        ("action.heir == request.token.user", true),
        ("request.context.note == action", true), ("action < 'e'", true),
        ("string.format('%s', action) == 'delete'", true),
    ])
    func `the action has parts, and is its name wherever a string is wanted`(condition: String, holds: Bool) throws {
        var question = question(
            "delete", [.init("soft", .boolean(true)), .init("heir", .string("anna"))])
        question.context = .object([.init("note", .string("delete"))])
        for treeOptions in [TreeOptions.none, .reference, TreeOptions()] {
            let authorizer = try authorizer(
                "if \(condition) then permit('{action}') else deny('no') end", treeOptions: treeOptions)
            for _ in 0..<3 {
                let decision = try authorizer.decide(question)
                #expect(decision.code == (holds ? "permitted" : "denied"), "\(decision.failures)")
                if holds { #expect(decision.reasons.first?.text == "delete") }
            }
        }
    }

    @Test func `facts about an action are traced, with the name alone for the action itself`() throws {
        let authorizer = try authorizer(
            "if action.name == 'delete' and action:has('soft') and action.soft then permit('{action.soft}') end")
        let decision = try authorizer.decide(question("delete", [.init("soft", .boolean(true))]))
        #expect(
            decision.traces.first?.facts.map { "\($0.text) = \($0.value)" } == [
                "action == delete = true", "action has soft = true", "action.soft = true",
            ])
        #expect(decision.reasons.first?.text == "true")
    }

    @Test func `details and plugin arguments get the name`() throws {
        let authorizer = try authorizer("oblige('log', { what = action, soft = action.soft }) permit()")
        var asked = question("delete", [.init("soft", .boolean(false))])
        asked.obligations = .all
        let details = try #require(try authorizer.decide(asked).obligations.first).details
        #expect(JSON.object(details).compact == #"{"soft":false,"what":"delete"}"#)
    }

    @Test func `an absent property fails the policy`() throws {
        let decision = try authorizer("permit() if action.soft then permit() end").decide(question("delete"))
        #expect(decision.code == "policy_failed")
        #expect(decision.failures.first?.message == "`action.soft` is absent: ask `:has(\"soft\")` first")
    }

    @Test func `an administrative act has a name and no properties`() throws {
        let body = """
            if action == 'token.list' and not action:has('soft') and not action:declares('soft')
              and action.name == 'token.list' then permit('{action}') end
            """
        let authorizer = try authorizer(body, on: "{ \"access\", \"token.list\" }")
        var asked = question("token.list", on: nil)
        asked.kind = .list
        asked.subject = .actor
        asked.token = Fixture.token.description
        #expect(try authorizer.decide(asked).reasons.first?.text == "token.list")
        let alone = try self.authorizer("if action.soft then permit() end", on: "\"token.list\"")
        #expect(
            try alone.decide(asked).failures.first?.message
                == "`request.action.soft` is never present in this policy: an action has no properties at `token.list`")
    }

    // MARK: The core

    @Test(
        arguments: [
            ("delete", "order", "permitted"), ("delete", "folder", "action_not_applicable"),
            ("delete", nil, "action_not_applicable"), ("orders.read", "folder", "permitted"),
            ("orders.read", nil, "permitted"), ("access", "folder", "permitted"), ("GET /todos", "order", "permitted"),
            ("delete", "nothing", "resource_type_unknown"), ("remove", "order", "action_unknown"),
        ] as [(ExactName, ExactName?, String)])
    func `an action is denied on types that it is not declared for`(action: ExactName, type: ExactName?, code: String)
        throws
    {
        #expect(try authorizer("permit()").decide(question(action, on: type)).code == code)
    }

    @Test func `the action named as a decision kind is an action`() throws {
        for treeOptions in [TreeOptions.none, TreeOptions()] {
            let authorizer = try authorizer(
                "if action == 'access' and request.point == 'access' then permit() end", treeOptions: treeOptions)
            for _ in 0..<2 {
                #expect(try authorizer.decide(question("access")).isPermitted)
                #expect(try !authorizer.decide(question("GET /todos")).isPermitted)
            }
        }
    }

    @Test(arguments: [
        (#"{}"#, "`action.properties.format` is missing: it must be a string"),
        (
            #"{"fromat":"csv"}"#,
            "`action.properties.format` is missing: it must be a string; `fromat` is not one of its properties"
        ),
        (#"{"format":3}"#, "`action.properties.format`: `3` is no string such as `\"north\"`"),
        (
            #"{"format":"csv","rows":"1"}"#,
            "`action.properties.rows`: `\"1\"` is no number such as `12.5`; write it without quotes"
        ),
        (#"[]"#, "`action.properties` must be an object, got `[]`"),
    ])
    func `a property that is missing or mistyped is an error`(properties: String, message: String) throws {
        let line = """
            {"subject":{"type":"token","id":"\(Fixture.token)"},"action":{"name":"export","properties":\(properties)},
             "resource":{"type":"order","id":"1"}}
            """
        let authorizer = try authorizer("permit()")
        let error = #expect(throws: RequestError.self) {
            try authorizer.decide(AuthorizationRequest(json: JSONReader.parse(line), now: question("x").now))
        }
        #expect(error?.message == message)
    }

    @Test func `undeclared properties are ignored, and listed with their path`() throws {
        let line = """
            {"subject":{"type":"token","id":"\(Fixture.token)"},
             "action":{"name":"delete","properties":{"soft":true,"format":"csv"},"why":1},
             "resource":{"type":"order","id":"1"}}
            """
        let decision = try authorizer("if action.soft then permit() end").decide(
            AuthorizationRequest(json: JSONReader.parse(line), now: question("x").now))
        #expect(decision.isPermitted)
        #expect(Set(decision.ignored) == ["action.why", "action.properties.format"])
    }

    @Test func `a logged request is decided again as it was`() throws {
        let authorizer = try authorizer("if action.soft then permit() end")
        let asked = question("delete", [.init("soft", .boolean(true))])
        var writer = JSONWriter()
        let decision = try authorizer.decide(asked)
        DecisionLog.line(asked, decision, nanoseconds: 1, masked: [], into: &writer)
        let record = try DecisionRecord(JSONReader.parse(writer.bytes))
        #expect(record.question.actionProperties == asked.actionProperties)
        #expect(try authorizer.decide(record.question).isPermitted)
        writer.reset()
        DecisionLog.line(asked, decision, nanoseconds: 1, masked: ["soft"], into: &writer)
        let masked = String(decoding: writer.bytes, as: UTF8.self)
        #expect(
            masked.contains(#""action_properties":{"soft":"(masked)"}"#) && masked.contains("action.soft = (masked)"))
    }
}
