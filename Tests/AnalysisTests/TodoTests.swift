import Analysis
import Decisions
import Model
import Policies
import TestSupport
import Testing

@Suite
struct `The AuthZEN Todo scenario` {
    @Test
    func `all 46 published decisions agree`() throws {
        let set = try Fixtures.load(try Fixtures.todo())
        let authorizer = try Decider(policies: set, directory: .empty)
        let now = try #require(Instant("2026-11-22T12:00:00Z"))
        let lines = try Self.lines()
        #expect(lines.count == 46)
        for line in lines {
            let json = try JSONReader.parse(line)
            guard case .object(let members) = json,
                case .boolean(let expected)? = members.first(where: { $0.key == "expected" })?.value
            else {
                Issue.record("a line without `expected`")
                continue
            }
            let decision = try authorizer.decide(try AuthorizationRequest(json: json, now: now, trustTime: false))
            #expect(decision.isPermitted == expected, "\(String(decoding: line, as: UTF8.self))")
        }
    }

    private static func lines() throws -> [[UInt8]] {
        try Fixtures.read("examples/authzen-todo/requests.ndjson").split(separator: UInt8(ascii: "\n")).map(Array.init)
    }
}
