import Foundation
import Model
import SQLiteStore
import Synchronization
import TestSupport
import Testing
import Tokens

/// Stores that were replaced by an older copy.
@Suite struct RollbackTests {
    private let fixture: StoreFixture
    private let token: TokenDetails
    private var folder: Folder { fixture.folder }

    init() throws {
        fixture = try StoreFixture()
        token = try fixture.token("Feed").0
    }

    private var head: String { get throws { try folder.keyFile(fixture.store.id) + ".head" } }

    private func bytes() throws -> Data {
        try fixture.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return try Data(contentsOf: URL(filePath: folder.file("a.db")))
    }

    /// Puts a copy back, as a restored backup is.
    private func restore(_ bytes: Data) throws {
        for name in ["a.db", "a.db-wal", "a.db-shm"] { try? FileManager.default.removeItem(atPath: folder.file(name)) }
        try bytes.write(to: URL(filePath: folder.file("a.db")))
    }

    /// A store that was put back to its state before a token was revoked.
    private func rolledBack() throws -> TokenService {
        let kept = try bytes()
        _ = try fixture.store.revoke([token.token.id], .test)
        try restore(kept)
        return try folder.open("a")
    }

    @Test func `an older copy is detected on opening, and nothing is written or permitted on it`() throws {
        let store = try rolledBack()
        #expect(store.rollback?.reason == .shorter(noted: 5) && store.rollback?.newest == 4)
        #expect(store.rollback?.message.contains("--accept-rollback 4 --reason TEXT") == true)
        #expect(try store.organisation(.all).isRolledBack)
        #expect(try Directory(store.organisation(.all)).isRolledBack)
        store.decidesOnRollback = true
        #expect(try !store.organisation(.all).isRolledBack)
        let draft = TokenDraft(
            tenant: "3", kind: .api, name: "X", assignment: "a-bjorn-1", expires: .test.adding(days: 1))
        for body in [
            { _ = try store.create(draft, .test) }, { try store.recordUse([token.token.id: .test]) },
            { _ = try store.merge(Organisation.demo(), .test) }, { try store.addKey(.test) },
            { _ = try store.rewrap(.test) }, { _ = try store.reseal(.test) },
            { try store.refused("token.reveal", [], tenant: "3", code: "denied", .test) },
        ] as [() throws -> Void] {
            let error = #expect(throws: TokenStoreError.self, performing: body)
            #expect(error?.code == .rolledBack, "\(error?.message ?? "")")
        }
        #expect(try folder.open("a").rollback != nil)
    }

    @Test func `a restored backup is accepted by its number, in the log`() throws {
        let store = try rolledBack()
        let context = AuditContext(now: .test, reason: "disk lost")
        let wrong = #expect(throws: TokenStoreError.self) { try store.acceptRollback(5, context) }
        #expect(wrong?.code == .stale && store.rollback != nil)
        try store.acceptRollback(4, context)
        #expect(store.rollback == nil)
        var query = LogQuery()
        query.act = "store.accept_rollback"
        let entry = try #require(try store.log(query).first)
        #expect(entry.number == 5 && entry.details.contains { $0 == .init("reason", .string("disk lost")) })
        #expect(entry.details.contains { $0 == .init("noted", .integer(5)) })
        let again = try folder.open("a")
        #expect(again.rollback == nil)
        #expect(try again.verify() == [])
        #expect(try again.revoke([token.token.id], .test) == (1, 0))
        let none = #expect(throws: TokenStoreError.self) { try again.acceptRollback(6, context) }
        #expect(none?.code == .state)
    }

    @Test func `a copy with further entries of its own is found by its hash`() throws {
        let kept = try bytes()
        let noted = try Data(contentsOf: URL(filePath: head))
        _ = try fixture.store.revoke([token.token.id], .test)
        let newest = try Data(contentsOf: URL(filePath: head))
        try restore(kept)
        try noted.write(to: URL(filePath: head))
        try folder.open("a").suspend([token.token.id], .test)
        try newest.write(to: URL(filePath: head))
        let store = try folder.open("a")
        #expect(store.rollback?.reason == .other(noted: 5) && store.rollback?.newest == 5)
        try store.acceptRollback(5, .test)
        #expect(try folder.open("a").verify() == [])
    }

