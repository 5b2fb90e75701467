import Decisions
import Foundation
import Model
import Policies
import Testing

@Suite struct AttackTests {
    /// The CPU time of this thread, in seconds.
    private static func work() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The factor by which everything may be slower under a sanitizer.
    private static let patience =
        ProcessInfo.processInfo.environment["DEMILUNE_PATIENCE"].flatMap(Double.init) ?? 1

    @Test(arguments: Attack.scripts)
    func `an attack permits nothing, ends in time, gives the same result each time and does not affect others`(
        script: String
    ) throws {
        let source = try Attack.read(script)
        #expect(source.starts(with: "-- Attempt: ".utf8), "the first line says what is attempted")
        let loading = Self.work()
        let attack = try Attack(source)
        #expect(Self.work() - loading < 1.2 * Self.patience)
        #expect(attack.set != nil || !attack.diagnostics.isEmpty)
        var answers: [Attack.Response] = []
        for count in [2, 1] {
            let deciding = Self.work()
            answers += try attack.answers(count, budget: Budget(fuel: 400_000))
            #expect(Self.work() - deciding < 1.2 * Self.patience * Double(count))
        }
        for answer in answers {
            #expect(!answer.isPermitted)
            #expect(answer.others == ["before", "later"])
            #expect(answer == answers[0])
            #expect(answer.line.utf8.count < 8 << 20)
            for failure in answer.failures {
                #expect(failure.policy == "hostile" && failure.message.utf8.count <= 600)
                #expect(failure.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
            }
        }
    }

    /// Makes sure that each script fails for the reason that it tests.
    @Test(arguments: [
        ("pattern_of_request.lua", "budget_exhausted"), ("expression_least_period.lua", "policy_failed"),
    ])
    func `an attack is stopped by the expected limit`(script: String, code: String) throws {
        let answer = try #require(
            try Attack(Attack.read(script)).answers(1, budget: Budget(fuel: 400_000)).first)
        #expect(answer.code == code, "\(answer.line)")
    }

    /// When instructions are expensive, the deadline ends an evaluation, at most a fifth late.
    @Test(arguments: [
        "string_compare_each", "string_concat_each", "string_keys_hash", "pattern_backtrack", "pattern_plain_quadratic",
        "table_unpack_stack", "fuel_callbacks", "fuel_thrash", "pairs_huge", "expression_element_flood",
    ])
    func `an evaluation ends at its deadline`(script: String) throws {
        let attack = try Attack(Attack.read("\(script).lua"))
        let start = Self.work()
        let answer = try #require(
            try attack.answers(1, budget: Budget(fuel: .max, memory: 64 << 20, deadline: .milliseconds(500))).first)
        #expect(Self.work() - start < 0.6 * Self.patience)
        #expect(!answer.isPermitted)
    }

    @Test func `two processes give the same decisions to the last byte`() async throws {
        let one = try #require(
            await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                try AttackTests.printAnswers()
            })
        let other = try #require(
            await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                try AttackTests.printAnswers()
            })
        let text = String(decoding: one.standardOutputContent, as: UTF8.self)
        #expect(text.split(separator: "\n").count { $0.hasPrefix("attack ") } > 80)
        #expect(one.standardOutputContent == other.standardOutputContent)
    }

    /// Prints everything that could depend on an order, an address or a seed.
    private static func printAnswers() throws {
        let topics = [
            "pairs", "sort", "table", "error", "number", "utf8", "settings", "state", "template", "effect", "string_n",
        ]
        for script in Attack.scripts where topics.contains(where: script.hasPrefix) {
            let attack = try Attack(Attack.read(script))
            let answers = try attack.answers(1, budget: Budget(deadline: .seconds(60)))
            let exact = answers.first.map { $0.isExact ? $0.line : $0.code }
            print("attack \(script) \(exact ?? attack.diagnostics.map(\.description).joined(separator: " "))")
        }
    }

    @Test func `all attacks are present, and the control policy permits`() throws {
        #expect(Attack.scripts.count >= 60)
        let control = "return { on = \"access\", grants = { \"*\" }, decide = function() permit() end }"
        #expect(try Attack(Array(control.utf8)).answers(1).map(\.isPermitted) == [true])
    }
}
