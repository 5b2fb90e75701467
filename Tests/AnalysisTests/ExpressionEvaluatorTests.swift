import Decisions
import Engine
import Model
import Policies
import Testing

@Suite struct ExpressionEvaluatorTests {
    private func inspect(_ text: String) throws -> EvaluatedExpression {
        let fixture = try AnalysisFixture.policy("permit()")
        let question = AnalysisFixture.question("orders.read", [.init("amount", .integer(12))])
        let request = try #require(try fixture.authorizer.request(question, on: fixture.directory))
        return try ExpressionEvaluator(fixture.authorizer.policies).evaluate(text, of: request)
    }

    @Test(arguments: [
        ("request.token.department", "department", "Sales", "token.department"),
        ("request.token.expires.date", "date", "2027-01-01", "token.expires.date"),
        ("request.resource.amount", "number", "12", "resource.amount"),
    ])
    func `an expression has its type and its value`(
        text: String, type: String, value: String, expression: String
    ) throws {
        let evaluated = try inspect(text)
        #expect(evaluated.type == type && evaluated.value == value && evaluated.expression == expression)
    }

    @Test(arguments: [
        ("1 + 1", "2"), ("request.resource.amount * 2", "24"), ("request.token.department.name == 'Sales'", "true"),
        ("request.token:can('orders.approve')", "false"),
        ("{ 1, 2, a = request.action .. '!' }", "{ 1, 2, a = orders.read! }"),
        ("nil", "nil"), ("local n = 0 for i = 1, 4 do n = n + i end return n", "10"), ("'a' .. 'b'", "ab"),
    ])
    func `Lua values are shown as they are`(text: String, value: String) throws {
        #expect(try inspect(text).value == value)
    }

    @Test func `observed facts and effects are listed`() throws {
        let evaluated = try inspect("(function() if request.token:can('orders.read') then permit('yes') end end)()")
        #expect(evaluated.observedFacts.map(\.text) == ["token can orders.read"] && evaluated.effects == ["permit yes"])
    }

    @Test(arguments: [
        "request.token.nme", "x", "while true do end", "1 +", "os.exit()", "('x'):rep(1e9)", "request.context.mfa",
        "load('1')", "__eq(1, 1)", "x = 1", "local _ENV = {} return 1", "error('no')", "bound_request(", "print(1)",
        "(function() local t = {} while true do t[#t + 1] = ('x'):rep(10000) end end)()",
    ])
    func `a wrong expression is refused, without side effects`(text: String) throws {
        let error = #expect(throws: PolicyError.self) { _ = try inspect(text) }
        #expect(error?.code == .expression && error?.message.isEmpty == false)
        #expect(try inspect("request.action").value == "orders.read")
    }
}
