internal import Model
internal import Testing

@Suite struct BenchTests {
    private let session = Session()

    @Test func `it says how long a decision and a whole line take, without a store`() throws {
        let result = session.run("bench", "--count", "30")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.lines.count == 2)
        #expect(result.lines[0].hasPrefix("deciding a question: ") && result.lines[0].hasSuffix(" ns"))
        #expect(result.lines[1].hasPrefix("a line of a batch, read, decided and answered: "))
        #expect(session.names.isEmpty)
    }

    @Test func `machines get nanoseconds`() throws {
        let result = session.run("bench", "--count", "30", "--json")
        #expect(result.status == 0)
        let numbers = try JSONReader.parse(result.output)
        for name in ["decide_ns", "line_ns"] {
            guard case .integer(let time)? = numbers[name] else {
                Issue.record("no `\(name)`: \(result.output)")
                continue
            }
            #expect(time > 0)
        }
    }

    @Test func `policies that do not load end with 3`() throws {
        let policies = try session.policies(["broken": "return 7"])
        let result = session.run("bench", "--policies", policies)
        #expect(result.status == 3 && result.output.isEmpty)
    }

    @Test func `policies with a schema of another kind are measured too`() {
        let result = session.run(
            "bench", "--count", "5", "--policies", Session.root + "/examples/authzen-todo/policies")
        #expect(result.status == 0, "\(result.errors)")
    }
}
