import Foundation
import Model
import TestSupport
import Testing
import Tokens

@Suite struct KeysTests {
    private let fixture: StoreFixture
    private var store: TokenService { fixture.store }

    init() throws { fixture = try StoreFixture() }

    private func rewrapAll(_ store: TokenService, batch: Int) throws -> Int {
        var total = 0
        var progress = Rewrapping()
        repeat {
            progress = try store.rewrap(.test, batch: batch, after: progress.last)
            total += progress.count
        } while !progress.isFinished
        return total
    }

    @Test func `a key is replaced without a string being lost`() throws {
        let (api, string) = try fixture.token()
        #expect(try store.addKey(.test) == 2)
        let (later, _) = try fixture.token("Later")
        let used = #expect(throws: TokenStoreError.self) { try store.retireKey(1, .test) }
        #expect(used?.code == .used)
        #expect(try rewrapAll(store, batch: 7) > 100)
        #expect(try rewrapAll(store, batch: 7) == 0)
        #expect(try store.keyUses().keys.sorted() == [2])
        try store.retireKey(1, .test)
        #expect(try store.keys.keys.map(\.state) == [.retired, .active])
        let again = try fixture.folder.open("a")
        #expect(try again.authenticate(string, now: .test)?.token.id == api.token.id)
        #expect(try again.reveal(api.token.id, .test).1 == string)
        #expect(try again.verify() == [])
        #expect(try again.details(later.token.id)?.token.isTampered == false)
        let text = try String(contentsOfFile: fixture.folder.keyFile(store.id), encoding: .utf8)
        #expect(text.contains("key 1 retired 2026-11-22T12:00:00Z -\n"))
    }

    @Test func `a token without a kept string moves to the new key when it is used`() throws {
        let (mobile, string) = try fixture.token("Phone", kind: .mobile)
        try store.addKey(.test)
        _ = try rewrapAll(store, batch: 500)
        #expect(try store.keyUses()[1] == 1)
        let refused = #expect(throws: TokenStoreError.self) { try store.retireKey(1, .test) }
        #expect(refused?.code == .used)
        try store.rehash(string, .test)
        #expect(try store.authenticate(string, now: .test)?.token.id == mobile.token.id)
        try store.retireKey(1, .test)
        #expect(try store.authenticate(string, now: .test)?.token.id == mobile.token.id)
        #expect(try store.verify() == [])
    }

    @Test func `a store that only reads goes on when another process adds a key and retires the first`() throws {
        let reader = try fixture.folder.open("a")
        let position = try reader.organisationAndPosition().1
        try store.addKey(.test)
        let (token, string) = try fixture.token()
        #expect(try reader.authenticate(string, now: .test)?.token.id == token.token.id)
        _ = try rewrapAll(store, batch: 500)
        try store.retireKey(1, .test)
        let whole = try fixture.folder.open("a")
        for service in [reader, whole] {
            let organisation = try service.organisation()
            #expect(organisation.tenants.allSatisfy { !$0.isTampered && $0.tokens.allSatisfy { !$0.isTampered } })
        }
        #expect(try reader.keys.keys.map(\.state) == [.retired, .active])
        // The log says that keys changed, so that nothing is amended.
        guard case .other = try reader.changes(since: position, wasRolledBack: false) else {
            Issue.record("only tokens changed")
            return
        }
    }

    @Test func `an open store notices a key that another process adds`() throws {
        let other = try fixture.folder.open("a")
        try other.addKey(.test)
        let (token, string) = try fixture.token()
        #expect(try store.keyUses()[2] == 1)
        #expect(try other.authenticate(string, now: .test)?.token == token.token)
        #expect(try other.verify() == [])
    }

    @Test func `tampered records are not sealed anew`() throws {
        let (token, _) = try fixture.token()
        try fixture.sql("UPDATE tokens SET expires = expires + 1 WHERE id = \(StoreFixture.literal(token.token.id))")
        try fixture.sql("UPDATE user_types SET permissions = '[\"*\"]' WHERE id = 't-integrator'")
        try store.addKey(.test)
        let result = try store.rewrap(.test)
        #expect(result.tampered == [token.token.id])
        #expect(try store.details(token.token.id)?.token.isTampered == true)
        #expect(try store.organisation(.none).tenants.contains { $0.isTampered })
    }

    @Test func `the active key and an unknown one are not retired`() {
        let active = #expect(throws: TokenStoreError.self) { try store.retireKey(1, .test) }
        #expect(active?.code == .used)
        let unknown = #expect(throws: TokenStoreError.self) { try store.retireKey(9, .test) }
        #expect(unknown?.code == .unknown)
    }
}
