import Model
import TestSupport
import Testing

@testable import Decisions
@testable import Engine
@testable import Policies

/// Conditions on absent values are failures.
@Suite struct AbsenceTests {
    private static let schema = """
        return {
          actions = { ["orders.read"] = "read" },
          resources = { order = { must = "number", tags = list "string", lead = "user", open = "boolean" } },
          context = { client = "string" },
          subjects = { service = { level = "number" } },
        }
        """

    private func load(_ head: String, _ condition: String) -> LoadResult {
        let deny = "return { \(head), decide = function(r) if \(condition) then deny(\"no\") end end }"
        let allow = """
            return { on = { "access", "token.reveal", "token.issue" }, subject = "any", grants = { "*" },
              decide = function() permit() end }
            """
        return PolicySet.load(
            PolicySource(
                path: "p",
                files: [
                    .init(name: "schema.lua", bytes: Array(Self.schema.utf8)),
                    .init(name: "no.lua", bytes: Array(deny.utf8)),
                    .init(name: "yes.lua", bytes: Array(allow.utf8)),
                ]))
    }

    private static let reveal = AuthorizationRequest(
        kind: .reveal, action: "token.reveal", subject: .actor, tenant: "t", token: Fixture.token.description,
        now: Instant("2026-06-01T12:00:00Z")!)
    private static let bare = AuthorizationRequest(
        action: "orders.read", subject: .token(Fixture.token.description),
        context: .object([.init("client", .string("web"))]), now: Instant("2026-06-01T12:00:00Z")!)

    private static let reads = [
        "r.resource.must > 5", "r.resource.must == 5", "r.resource.tags:contains('x')", "#r.resource.tags > 3",
        "r.resource.lead.active", "r.resource.lead.name == 'anna'", "r.resource.lead:permits('orders.read')",
        "r.resource.open", "r.resource.must * 2 > 5",
    ]

    @Test(arguments: reads + ["r.context.client == 'web'"])
    func `a policy for both kinds of request fails without a record`(condition: String) throws {
        let set = try #require(load("on = { \"access\", \"token.reveal\" }", condition).set)
        for treeOptions in [TreeOptions(), .none, .reference] {
            let authorizer = try Decider(policies: set, directory: Fixture.directory(), treeOptions: treeOptions)
            for _ in 0..<3 {
                let decision = try authorizer.decide(Self.reveal)
                #expect(!decision.isPermitted && decision.code == "policy_failed", "\(condition): \(decision)")
                #expect(decision.failures.first?.message.contains("absent") == true, "\(decision.failures)")
            }
        }
    }

    @Test(arguments: reads)
    func `every policy that reads a missing resource fails`(condition: String) throws {
        let set = try #require(load("on = \"access\"", condition).set)
        for treeOptions in [TreeOptions(), .none, .reference] {
            let authorizer = try Decider(policies: set, directory: Fixture.directory(), treeOptions: treeOptions)
            for _ in 0..<3 {
                let decision = try authorizer.decide(Self.bare)
                #expect(decision.code == "policy_failed", "\(condition): \(decision)")
                #expect(decision.failures.first?.message.contains("absent") == true, "\(decision.failures)")
            }
        }
    }

    @Test func `checking for absence first avoids the failure`() throws {
        let set = try #require(
            load(
                "on = { \"access\", \"token.reveal\" }",
                "r.resource:has('must') and r.resource.must > 5 or r.context:has('client') and r.context.client == 'x'"
            ).set)
        let authorizer = try Decider(policies: set, directory: Fixture.directory())
        #expect(try authorizer.decide(Self.reveal).isPermitted)
        #expect(try authorizer.decide(Self.bare).isPermitted)
    }

    @Test(arguments: [
        ("on = \"token.reveal\"", "r.resource.must > 5", "there is no resource at `token.reveal`"),
        ("on = \"token.issue\"", "r.context.client == 'web'", "there is no context at `token.issue`"),
        ("on = \"token.reveal\"", "r.proposed.kind == 'api'", "`request.proposed` is never present"),
        ("on = \"access\", subject = \"service\"", "r.token.kind == 'api'", "`request.token` is never present"),
    ])
    func `reading a value that is always absent does not load`(head: String, condition: String, message: String) {
        let result = load(head, condition)
        #expect(result.set == nil)
        #expect(result.diagnostics.contains { $0.description.contains(message) }, "\(result.diagnostics)")
    }

    @Test(arguments: [
        ("on = \"access\", subject = \"any\"", "r.token.kind == 'api'"),
        ("on = \"access\", subject = \"any\"", "r.token:can('orders.read')"),
        ("on = { \"access\", \"token.reveal\" }, subject = \"any\"", "r.proposed.kind == 'api'"),
    ])
    func `reading an absent part of the request raises`(head: String, condition: String) throws {
        let result = load(head, condition)
        guard let set = result.set else {
            #expect(result.diagnostics.contains { $0.description.contains("never present") })
            return
        }
        var question = Self.bare
        question.subject = .external(type: "service", id: "s", properties: .object([.init("level", .integer(1))]))
        question.tenant = "t"
        let authorizer = try Decider(policies: set, directory: Fixture.directory())
        for _ in 0..<2 { #expect(try authorizer.decide(question).code == "policy_failed") }
    }
}
