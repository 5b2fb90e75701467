internal import Model
internal import Testing

@Suite struct DecideTests {
    private let session = Session()
    private let asked = ["decide", "Warehouse sync", "orders.read", "order:42", "--tenant", "3"]

    init() {
        #expect(session.run("init", "--demo").status == 0)
    }

    @Test func `what was only observed is told, and recorded`() throws {
        let policies = try session.policies([
            "open": "return { on = \"access\", grants = { \"*\" }, decide = function() permit(\"all may\") end }",
            "trial": """
            return { on = "access", mode = "observe", decide = function(request)
              deny("{token.department} would not")
              error("nobody thought of this")
            end }
            """,
        ])
        let log = session.folder + "/decisions.ndjson"
        let result = session.run(asked + ["--policies", policies, "--log", log])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.lines.first == "permit  (permitted)")
        #expect(result.lines.contains("  only observed, denied: Sales would not  [\(policies)/trial.lua:2]"))
        #expect(result.lines.contains("  only observed, failed: nobody thought of this  [\(policies)/trial.lua:3]"))
        let line = try JSONReader.parse(session.text(of: "decisions.ndjson"))
        #expect(line["code"] == .string("permitted"))
        let observed = try #require(line["observed"]?.compact)
        #expect(observed.contains(#""effect":"deny","policy":"trial","line":2"#), "\(observed)")
        #expect(observed.contains(#""policy":"trial","line":3,"kind":"failed""#), "\(observed)")
    }
}
