import Model
import Policies
import PolicyTesting
import TestSupport
import Testing

/// Costs of policies in their tests.
@Suite struct PolicyCostTests {
    private func costs(_ source: PolicySource) throws -> [PolicyCost] {
        var selection = PolicyTests.Selection()
        selection.measuresCost = true
        return try PolicyTests(source, organisations: ["demo": try Organisation.demo()]).measured(selection).costs
    }

    @Test func `costs are the same every time, and separate for each policy`() throws {
        let shipped = try Fixtures.shipped()
        let one = try costs(shipped)
        #expect(one.count == shipped.files.count { $0.name.hasSuffix("_test.lua") })
        #expect(try costs(shipped) == one)
        var fewer = shipped
        fewer.files.removeAll { $0.name.hasPrefix("mobile_scope") }
        #expect(try costs(fewer) == one.filter { $0.policy != "mobile_scope" })
        for cost in one { #expect(cost.instructions > 0 && cost.bytes > 0 && cost.facts > 0) }
    }

    @Test func `the most expensive test counts`() throws {
        let policy = """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.action ~= "orders.read" then for i = 1, 1000 do local x = i end end
            end
            return policy
            """
        func test(_ action: ExactName) -> String {
            """
            test("\(action)", { token = { department = "Sales", user_type = "Integrator" }, action = "\(action)",
              resource = { type = "order" }, only_policy = true, expect = { silent = true } })

            """
        }
        let cheap = try costs(try Fixtures.planted("a", source: policy, test: test("orders.read")))[0]
        let dear = try costs(
            try Fixtures.planted("a", source: policy, test: test("orders.read") + test("orders.create")))[0]
        #expect(dear.instructions > cheap.instructions + 1_000 && dear.facts == cheap.facts)
    }

    @Test func `a growth beyond a percentage is reported, and a baseline reads back`() throws {
        let old = CostBaseline([PolicyCost(policy: "a", instructions: 100, bytes: 50, facts: 3)])
        #expect(try CostBaseline(json: old.json) == old)
        let new = [
            PolicyCost(policy: "a", instructions: 110, bytes: 56, facts: 2),
            PolicyCost(policy: "b", instructions: 1, bytes: 1, facts: 1),
        ]
        #expect(old.growth(of: new, beyond: 10).map(\.words) == ["a: bytes grew from 50 to 56 (12 %)"])
        #expect(old.growth(of: new, beyond: 9).count == 2)
        #expect(old.growth(of: new, beyond: 12).isEmpty)
        #expect(old.unknown(of: new) == ["b"])
    }

    @Test(arguments: [
        ("{}", "`policies`"), (#"{"policies": {"a": {}}}"#, "`policies.a.instructions`"),
        (#"{"policies": {"a": {"instructions": -1}}}"#, "`policies.a.instructions`"),
        (#"{"policies": {"a": {"instructions": 1, "bytes": "x"}}}"#, "`policies.a.bytes`"),
    ])
    func `an invalid baseline is refused`(text: String, message: String) throws {
        let json = try JSONReader.parse(Array(text.utf8))
        let error = #expect(throws: CostBaselineError.self) { try CostBaseline(json: json) }
        #expect(error?.message.contains(message) == true)
    }
}
