import Model
import Plugins
import Policies
import PolicyTesting
import TestSupport
import Testing

/// Mutants, the tests that reach them, and the tests that are missing.
@Suite struct MutationRunTests {
    private static func selection(suggestsTests: Bool = false) -> PolicyTests.MutationSelection {
        var selection = PolicyTests.MutationSelection()
        selection.suggestsTests = suggestsTests
        return selection
    }

    private func run(_ source: PolicySource, suggestsTests: Bool = false) throws -> MutationRun {
        try PolicyTests(source, organisations: ["demo": try Organisation.demo()]).mutated(
            Self.selection(suggestsTests: suggestsTests))
    }

    private static let policy = """
        local policy = { on = "access", grants = { "*" } }
        function policy.decide(request)
          if request.resource:has("amount") and request.resource.amount > 100 then
            deny("too much", { code = "amount" })
          elseif request.token.kind == "api" then
            permit("small")
          end
        end
        return policy
        """

    private static func test(_ number: Int, _ amount: Int?, _ expect: String, _ more: String = "") -> String {
        """
        test("t \(number)", { token = { department = "Sales", user_type = "Integrator"\(more) }, action = "orders.read",
          resource = { type = "order"\(amount.map { ", amount = \($0)" } ?? "") }, expect = { \(expect) } })

        """
    }

    private static let weak = [
        test(1, 500, "deny = 'a'"), test(2, 5, "permit = true"), test(3, nil, "permit = true"),
    ]
    private static let missing = [
        test(4, 101, "deny = 'a', code = 'amount'"), test(5, 100, "permit = true"),
        test(6, 5, "silent = true", ", kind = 'mobile'"),
    ]

    private func words(_ entries: [MutationRun.Entry]) -> [String] {
        entries.map { "\($0.mutant.place.line ?? 0) \($0.mutant.mutation.words)" }
    }

