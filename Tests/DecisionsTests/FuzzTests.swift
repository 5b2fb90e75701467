import Decisions
import Foundation
import Model
import Policies
import TestSupport
import Testing

/// Generated policies and requests through the whole decision. `DEMILUNE_FUZZ_SECONDS` runs them longer, with new
/// seeds.
@Suite struct FuzzTests {
    private static let seconds = ProcessInfo.processInfo.environment["DEMILUNE_FUZZ_SECONDS"].flatMap(Double.init)

    /// Runs a case for each seed: a few fixed seeds, or new ones for the stated time.
    private static func forEachSeed(_ count: UInt64, _ name: String, _ body: (UInt64) throws -> Void) rethrows {
        guard let seconds else { return try (0..<count).forEach(body) }
        let start = UInt64.random(in: 0...UInt64.max / 2)
        let end = Date.now.addingTimeInterval(seconds)
        var seed = start
        while Date.now < end {
            try body(seed)
            seed += 1
        }
        print("fuzz: \(seed - start) \(name) from seed \(start)")
    }

    @Test func `a generated policy is harmless and gives the same result each time`() throws {
        var loaded = 0
        try Self.forEachSeed(450, "policies") { seed in
            var grammar = PolicyGrammar(seed: seed)
            let source = grammar.policy()
            let attack = try Attack(source)
            let comment: Comment = "seed \(seed):\n\(String(decoding: source, as: UTF8.self))"
            #expect(attack.set != nil || !attack.diagnostics.isEmpty, comment)
            let budget = Budget(fuel: 20_000, memory: 2 << 20)
            let answers = try attack.answers(2, budget: budget) + attack.answers(1, budget: budget)
            loaded += answers.isEmpty ? 0 : 1
            for answer in answers {
                #expect(answer == answers[0], comment)
                #expect(answer.others == ["before", "later"], comment)
                #expect(answer.line.utf8.count < 4 << 20, comment)
                // A failure never permits.
                #expect(answer.failures.isEmpty || !answer.isPermitted, comment)
            }
        }
        #expect(loaded > 40)
    }

    @Test func `a damaged request gives a decision or an error`() throws {
        let policy = Array(
            """
            return { on = "access", grants = { "*" }, decide = function(request)
              if request.resource.amount > 5 and request.context.tags:contains("one") then permit("{resource.amount}") end
              if request.resource:has("note") and request.resource.note:find("x") then deny("{context.note}") end
            end }
            """.utf8)
        let set = try #require(try Attack(policy).set)
        let authorizer = try Decider(policies: set, directory: try Fixture.directory(), detail: .trace)
        let whole = Array(
            """
            {"subject":{"type":"token","id":"\(Fixture.token)"},"action":{"name":"orders.read"},\
            "resource":{"type":"order","id":"1","properties":{"department":"north","amount":12,"note":"n"}},\
            "context":{"note":"never","long":"l","template":"{token.id}","pattern":"(","star":"*","accent":"\\u00e9",\
            "replacement":"r","tags":["one","two"],"ip":"10.0.0.1"}}
            """.utf8)
        var decided = 0
        Self.forEachSeed(3_000, "requests") { seed in
            var random = PolicyGrammar.Seeded(state: seed)
            var line = whole
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                let index = Int.random(in: 0..<line.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: line[index] = UInt8.random(in: 0...255, using: &random)
                case 1: line.remove(at: index)
                case 2:
                    let texts = [
                        "null", "-1e400", "\"\\ud800\"", "[[[[", "true", "9223372036854775808", "{}", "\"\\u0000\"",
                    ]
                    line.insert(contentsOf: Array(texts.randomElement(using: &random)!.utf8), at: index)
                case 3: line.insert(contentsOf: line[index..<min(line.count, index + 40)], at: index)
                default: line.removeSubrange(index..<min(line.count, index + 12))
                }
            }
            guard let json = try? JSONReader.parse(request: line),
                let question = try? AuthorizationRequest(json: json, now: Instant("2026-06-01T12:00:00Z")!)
            else { return }
            guard let decision = try? authorizer.decide(question) else { return }
            decided += 1
            var writer = JSONWriter()
            decision.write(to: &writer, explain: true)
            #expect((try? JSONReader.parse(writer.bytes)) != nil, "seed \(seed)")
        }
        #expect(decided > 100)
    }
}
