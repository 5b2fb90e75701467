internal import Decisions
internal import Lua
internal import Model
internal import Policies

/// One test of a policy, its names resolved: the question to ask, where to ask it and what to expect.
struct TestCase {
    static let keys: [ExactName] = [
        "directory", "tenant", "at", "point", "token", "subject", "actor", "action", "resource", "context",
        "proposed", "settings", "only_policy", "expect", "skip", "only", "cases",
    ]
    let directory: Directory
    let question: AuthorizationRequest
    let expectation: TestExpectation

    /// - Parameter policies: every id a test may name, also when it runs one policy alone.
    init(
        _ table: TestTable, policy: ExactName, policies: [ExactName], schema: Schema, base: TestOrganisation
    ) throws(TestFault) {
        guard let expected = try table.table("expect") else { throw TestFault("the test has no `expect`") }
        expectation = try TestExpectation(expected, policy: policy, policies: policies)
        var world = try TestFixtureBuilder(base, tenant: try table.name("tenant"), at: try table.string("at"))
        let known = DecisionKind.allCases.map(\.rawValue)
        let kind = try table.choice("point", among: known).flatMap(DecisionKind.init(rawValue:)) ?? .access
        // A test of a code may be about a name that nobody declares; any other has misspelt it.
        var reader = TestRequestParser(table: table, schema: schema, isStrict: expected["code"] == nil)
        question =
            kind == .access
            ? try reader.access(&world) : try reader.administration(kind, &world)
        directory = try world.directory()
    }
}
