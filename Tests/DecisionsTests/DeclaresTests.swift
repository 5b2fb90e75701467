import Engine
import Model
import Policies
import TestSupport
import Testing

@testable import Decisions

/// The query whether a record's type has a property, present or absent.
@Suite struct DeclaresTests {
    @Test(arguments: [
        ("request.resource:declares(\"department\")", "order", true),
        ("request.resource:declares(\"department\")", "invoice", false),
        ("request.resource:declares(\"amount\")", "order", true),
        ("request.resource:declares(\"amount\")", "invoice", true),
        ("not request.resource:has(\"department\") and request.resource:declares(\"department\")", "order", true),
    ])
    func `a type has the properties of its schema, absent or not`(condition: String, type: String, holds: Bool) throws {
        for treeOptions in [TreeOptions.none, TreeOptions()] {
            let source = Fixture.source(["a": Fixture.policy("if \(condition) then permit() end")])
            let set = try #require(PolicySet.load(source).set)
            let authorizer = try Decider(policies: set, directory: Fixture.directory(), treeOptions: treeOptions)
            for _ in 0..<3 {
                var question = Fixture.question([.init("amount", .integer(1))])
                question.resource = .init(
                    type: ExactName(type), id: "1", properties: .object([.init("amount", .integer(1))]))
                #expect(try authorizer.decide(question).isPermitted == holds)
            }
        }
    }

    @Test(arguments: ["department", "amount", "owner"])
    func `a request without a resource declares nothing`(name: String) throws {
        for treeOptions in [TreeOptions.none, .reference, TreeOptions()] {
            let source = Fixture.source([
                "a": Fixture.policy("if request.resource:declares(\"\(name)\") then deny('it does') else permit() end")
            ])
            let set = try #require(PolicySet.load(source).set)
            let authorizer = try Decider(policies: set, directory: Fixture.directory(), treeOptions: treeOptions)
            for _ in 0..<3 {
                var question = Fixture.question([])
                question.resource = nil
                #expect(try authorizer.decide(question).code == "permitted")
            }
            #expect(authorizer.authorizer.learned.uncacheable.isEmpty)
        }
    }

    @Test(arguments: [
        ("request.resource:declares(\"departmnet\")", "did you mean `department`?"),
        ("request.resource:declares(\"id\")", "no type has a property `id`"),
        ("request.resource:declares(1)", "name of a property"),
        ("request.token:declares(\"name\")", "has no `declares`"),
        ("request.resource:declares(\"owner\", \"amount\")", "takes one argument, got 2"),
    ])
    func `a property that no type has is a fault, at loading if the source shows it`(call: String, message: String)
        throws
    {
        let shown = "return { on = \"access\", decide = function(request) if \(call) then deny(\"a\") end end }"
        let found = PolicySet.load(Fixture.source(["a": shown])).diagnostics
        #expect(found.count == 1, "\(found)")
        let decision = try Fixture.authorizer(["a": Fixture.policy("if \(call) then permit() end")]).decide(
            Fixture.question())
        #expect(decision.failures.first?.message.contains(message) == true, "\(decision)")
    }
}
