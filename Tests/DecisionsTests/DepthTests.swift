import Model
import Policies
import TestSupport
import Testing

@testable import Decisions

/// Bounds on expressions, details and templates, whatever the policy does.
@Suite struct DepthTests {
    @Test func `an expression that stands on too many nested values fails its policy, not the stack`() throws {
        let chain =
            "local t = request.time for i = 1, 20000 do t = t:plus { minutes = i % 7 + 1 } end if t > request.time then permit() end"
        let authorizer = try Fixture.authorizer(["a": Fixture.policy(chain)])
        for _ in 0..<2 {
            let decision = try authorizer.decide(Fixture.question())
            #expect(decision.code == "policy_failed", "\(decision)")
            #expect(decision.failures.first?.message.contains("too many nested values") == true)
        }
        let short =
            "local t = request.time for i = 1, 20 do t = t:plus { minutes = 1 } end if t > request.time then permit() end"
        #expect(try Fixture.authorizer(["a": Fixture.policy(short)]).decide(Fixture.question()).isPermitted)
    }

    @Test func `the number of details and the length of inserted values are limited`() throws {
        let many = "local d = {} for i = 1, 40 do d['n' .. i] = i end advise('x', d)"
        #expect(try Fixture.authorizer(["a": Fixture.policy(many)]).decide(Fixture.question()).code == "policy_failed")
        let directory = try Fixture.directory { $0.tokens[0].name = ExactName(String(repeating: "é", count: 3_000)) }
        let authorizer = try Fixture.authorizer(
            ["a": Fixture.policy("deny('{token.name}{token.name}')")], directory: directory)
        let text = try #require(try authorizer.decide(Fixture.question()).reasons.first?.text)
        #expect(text.utf8.count <= 2 * 203 && text.hasSuffix("…"))
    }

    @Test func `a policy of fifty lines uses less than a twentieth of its budget`() throws {
        let lines = (1...50).map { number in
            """
            local limit\(number % 20) = { small = \(number), large = \(number) * 10, words = { "a", "b", "c" } }
            if request.resource:has("amount") and request.resource.amount > limit\(number % 20).large + 1e9 then deny("{token.name}") end
            """
        }
        let source = Fixture.policy("do " + lines.prefix(24).joined(separator: "\n") + "\nend permit('fine')")
        #expect(source.split(separator: "\n").count >= 48)
        let usual = Budget()
        let authorizer = try Fixture.authorizer(
            ["a": source], budget: Budget(fuel: usual.fuel / 20, memory: usual.memory / 20))
        let decision = try authorizer.decide(Fixture.question())
        #expect(decision.isPermitted, "\(decision)")
    }
}
