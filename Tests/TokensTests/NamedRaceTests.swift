import Foundation
import Model
import Synchronization
import Testing
import Tokens

@Suite struct NamedRaceTests {
    @Test func `a token that is revoked while it is looked up by name is found once`() async throws {
        let session = try StoreFixture()
        let names = (0..<60).map { ExactName("Old \($0)") }
        let ids = try names.map { try session.token($0).0.token.id }
        let (path, keys) = (session.folder.file("a.db"), session.folder.keys)
        let race = Race()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    try await onThread {
                        let store = try SQLiteTokenStore.open(path, keys: { "\(keys)/\($0)" }, clock: { .test })
                        repeat {
                            for (name, id) in zip(names, ids) {
                                let found = try store.named(name, tenant: StoreFixture.tenant)
                                #expect(found.map(\.token.id) == [id], "\(name)")
                            }
                            race.looks.add(1, ordering: .relaxed)
                        } while !race.isDone.load(ordering: .relaxed)
                    }
                }
            }
            group.addTask {
                try await onThread {
                    defer { race.isDone.store(true, ordering: .relaxed) }
                    let store = try SQLiteTokenStore.open(path, keys: { "\(keys)/\($0)" }, clock: { .test })
                    for id in ids { _ = try store.revoke([id], .test) }
                }
            }
            try await group.waitForAll()
        }
        #expect(race.looks.load(ordering: .relaxed) >= 2)
    }
}