    @Test(arguments: [
        "", "x", "6", "-1 00", "6 0", "6 00", "1 2 3 4", "9223372036854775808 H", "9223372036854775807 H 3",
        "9007199254740993 H 3", "6 H 99999999999999999999", "6 H -1", "6 H +3", "+6 H 3", "06 H 3", "0 H 3", "6 - 3",
    ])
    func `an unreadable checkpoint stops all writing, and no number in it traps`(text: String) throws {
        let hash = String(repeating: "00", count: 32)
        try Data((text.replacing("H", with: hash) + "\n").utf8).write(to: URL(filePath: head))
        let store = try folder.open("a")
        #expect(try store.organisation(.all).isRolledBack)
        guard case .unreadable? = store.rollback?.reason else {
            Issue.record("`\(text)`: \(String(describing: store.rollback))")
            return
        }
        let error = #expect(throws: TokenStoreError.self) { try store.suspend([token.token.id], .test) }
        #expect(error?.code == .rolledBack)
        #expect(try store.verify().contains { $0.message.contains("is damaged") })
        try store.acceptRollback(4, .test)
        #expect(try folder.open("a").verify() == [])
    }

    @Test func `a checkpoint at the largest number is a rollback, and a missing one is not`() throws {
        try Data("9007199254740992 \(String(repeating: "00", count: 32)) 3\n".utf8).write(to: URL(filePath: head))
        let ahead = try folder.open("a")
        #expect(ahead.rollback?.reason == .shorter(noted: 1 << 53))
        #expect(try ahead.organisation(.all).isRolledBack)
        let refused = #expect(throws: TokenStoreError.self) { try ahead.suspend([token.token.id], .test) }
        #expect(refused?.code == .rolledBack)
        // When only the key file is moved, `store verify` reports it; the next act writes the checkpoint again.
        try FileManager.default.removeItem(atPath: head)
        let store = try folder.open("a")
        #expect(store.rollback == nil)
        try store.suspend([token.token.id], .test)
        #expect(try folder.open("a").verify() == [])
    }

    @Test func `a checkpoint of an earlier version is kept if it is not the store's`() throws {
        let own = try String(contentsOfFile: head, encoding: .utf8).split(separator: " ")
        try Data("2 \(own[1])\n".utf8).write(to: URL(filePath: head))
        #expect(try folder.open("a").rollback?.reason == .other(noted: 2))
        #expect(try folder.open("a").rollback?.reason == .other(noted: 2))
    }

    @Test func `no act records a log entry of somebody else in the checkpoint`() throws {
        let before = try String(contentsOfFile: head, encoding: .utf8)
        try fixture.sql(
            "INSERT INTO log SELECT 99, time, tenant, how, user, assignment, through, act, token, last4, version, details, "
                + "previous, hash FROM log WHERE number = 1")
        // An act without a change is not logged.
        try folder.open("a").resume([token.token.id], .test)
        #expect(try String(contentsOfFile: head, encoding: .utf8) == before)
    }

    @Test func `a reader never takes an act of another for a rollback`() async throws {
        // All of it takes minutes in a debug build.
        let isLong = ProcessInfo.processInfo.environment["DEMILUNE_LONG"] == "1"
        let acts = isLong ? 10_000 : 200
        let path = folder.file("a.db")
        let keys = folder.keys
        let id = token.token.id
        let race = Race()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for reader in 0..<4 {
                group.addTask {
                    try await onThread {
                        var store = try SQLiteStore.open(path, keys: { "\(keys)/\($0)" }, clock: { .test })
                        while !race.isDone.load(ordering: .relaxed) {
                            // One thread reads repeatedly, another opens the store each time.
                            if reader % 2 == 0 {
                                store = try SQLiteStore.open(path, keys: { "\(keys)/\($0)" }, clock: { .test })
                            } else {
                                _ = try store.organisation(.some([id]))
                            }
                            #expect(store.rollback == nil)
                            race.looks.add(1, ordering: .relaxed)
                        }
                    }
                }
            }
            group.addTask {
                try await onThread {
                    defer { race.isDone.store(true, ordering: .relaxed) }
                    let store = try SQLiteStore.open(path, keys: { "\(keys)/\($0)" }, clock: { .test })
                    for act in 0..<acts {
                        if act % 2 == 0 { try store.suspend([id], .test) } else { try store.resume([id], .test) }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(race.looks.load(ordering: .relaxed) > 8)
        #expect(try folder.open("a").verifyLog() == (4 + acts, []))
    }
}

/// The progress of readers and a writer.
final class Race: Sendable {
    let isDone = Atomic(false)
    let looks = Atomic(0)
}

/// Runs on a thread of its own, so that blocking there does not block tasks.
func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
}
