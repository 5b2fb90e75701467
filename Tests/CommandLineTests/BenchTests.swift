internal import Model
internal import ProgramSupport
internal import Testing

@Suite struct BenchTests {
    private let session = Session()

    @Test func `it reports the time and the cost of decisions, without a store`() throws {
        let result = session.run("bench", "--count", "30", "--grow", "10")
        #expect(result.status == 0, "\(result.errors)")
        for line in [
            "3 on access", "10 on access", "the folder's 16", "the folder, under ceilings", "department_scope",
        ] {
            #expect(result.output.contains(line), "\(result.output)")
        }
        #expect(
            result.output.contains("in requests a second:") && result.output.contains("\nordinary ")
                && result.output.contains("to the first decision: "))
        #expect(session.names.isEmpty)
    }

    @Test func `machines get numbers`() throws {
        let result = session.run("bench", "--count", "30", "--grow", "10", "--json")
        #expect(result.status == 0)
        let report = try JSONReader.parse(result.output)
        for path in [
            ["cold_ns"], ["batch_per_second"], ["ordinary_batch_per_second"], ["ordinary_request_bytes"],
            ["decisions", "tree", "median_ns"], ["decisions", "run", "p99_ns"],
        ] {
            var place: JSON? = report
            for name in path { place = place?[ExactName(name)] }
            guard case .integer(let number)? = place else {
                Issue.record("no `\(path)`: \(result.output)")
                continue
            }
            #expect(number > 0)
        }
        guard case .array(let rows)? = report["grown"] else { throw CancellationError() }
        #expect(
            rows.map { $0["name"]?.string } == [
                "3 on access", "10 on access", "3 on access, 10000 tokens", "the folder's, 10000 tokens",
                "the folder, under ceilings",
            ])
        #expect(rows.allSatisfy { $0["runs_left"] == .integer(0) })
    }

    @Test func `a made-up store of another size is measured, or none, and none beside requests of one's own`() throws {
        let arguments = ["bench", "--count", "30", "--grow", "3", "--json", "--tokens"]
        func names(_ tokens: String) throws -> [String?] {
            guard case .array(let rows)? = try JSONReader.parse(session.run(arguments + [tokens]).output)["grown"]
            else { throw CancellationError() }
            return rows.map { $0["name"]?.string }
        }
        #expect(try names("0") == ["3 on access", "the folder, under ceilings"])
        #expect(try names("1").contains("3 on access, 1 token"))
        let result = session.run(arguments + ["5", "--requests", "-"])
        #expect(result.status == 64 && result.errors.contains("leave it out beside `--requests FILE`"))
    }

    @Test(arguments: ["--count", "--jobs", "--grow", "--tokens", "--requests", "--policies"])
    func `a scenario has policies and requests of its own`(option: String) {
        let result = session.run("bench", "--scenario", "hospital", option, "1")
        #expect(result.status == 64 && result.errors.contains("leave `\(option)` out"), "\(result.errors)")
        #expect(session.run("bench", "--scenario", "hospital", "--rounds", "4").errors.contains("`--rounds` needs"))
        #expect(session.run("bench", "--scenario", "other").errors.contains("must be one of hospital, got `other`"))
    }

    @Test func `policies that do not load end with 3`() throws {
        let policies = try session.policies(["broken": "return 7"])
        let result = session.run("bench", "--policies", policies)
        #expect(result.status == 3 && result.output.isEmpty)
    }

    @Test func `policies with another schema are measured, too`() {
        let result = session.run(
            "bench", "--count", "5", "--grow", "3", "--policies", Session.root + "/examples/authzen-todo/policies")
        #expect(result.status == 0, "\(result.errors)")
    }
}
