internal import Decisions
internal import Lua
package import Model
internal import Policies

/// One test of a policy with its names resolved: the request, the directory and the expectation.
package struct TestCase {
    package static let keys: [ExactName] = [
        "directory", "tenant", "at", "point", "token", "subject", "actor", "action", "resource", "context",
        "proposed", "settings", "only_policy", "expect", "skip", "only", "cases",
    ]
    let directory: Directory
    let question: AuthorizationRequest
    let expectation: TestExpectation

    /// - Parameter policies: every id that a test may name, even when it runs one policy alone.
    init(
        _ table: TestTable, policy: ExactName, policies: [ExactName], schema: Schema, base: TestOrganisation,
        cache: TestDirectoryCache
    ) throws(TestFault) {
        guard let expected = try table.table("expect") else { throw TestFault("the test has no `expect`") }
        expectation = try TestExpectation(expected, policy: policy, policies: policies)
        var fixture = try TestFixtureBuilder(base, tenant: try table.name("tenant"), at: try table.string("at"))
        let known = DecisionKind.allCases.map(\.rawValue)
        let kind = try table.choice("point", among: known).flatMap(DecisionKind.init(rawValue:)) ?? .access
        // A test of a code may use an undeclared name on purpose; any other test has misspelt it.
        var parser = TestRequestParser(table: table, schema: schema, isStrict: expected["code"] == nil)
        question =
            kind == .access
            ? try parser.access(&fixture) : try parser.administration(kind, &fixture)
        directory = try fixture.directory(of: table, cache)
    }
}
