import Model
import TestSupport
import Testing

@testable import Decisions
@testable import Policies

/// Changes that must not affect decisions: the order of policies, and the name of a tenant.
@Suite struct MetamorphicTests {
    private static let count = 5

    /// - Parameters:
    ///   - name: gives the file name of each policy, by its number.
    ///   - rename: applied to every string that names a tenant.
    private func authorizer(
        seed: UInt64, name: (Int) -> String, rename: (String) -> String = { $0 }
    ) throws -> Decider {
        var generator = PolicyGenerator(seed: seed)
        var files = [PolicyFile(name: "schema.lua", bytes: Array(PolicyGenerator.schema.utf8))]
        for number in 0..<Self.count {
            files.append(.init(name: "\(name(number)).lua", bytes: Array(rename(generator.policy()).utf8)))
        }
        // Generated policies seldom permit and often deny.
        let base = #"return { on = "access", grants = { "*" }, decide = function() permit() end }"#
        files.append(.init(name: "q.lua", bytes: Array(base.utf8)))
        let settings = """
            { "\(name(0))": { "all": { "hard": true }, "tenants": { "t1": { "enabled": false } } },
              "\(name(1))": { "all": { "shared": ["sales"] }, "tenants": { "t2": { "limit": 5 } } } }
            """
        files.append(.init(name: "settings.json", bytes: Array(rename(settings).utf8)))
        let result = PolicySet.load(PolicySource(path: "p", files: files))
        var stores = StoreGenerator(seed: seed)
        var organisation = stores.organisation()
        for index in organisation.tenants.indices {
            organisation.tenants[index].id = ExactName(rename(organisation.tenants[index].id.text))
        }
        let authorizer = try Decider(
            policies: try #require(result.set, "\(result.diagnostics)"), directory: Directory(organisation),
            budget: Budget(fuel: PolicyGenerator.fuel), detail: .trace)
        return authorizer
    }

    private func questions(seed: UInt64, count: Int) -> [AuthorizationRequest] {
        var stores = StoreGenerator(seed: seed)
        _ = stores.organisation()
        return (0..<count).map { _ in stores.question() }
    }

    /// Requires permits and denies among the decisions, so that the comparison is meaningful.
    private func requireVariety(_ answers: [[String]]) {
        let counts = ["true", "false"].map { first in answers.count { $0.first == first } }
        #expect(counts[0] > 100 && counts[1] > 400, "\(counts)")
    }

    /// The contents of a decision without the names of policies; lists in the order of policies are sorted.
    private func words(_ question: AuthorizationRequest, _ authorizer: Decider) -> [String] {
        do throws(RequestError) {
            let decision = try authorizer.decide(question)
            let statements = decision.reasons + decision.advice + decision.obligations + decision.overruled
            return ["\(decision.isPermitted)", decision.code]
                + statements.map { "\($0.effect) \($0.text) \($0.code ?? "")" }.sorted()
                + decision.failures.map { "\($0.kind) \($0.message)" }.sorted()
                + decision.traces.map { "\($0.facts) \($0.fuel)" }.sorted()
        } catch { return [error.message] }
    }

    @Test func `the order of policies makes no difference`() throws {
        var answers: [[String]] = []
        for seed in 0..<16 as Range<UInt64> {
            let one = try authorizer(seed: seed) { "p\($0)" }
            let other = try authorizer(seed: seed) { "p\(Self.count - 1 - $0)" }
            for question in questions(seed: seed, count: 200) {
                let answer = words(question, one)
                #expect(answer == words(question, other), "seed \(seed): \(question)")
                answers.append(answer)
            }
        }
        requireVariety(answers)
    }

    @Test func `the name of a tenant makes no difference`() throws {
        // As a whole, in quotes, or as in facts: `bert1` is not a tenant.
        func renamed(_ text: String) -> String {
            ["t1": "zz9", "t2": "aa7"].reduce(text) { text, name in
                text == name.key
                    ? name.value
                    : text.replacing("\"\(name.key)\"", with: "\"\(name.value)\"")
                        .replacing("tenant == \(name.key)", with: "tenant == \(name.value)")
            }
        }
        var answers: [[String]] = []
        for seed in 0..<16 as Range<UInt64> {
            let one = try authorizer(seed: seed) { "p\($0)" }
            let other = try authorizer(seed: seed, name: { "p\($0)" }, rename: renamed)
            for question in questions(seed: seed, count: 200) {
                var twin = question
                twin.tenant = question.tenant.map { ExactName(renamed($0.text)) }
                let answer = words(question, one)
                #expect(answer.map(renamed) == words(twin, other), "seed \(seed): \(question)")
                answers.append(answer)
            }
        }
        requireVariety(answers)
    }
}
