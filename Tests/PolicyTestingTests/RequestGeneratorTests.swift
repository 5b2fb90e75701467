import Decisions
import Model
import Policies
import PolicyTesting
import TestSupport
import Testing

@Suite
struct `Requests made up` {
    private func generator(seed: UInt64) throws -> (RequestGenerator, Directory, PolicySet) {
        let directory = try Directory(try Organisation.demo())
        let set = try Fixtures.load(try Fixtures.shipped())
        return (RequestGenerator(directory: directory, schema: set.schema, seed: seed), directory, set)
    }

    @Test
    func `the same seed gives the same lines, another seed gives others`() throws {
        var (one, _, _) = try generator(seed: 1)
        var (same, _, _) = try generator(seed: 1)
        var (other, _, _) = try generator(seed: 2)
        let lines = (0..<100).map { _ in one.next() }
        #expect(lines == (0..<100).map { _ in same.next() })
        #expect(lines != (0..<100).map { _ in other.next() })
    }

    @Test
    func `every line is a valid request, about half are permitted, and one in a hundred has an unknown token`() throws {
        var (generator, directory, set) = try generator(seed: 7)
        let authorizer = try Decider(policies: set, directory: directory)
        let now = try #require(Instant("2026-11-22T12:00:00Z"))
        var permits = 0
        var unknown = 0
        for _ in 0..<2_000 {
            let json = try JSONReader.parse(generator.next())
            let decision = try authorizer.decide(try AuthorizationRequest(json: json, now: now, trustTime: false))
            if decision.isPermitted { permits += 1 }
            if decision.code == "token_unknown" { unknown += 1 }
        }
        #expect((700...1_300).contains(permits), "\(permits) of 2,000")
        #expect((5...60).contains(unknown), "\(unknown) of 2,000")
    }
}
