import Decisions
import Engine
import Foundation
import Model
import Policies
import Synchronization
import TestSupport
import Testing
import Tokens

@Suite struct DecisionPoolTests {
    private static let permitting = "if request.resource.amount > 100 then deny('much') else permit('little') end"
    private static let denying = "if request.resource.amount > 100 then permit('much') else deny('little') end"

    private func set(_ body: String) throws -> PolicySet {
        let result = PolicySet.load(Fixture.source(["a": Fixture.policy(body)]))
        return try #require(result.set, "\(result.diagnostics)")
    }

    private func pool(_ body: String, workers: Int = 2) throws -> DecisionPool<Authorizer> {
        try DecisionPool(
            workers: workers,
            on: Snapshot(
                policies: try set(body), directory: try Fixture.directory(), position: LogPosition(number: 1, hash: []))
        ) { policies throws(PolicyError) in try Authorizer(policies: policies) }
    }

    private static func question(amount: Int) -> AuthorizationRequest {
        Fixture.question([.init("amount", .integer(Int64(amount)))])
    }

    @Test func `every job is done once, whoever hands it over`() throws {
        let pool = try pool(Self.permitting, workers: 4)
        let isPermitted = Mutex<[Int: Bool]>([:])
        DispatchQueue.concurrentPerform(iterations: 8) { hand in
            for number in 0..<50 {
                let amount = hand * 50 + number
                let decision = pool.perform { authorizer, snapshot in
                    try? authorizer.decide(Self.question(amount: amount), on: snapshot.directory)
                }
                isPermitted.withLock { $0[amount] = decision?.isPermitted }
            }
        }
        #expect(isPermitted.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<400).map { ($0, $0 <= 100) }))
    }

    @Test func `results come in the order in which they are asked for`() throws {
        let pool = try pool(Self.permitting, workers: 3)
        let pending = (0..<30).map { number in pool.start { _, _ in number } }
        #expect(pending.map { $0.result() } == Array(0..<30))
    }

    @Test func `policies and their snapshot are replaced at one moment`() throws {
        let pool = try pool(Self.permitting)
        let directory = pool.snapshot.directory
        let sets = [pool.snapshot.policies, try set(Self.denying)]
        let isMixed = Mutex(false)
        DispatchQueue.concurrentPerform(iterations: 4) { hand in
            for round in 0..<60 {
                if hand == 0 {
                    let next = Snapshot(
                        policies: sets[round % 2], directory: directory,
                        position: LogPosition(number: Int64(round % 2), hash: []))
                    try! pool.use(next)
                    continue
                }
                // The version in the decision is that of the worker's policies.
                let isSame = pool.perform { authorizer, snapshot in
                    let decision = try? authorizer.decide(Self.question(amount: 5), on: snapshot.directory)
                    let isOld = snapshot.policies.version == sets[0].version
                    return decision?.version == snapshot.policies.version && decision?.isPermitted == isOld
                }
                if !isSame { isMixed.withLock { $0 = true } }
            }
        }
        #expect(!isMixed.withLock { $0 })
        for (round, set) in sets.enumerated() {
            try pool.use(Snapshot(policies: set, directory: directory, position: LogPosition(number: 7, hash: [])))
            for _ in 0..<pool.count {
                let answer = pool.perform { authorizer, snapshot in
                    (
                        (try? authorizer.decide(Self.question(amount: 5), on: snapshot.directory))?.isPermitted,
                        snapshot.change
                    )
                }
                #expect(answer.0 == (round == 0) && answer.1 == 7)
            }
        }
    }

    @Test func `workers keep what they learned when only the directory changes`() throws {
        let pool = try pool(Self.permitting, workers: 1)
        func runs() -> Int {
            pool.perform { authorizer, snapshot in
                _ = try? authorizer.decide(Self.question(amount: 5), on: snapshot.directory)
                return authorizer.runCount
            }
        }
        _ = runs()
        let known = runs()
        try pool.use(
            Snapshot(
                policies: pool.snapshot.policies, directory: try Fixture.directory { $0.name = "Other" },
                position: LogPosition(number: 2, hash: [])))
        #expect(runs() == known && pool.snapshot.change == 2)
        // The same policies, loaded again, are other ones.
        try pool.use(
            Snapshot(
                policies: try set(Self.permitting), directory: pool.snapshot.directory,
                position: LogPosition(number: 3, hash: [])))
        #expect(runs() == 1)
    }

    @Test func `policies for which no worker can be made change nothing`() throws {
        let made = Mutex(0)
        let directory = try Fixture.directory()
        let pool = try DecisionPool(workers: 2, on: Snapshot(policies: try set(Self.permitting), directory: directory))
        {
            policies throws(PolicyError) in
            // The second worker of the second set fails.
            let count = made.withLock { made in
                made += 1
                return made
            }
            if count == 4 { throw PolicyError(.interpreter, "no memory") }
            return try Authorizer(policies: policies)
        }
        let denying = try set(Self.denying)
        let error = #expect(throws: PolicyError.self) {
            try pool.use(Snapshot(policies: denying, directory: directory, position: LogPosition(number: 9, hash: [])))
        }
        #expect(error?.code == .interpreter && pool.snapshot.change == 0)
        for _ in 0..<4 {
            let decision = pool.perform { authorizer, snapshot in
                try? authorizer.decide(Self.question(amount: 5), on: snapshot.directory)
            }
            #expect(decision?.isPermitted == true)
        }
    }

    @Test func `a pool that is let go finishes its jobs`() throws {
        let done = Mutex(0)
        try {
            let pool = try pool(Self.permitting)
            for _ in 0..<40 { _ = pool.start { _, _ in done.withLock { $0 += 1 } } }
        }()
        #expect(done.withLock { $0 } == 40)
    }
}
