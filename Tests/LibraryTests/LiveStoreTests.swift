import Demilune
import Foundation
import Model
import SQLiteStore
import TestSupport
import Testing
import Tokens

/// The library on a store that another process changes.
@Suite struct LiveStoreTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    private let fixture: StoreFixture
    private let store: Demilune.Store

    init() throws {
        fixture = try StoreFixture()
        let folder = fixture.folder
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.keys).filter { !$0.contains(".") }
        store = try Store(path: folder.file("a.db"), keys: folder.keyFile(try #require(files.first)))
    }

    private func request(_ id: TokenID) throws -> AuthorizationRequest {
        try AuthorizationRequest(
            .token(id: id.description), "orders.read", on: Resource("order", id: "42", ["department": "d-sales"]),
            time: Instant.test.microseconds)
    }

    @Test func `a string finds its token, and nothing else does`() throws {
        let (details, string) = try fixture.token()
        #expect(try store.token(string: string.revealed) == details.token.id.description)
        for text in ["", "dml_x", String(string.revealed.dropLast()) + "!", details.token.id.description] {
            #expect(try store.token(string: text) == nil)
        }
        let export = try Store(path: Self.root + "/examples/demo.json")
        let error = #expect(throws: DemiluneError.self) { try export.token(string: string.revealed) }
        #expect(error?.code == .store && error?.message.contains(string.revealed) == false)
    }

    @Test func `a string that was moved to another's row without the keys is no token`() throws {
        let (mine, string) = try fixture.token("Mine")
        let other = try fixture.token("Other", assignment: "a-anna-1").0
        func literal(_ id: TokenID) -> String { "x'\(id)'" }
        try fixture.sql(
            """
            CREATE TEMP TABLE moved AS SELECT lookup, lookup_key FROM tokens WHERE id = \(literal(mine.token.id));
            UPDATE tokens SET lookup = NULL WHERE id = \(literal(mine.token.id));
            UPDATE tokens SET lookup = (SELECT lookup FROM moved), lookup_key = (SELECT lookup_key FROM moved)
                WHERE id = \(literal(other.token.id));
            """)
        let error = #expect(throws: DemiluneError.self) { try store.token(string: string.revealed) }
        #expect(error?.code == .store && error?.message.contains(string.revealed) == false)
    }

    @Test func `a replaced string ends with its overlap by the latest time in the store`() throws {
        let (details, string) = try fixture.token(expires: .test.adding(days: 20_000))
        _ = try fixture.store.rotate(details.token.id, overlap: .seconds(86_400 * 10_000), .test)
        #expect(try store.token(string: string.revealed) != nil)
        let later = Instant.test.adding(days: 15_000)
        let folder = fixture.folder
        let other = try SQLiteStore.open(folder.file("a.db"), keys: folder.keyFile, clock: { later })
        try other.refused("token.list", [details.token.id], tenant: StoreFixture.tenant, code: "denied", .at(later))
        #expect(try store.token(string: string.revealed) == nil)
    }

    @Test func `no string is known in a store that was rolled back`() throws {
        let string = try fixture.token().1
        try fixture.folder.sql("a", "DELETE FROM log WHERE number = (SELECT max(number) FROM log)", isUnguarded: true)
        let error = #expect(throws: DemiluneError.self) { try store.token(string: string.revealed) }
        #expect(error?.code == .store)
    }

    @Test func `a snapshot stays as it was, and a refreshed one knows what happened`() throws {
        let policies = try PolicySet(folder: Self.root + "/policies")
        let id = try fixture.token().0.token.id
        let before = try Snapshot(policies: policies, store: store)
        let authorizer = try Authorizer(before)
        #expect(try authorizer.decide(try request(id)).isPermitted)
        #expect(try before.refreshed(from: store).change == before.change)
        _ = try fixture.store.revoke([id], .test)
        #expect(try authorizer.decide(try request(id)).isPermitted, "this snapshot is older")
        let after = try before.refreshed(from: store)
        try authorizer.use(after)
        let decision = try authorizer.decide(try request(id))
        #expect(decision.code == "token_revoked" && after.change > before.change)
        #expect(after.tokenCount == before.tokenCount && authorizer.snapshot.change == after.change)
    }

    @Test func `a decision is made no earlier than the latest time in the store`() throws {
        let policies = try PolicySet(folder: Self.root + "/policies")
        let id = try fixture.token(expires: .test.adding(days: 20_000)).0.token.id
        let request = try AuthorizationRequest(
            .token(id: id.description), "orders.read", on: Resource("order", id: "42", ["department": "d-sales"]))
        let authorizer = try Authorizer(try Snapshot(policies: policies, store: store))
        #expect(try authorizer.decide(request).isPermitted)
        // Another machine, whose clock is right, acts after the token has expired.
        let later = Instant.test.adding(days: 30_000)
        let folder = fixture.folder
        let other = try SQLiteStore.open(folder.file("a.db"), keys: folder.keyFile, clock: { later })
        try other.refused("token.list", [id], tenant: StoreFixture.tenant, code: "denied", .at(later))
        try authorizer.use(try authorizer.snapshot.refreshed(from: store))
        #expect(try authorizer.decide(request).code == "token_expired")
    }
}
