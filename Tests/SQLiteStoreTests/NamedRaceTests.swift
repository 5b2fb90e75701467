import Foundation
import Model
import SQLiteStore
import Synchronization
import TestSupport
import Testing
import Tokens

@Suite struct NamedRaceTests {
    /// The token that is revoked next, and the looks at it.
    private final class Turn: Sendable {
        let next = Atomic(0)
        let looks = Atomic(0)
    }

    @Test func `a token that is revoked during a lookup by name is found exactly once`() async throws {
        let fixture = try StoreFixture()
        let names = (0..<60).map { ExactName("Old \($0)") }
        let ids = try names.map { try fixture.token($0).0.token.id }
        let (path, keys) = (fixture.folder.file("a.db"), fixture.folder.keys)
        let turn = Turn()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    try await onThread {
                        let store = try SQLiteStore.open(path, keys: { "\(keys)/\($0)" }, clock: { .test })
                        while true {
                            let next = turn.next.load(ordering: .relaxed)
                            guard next < ids.count else { return }
                            let found = try store.named(names[next], tenant: StoreFixture.tenant)
                            #expect(found.map(\.token.id) == [ids[next]], "\(names[next])")
                            turn.looks.add(1, ordering: .relaxed)
                        }
                    }
                }
            }
            group.addTask {
                try await onThread {
                    // Whatever happens, the readers come to an end.
                    defer { turn.next.store(ids.count, ordering: .relaxed) }
                    let store = try SQLiteStore.open(path, keys: { "\(keys)/\($0)" }, clock: { .test })
                    for (number, id) in ids.enumerated() {
                        let before = turn.looks.load(ordering: .relaxed)
                        turn.next.store(number, ordering: .relaxed)
                        while turn.looks.load(ordering: .relaxed) < before + 2 { sched_yield() }
                        _ = try store.revoke([id], .test)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(turn.looks.load(ordering: .relaxed) >= 2 * ids.count)
    }
}
