import Model
import Policies
import PolicyTesting
import TestSupport
import Testing

/// Coverage of libraries by the tests of the policies that use them.
@Suite struct LibraryCoverageTests {
    private static let library = """
        local amounts = { large = 100 }
        function amounts.is_large(resource)
          if resource.amount > amounts.large then
            return true
          end
          return false
        end
        function amounts.unused() return 1 end
        return amounts
        """

    private static let policy = """
        local amounts = use "lib.amounts"
        local policy = { on = "access", grants = { "*" } }
        function policy.decide(request)
          if amounts.is_large(request.resource) then deny("large") else permit("small") end
        end
        return policy
        """

    private func coverage(_ amounts: [Int]) throws -> Coverage {
        let tests = amounts.map { amount in
            """
            test("of \(amount)", { token = { department = "Sales", user_type = "Integrator" }, action = "orders.read",
              resource = { type = "order", amount = \(amount) }, expect = { \(amount > 100 ? "deny = 'a'" : "permit = true") } })
            """
        }
        let planted = try Fixtures.planted("a", source: Self.policy, test: tests.joined(separator: "\n"))
        let library = PolicyFile(name: "lib/amounts.lua", bytes: Array(Self.library.utf8))
        var selection = PolicyTests.Selection()
        (selection.measuresCoverage, selection.suggestsTests) = (true, true)
        let run = try PolicyTests(
            PolicySource(path: "planted", files: planted.files + [library]),
            organisations: ["demo": try Organisation.demo()]
        ).measured(selection)
        #expect(run.faults.isEmpty && run.results.count == amounts.count)
        for result in run.results { #expect(result.failure == nil, "\(result)") }
        return try #require(run.coverage)
    }

    @Test func `lines and branches of a library are those that calls reach`() throws {
        let library = try #require(try coverage([50]).policies.last)
        #expect(library.policy == "lib.amounts" && library.path == "planted/lib/amounts.lua")
        #expect(library.hits == [3: 1, 4: 0, 6: 1, 8: 0])
        #expect(
            library.gaps.map { "\($0.line) \($0.kind) \($0.message)" } == [
                "3 branch never true",
                "3 boundary not covered just below or at it or just above: the nearest was 50 against 100",
                "4 statement never reached", "8 statement never reached",
            ])
    }

    @Test func `a function that no test reaches is a gap`() throws {
        let covered = try coverage([99, 100, 101])
        #expect(covered.policies.map(\.policy) == ["a", "lib.amounts"])
        #expect(covered.policies[0].gaps.isEmpty, "\(covered.policies[0].gaps)")
        #expect(covered.policies[1].gaps.map(\.line) == [8])
        #expect(covered.lines == CoverageCount(tried: 4, all: 5))
    }

    @Test func `facts that a library reads are shown at the policy's line`() throws {
        let test = """
            test("wrong", { token = { department = "Sales", user_type = "Integrator" }, action = "orders.read",
              resource = { type = "order", amount = 5 }, expect = { deny = "a" } })
            """
        let planted = try Fixtures.planted("a", source: Self.policy, test: test)
        let library = PolicyFile(name: "lib/amounts.lua", bytes: Array(Self.library.utf8))
        let results = try PolicyTests(
            PolicySource(path: "planted", files: planted.files + [library]),
            organisations: ["demo": try Organisation.demo()]
        ).run()
        let trace = try #require(results.first?.failure?.trace)
        #expect(
            trace.map { "\($0.file):\($0.line ?? 0) \($0.text)" } == [
                "planted/a.lua:4 resource has amount", "planted/a.lua:4 100 < resource.amount",
            ])
    }
}