    @Test func `weak tests leave mutants alive, each with a test that kills it`() throws {
        let weak = Self.weak.joined()
        let found = try run(try Fixtures.planted("a", source: Self.policy, test: weak), suggestsTests: true)
        #expect(
            words(found.survivors.map(\.entry)) == [
                "3 `>=` instead of `>`", "3 `99` instead of `100`", "3 `101` instead of `100`", "4 without `code`",
                "5 without the condition `request.token.kind == \"api\"`",
            ])
        // One test kills the two mutants that are about an amount of 100.
        let texts = found.survivors.map(\.survival.test?.text)
        #expect(Set(texts).count == 4 && texts[0] == texts[1])
        #expect(found.count().score == 75 && !found.count().isAtLeast(76) && found.count().isAtLeast(75))
        // Every proposed test passes, and kills its mutant.
        for (entry, survival) in found.survivors {
            let test = try #require(survival.test)
            #expect(test.file == "a_test.lua")
            let own = try run(try Fixtures.planted("a", source: Self.policy, test: weak + test.text))
            #expect(own.isReady, "\(own.tests.results)")
            #expect(!words(own.survivors.map(\.entry)).contains(words([entry])[0]), "\(test.text)")
        }
        let strong = try run(try Fixtures.planted("a", source: Self.policy, test: weak + Self.missing.joined()))
        #expect(words(strong.survivors.map(\.entry)) == [] && strong.count().score == 100)
    }

    @Test func `a mutant runs the tests that reach it, and no others`() throws {
        let tests = Self.test(1, 500, "deny = 'a'") + Self.test(2, 600, "deny = 'a'")
        let found = try run(try Fixtures.planted("a", source: Self.policy, test: tests))
        let reaching = Dictionary(
            uniqueKeysWithValues: zip(words(found.survivors.map(\.entry)), found.survivors.map(\.survival.reaching)))
        #expect(reaching["6 without `permit`"] == 0 && reaching["3 `>=` instead of `>`"] == 2)
        #expect(reaching["5 `~=` instead of `==`"] == 0)
        // A declaration concerns every test that is decided with the policy.
        #expect(reaching["1 without `grants`"] == 2)
    }

    @Test func `a mutant that does not end is killed by the budget`() throws {
        let source = """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              local count = 0
              while true do
                count = count + 1
                if count > 3 then break end
              end
              permit("counted")
            end
            return policy
            """
        let found = try run(try Fixtures.planted("a", source: source, test: Self.test(1, nil, "permit = true")))
        let endless = found.entries.filter { entry in
            if case .killed(let kill) = entry.verdict { kill.isOutOfBudget } else { false }
        }
        #expect(words(endless) == ["5 `0` instead of `1`", "6 without the branch of `count > 3`"])
        #expect(found.count().outOfBudget == 2)
    }

    @Test func `a mutant that does not load is listed and does not count`() throws {
        let source = """
            local policy = { on = { "access", "token.list" }, grants = { "*" } }
            function policy.decide(request)
              if request.point == "access" and request.resource:has("type") then permit("reads") end
            end
            return policy
            """
        let found = try run(try Fixtures.planted("a", source: source, test: Self.test(1, nil, "permit = true")))
        let invalid = found.entries.filter { if case .invalid = $0.verdict { true } else { false } }
        #expect(words(invalid) == ["1 without `\"access\"` in `on`"])
        #expect(found.count().invalid == 1)
        #expect(found.count().scored + 1 == found.entries.count)
    }

    @Test func `a policy without tests is named, and its mutants survive`() throws {
        var planted = try Fixtures.planted("a", source: Self.policy, test: (Self.weak + Self.missing).joined())
        let other = """
            local policy = { on = "token.list" }
            function policy.decide(request)
              if request.actor.is_operator then deny("no") end
            end
            return policy
            """
        planted.files.append(PolicyFile(name: "b.lua", bytes: Array(other.utf8)))
        let found = try run(planted, suggestsTests: true)
        #expect(found.untested == ["b"] && found.units == ["a", "b"])
        #expect(found.count(of: "b").killed == 0 && found.count(of: "b").survived == 3, "\(found.count(of: "b"))")
        #expect(found.count(of: "a").score == 100)
    }

    @Test func `tests that fail without a mutation make no mutants`() throws {
        for test in [
            Self.test(1, nil, "deny = 'a'"), "",
            Self.test(1, nil, "permit = true").replacing("action", with: "only = true, action"),
        ] {
            let found = try run(try Fixtures.planted("a", source: Self.policy, test: test))
            #expect(!found.isReady && found.entries.isEmpty)
        }
    }

    @Test func `libraries are mutated, and tested by the policies that use them`() throws {
        let found = try run(try Fixtures.repositories())
        let count = found.count(of: "lib.calendar")
        #expect(count.killed > 15 && count.survived == 0, "\(count)")
        #expect(found.untested == ["lib.calendar"])
    }

    @Test func `only the given lines of the given files change`() throws {
        let source = try Fixtures.planted("a", source: Self.policy, test: Self.weak.joined())
        var selection = Self.selection()
        selection.lines = ["a.lua": [5, 6]]
        let tests = try PolicyTests(source, organisations: ["demo": try Organisation.demo()])
        let found = tests.mutated(selection)
        #expect(Set(found.entries.map(\.mutant.place.line)) == [1, 5, 6], "\(words(found.entries))")
        selection.lines = ["b.lua": [1]]
        #expect(tests.mutated(selection).entries.isEmpty)
        (selection.lines, selection.files) = (nil, ["b.lua"])
        #expect(tests.mutated(selection).units.isEmpty)
    }

    @Test func `the tests of the shipped policies and of examples kill every mutant`() throws {
        let examples = ["first", "hospital/policies", "kubernetes/policies", "repositories/policies"]
        for source in try [Fixtures.shipped()] + examples.map({ try .folder("\(Fixtures.root)/examples/\($0)") }) {
            let found = try run(source)
            #expect(found.isReady)
            #expect(words(found.survivors.map(\.entry)) == [])
            #expect(found.count().score == 100 && found.count().outOfBudget == 0)
        }
    }

    @Test func `two runs find the same`() throws {
        let source = try Fixtures.planted("a", source: Self.policy, test: Self.weak.joined())
        let runs = try (0..<2).map { _ in try run(source, suggestsTests: true) }
        #expect(words(runs[0].entries) == words(runs[1].entries))
        #expect(runs[0].survivors.map(\.survival.test?.text) == runs[1].survivors.map(\.survival.test?.text))
    }
}
