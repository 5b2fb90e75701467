import Model
import TestSupport
import Testing

@testable import Decisions
@testable import Engine
@testable import Policies

/// The caches of an evaluator do not change later evaluations, and are bounded.
@Suite struct RepeatTests {
    private func authorizer(_ body: String, fuel: Int = 1_000_000, treeOptions: TreeOptions = .none) throws
        -> Authorizer
    {
        let files = [
            PolicyFile(name: "a.lua", bytes: Array(Fixture.policy(body).utf8)),
            PolicyFile(name: "schema.lua", bytes: Array(PolicyGenerator.schema.utf8)),
        ]
        let result = PolicySet.load(PolicySource(path: "p", files: files))
        let authorizer = try Authorizer(
            policies: try #require(result.set, "\(result.diagnostics)"), directory: Fixture.directory(),
            budget: Budget(fuel: fuel), treeOptions: treeOptions)
        authorizer.explains = true
        return authorizer
    }

    private func question(amount: Int = 1) -> AuthorizationRequest {
        AuthorizationRequest(
            action: "orders.read", subject: .token(Fixture.token.description),
            resource: .init(
                type: "order", id: "1", properties: .object([.init("amount", .integer(Int64(amount)))])),
            now: Instant("2026-06-01T12:00:00Z")!)
    }

    @Test func `fuel runs out at the same place, whatever was evaluated before`() throws {
        let body = """
            if request.resource.amount == 2 then local n = 0 for i = 1, 300 do n = n + i end end
            if request.action == "a text of more than eight bytes" then deny("no") end
            if request.token.user.name == "another text, longer than the one before" then deny("no") end
            """
        for fuel in 500..<800 {
            let alone = try authorizer(body, fuel: fuel).decide(question(amount: 2))
            let after = try authorizer(body, fuel: fuel)
            #expect(try after.decide(question(amount: 1)).failures.isEmpty)
            let decision = try after.decide(question(amount: 2))
            #expect(decision.traces == alone.traces && decision.failures == alone.failures, "fuel \(fuel)")
        }
    }

    @Test func `values that are formed and never read stay within the bound`() throws {
        let authorizer = try authorizer(
            "local n = request.resource.amount for i = 1, 3000 do local d = request.date:plus { days = n + i } end")
        var most = 0
        for number in 0..<60 {
            _ = try authorizer.decide(question(amount: number * 3_000))
            most = max(most, authorizer.evaluator.host.expressions.count)
        }
        #expect(most > 10_000 && most < EvaluationHost.mostExpressions + 10_000, "\(most)")
    }
}
