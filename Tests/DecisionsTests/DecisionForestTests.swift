import Foundation
import Model
import TestSupport
import Testing

@testable import Decisions
@testable import Engine
@testable import Policies

/// Trees always give the answers of the policies, within their cost limits.
@Suite struct DecisionForestTests {
    static func set(seed: UInt64, count: Int) -> PolicySet? {
        var generator = PolicyGenerator(seed: seed)
        var files = [PolicyFile(name: "schema.lua", bytes: Array(PolicyGenerator.schema.utf8))]
        for number in 0..<count {
            files.append(PolicyFile(name: "p\(number).lua", bytes: Array(generator.policy().utf8)))
        }
        let settings = #"""
            { "p0": { "all": { "hard": true }, "tenants": { "t1": { "enabled": false } } },
              "p1": { "all": { "shared": ["sales", "audit"], "names": ["orders.read"] }, "tenants": { "t2": { "limit": 5 } } } }
            """#
        files.append(PolicyFile(name: "settings.json", bytes: Array(settings.utf8)))
        let result = PolicySet.load(PolicySource(path: "p", files: files))
        let words = result.diagnostics.map(\.description).joined(separator: "\n")
        #expect(result.set != nil, "seed \(seed): \(words)")
        return result.set
    }

    private func words(_ question: AuthorizationRequest, _ authorizer: Decider) -> String {
        var writer = JSONWriter()
        do throws(RequestError) {
            try authorizer.decide(question).write(to: &writer, explain: true)
        } catch {
            error.write(to: &writer)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Compares the whole decision of each request, with its observed facts and its cost.
    /// - Returns: the number of compared evaluations of a policy, and the number of those without a run.
    private func compare(seed: UInt64, policies: Int, requests: Int) throws -> (pairs: Int, remembered: Int) {
        guard let set = Self.set(seed: seed, count: policies) else { return (0, 0) }
        var stores = StoreGenerator(seed: seed)
        let directory = try Directory(stores.organisation())
        let budget = Budget(fuel: PolicyGenerator.fuel)
        let tree = try Decider(policies: set, directory: directory, budget: budget, detail: .trace)
        let lua = try Decider(policies: set, directory: directory, budget: budget, treeOptions: .none, detail: .trace)
        // Asks the host in full every time: with a `noise`, even the identity, an interpreter uses no fast callbacks.
        let full = try Decider(policies: set, directory: directory, budget: budget, treeOptions: .none, detail: .trace)
        full.authorizer.evaluator.host.noise = { $0 }
        for number in 0..<requests {
            let question = stores.question()
            let (one, other) = (words(question, tree), words(question, lua))
            if one != other {
                Issue.record("seed \(seed), request \(number):\n\(question)\n\(one)\n\(other)")
                break
            }
            if number % 4 == 0, words(question, full) != other {
                Issue.record("seed \(seed), request \(number), asked in full:\n\(question)\n\(other)")
                break
            }
        }
        return (lua.runCount, lua.runCount - tree.runCount)
    }

    @Test(arguments: 0..<24)
    func `trees decide as policies do`(batch: Int) throws {
        var total = (pairs: 0, remembered: 0)
        for seed in 0..<4 {
            let result = try compare(seed: UInt64(batch * 4 + seed), policies: 9, requests: 500)
            total = (total.pairs + result.pairs, total.remembered + result.remembered)
        }
        #expect(total.pairs > 3_000, "\(total)")
        #expect(total.remembered > total.pairs / 4, "\(total)")
    }

    /// Both natively and when its policy is run; and no policy is run for further strings, however many come.
    @Test func `strings are compared by bytes`() throws {
        let authorizer = try Fixture.authorizer([
            "a": Fixture.policy("if request.resource.id == 'caf\u{e9}' then permit('it') end"),
            "b": Fixture.policy(
                "if request.resource.type == 'order' and 'K' == request.resource.id then permit('it') end"),
        ])
        func permits(_ id: ExactName, type: ExactName = "order") throws -> Bool {
            let properties = JSON.object(type == "invoice" ? [.init("amount", .integer(1))] : [])
            return try authorizer.decide(
                AuthorizationRequest(
                    action: "orders.read", subject: .token(Fixture.token.description),
                    resource: .init(type: type, id: id, properties: properties), now: Instant("2026-06-01T12:00:00Z")!)
            ).isPermitted
        }
        for _ in 0..<3 {
            for (id, holds) in [
                ("caf\u{e9}", true), ("cafe\u{301}", false), ("caf", false), ("caffe", false), ("", false),
            ] {
                #expect(try permits(ExactName(id)) == holds, "\(id)")
            }
            // The Kelvin sign is equivalent to K in Unicode, but not equal.
            #expect(try permits("K") && !permits("\u{212a}") && !permits("K", type: "invoice"))
        }
        let runs = authorizer.runCount
        for number in 0..<1_000 { #expect(try !permits("caf\(number)")) }
        #expect(authorizer.runCount == runs)
    }

    /// For `make fuzz`: runs for `DEMILUNE_FUZZ_SECONDS`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["DEMILUNE_FUZZ_SECONDS"] != nil))
    func `trees decide as policies do, for longer`() throws {
        let seconds = Double(ProcessInfo.processInfo.environment["DEMILUNE_FUZZ_SECONDS"] ?? "") ?? 60
        let end = ContinuousClock.now + .seconds(seconds)
        var seed = UInt64(ProcessInfo.processInfo.environment["DEMILUNE_FUZZ_SEED"] ?? "") ?? 1_000
        var total = (pairs: 0, remembered: 0)
        while ContinuousClock.now < end {
            let result = try compare(seed: seed, policies: 3 + Int(seed % 20), requests: 1_000)
            total = (total.pairs + result.pairs, total.remembered + result.remembered)
            seed += 1
        }
        print("\(total.pairs) evaluations compared, \(total.remembered) of them remembered, seeds up to \(seed)")
    }
}
