import Foundation
import Model
import SQLiteStore
import Synchronization
import TestSupport
import Testing
import Tokens

/// Ceilings as a store keeps them: within the combination, sealed, and with uses that are counted once.
@Suite struct CeilingStoreTests {
    private let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    private func ceiling(_ edit: (inout Ceiling) -> Void) -> Ceiling {
        var ceiling = Ceiling()
        edit(&ceiling)
        return ceiling
    }

    private var whole: Ceiling {
        ceiling {
            $0.permissions = ["orders.read"]
            $0.departments = ["d-sales-north"]
            $0.networks = [try! IPNetwork("10.0.0.0/8")]
            $0.hours = Ceiling.Hours("mon-fri 08:00-18:00")
            $0.uses = 3
            $0.purpose = "nightly export"
        }
    }

    private func code(_ body: () throws -> Void) -> TokenStoreError.Code? {
        do { try body() } catch { return (error as? TokenStoreError)?.code }
        return nil
    }

    @Test func `a ceiling is stored, sealed, exported and imported`() throws {
        let (token, string) = try fixture.token(ceiling: whole)
        #expect(token.token.ceiling == whole)
        let store = try fixture.folder.open("a")
        #expect(try store.authenticate(string, now: .test)?.token.ceiling == whole)
        #expect(try store.verify() == [])
        let exported = try store.organisation(.all)
        #expect(try Organisation(json: exported.json) == exported)
        let other = try fixture.folder.create("b")
        _ = try other.merge(exported.json, .test)
        #expect(try other.details(token.token.id)?.token.ceiling == whole)
        // Importing it again changes nothing; an empty ceiling removes it.
        #expect(try other.merge(exported.json, .test).changed == 0)
        let text = #"{"tenants":[{"id":"3","tokens":[{"id":"\#(token.token.id)","ceiling":{}}]}]}"#
        #expect(try other.merge(JSONReader.parse(text), .test).changed == 1)
        #expect(try other.details(token.token.id)?.token.ceiling == nil)
        #expect(try other.verify() == [])
    }

    @Test(arguments: [
        "ceiling = NULL", "ceiling = '{}'", "ceiling = '{\"uses\":4}'",
        "ceiling = replace(ceiling, 'orders.read', '*')",
        "ceiling = replace(ceiling, 'd-sales-north', 'd-sales')", "ceiling = 'nonsense'", "ceiling = ''",
        "use_count = 1",
        "last_action = 'orders.read'", "last_network = '10.0.0.0/24'", "last_network = 'nonsense'",
        "(ceiling, mac) = (SELECT ceiling, mac FROM tokens WHERE name = 'Other')",
    ])
    func `an edited ceiling is found, and its token gets nothing`(edit: String) throws {
        let (token, string) = try fixture.token(ceiling: whole)
        _ = try fixture.token("Other")
        try fixture.sql("UPDATE tokens SET \(edit) WHERE id = \(StoreFixture.literal(token.token.id))")
        let store = try fixture.folder.open("a")
        #expect(try store.authenticate(string, now: .test)?.token.isTampered == true)
        #expect(try store.verify().map(\.token) == [token.token.id])
        #expect(code { try store.amend(token.token.id, TokenChange(ceiling: Ceiling()), .test) } == .tampered)
        #expect(try store.countUse(of: token.token.id, .init(.test)) == "token_tampered")
        // Revoking seals it, and it stays revoked.
        #expect(try store.revoke([token.token.id], .test) == (1, 0))
        #expect(try store.verify() == [])
    }

    @Test func `a ceiling is never wider than its combination`() throws {
        // Bjørn is an Integrator in Sales.
        for wider in [
            ceiling { $0.permissions = ["users.delete"] }, ceiling { $0.permissions = ["*"] },
            ceiling { $0.permissions = ["orders.read", "payroll.enter"] }, ceiling { $0.departments = ["d-finance"] },
            ceiling { $0.departments = ["d-sales", "d-finance"] },
        ] {
            #expect(code { _ = try fixture.token("Wider", ceiling: wider) } == .state, "\(wider)")
        }
        #expect(code { _ = try fixture.token("Gone", ceiling: ceiling { $0.departments = ["nowhere"] }) } == .unknown)
        let secret = ceiling { $0.purpose = "dml_0123456789ABCDEFGHIJKLMNOPQRSTabcdef" }
        #expect(code { _ = try fixture.token("Secret", ceiling: secret) } == .name)
        let (token, _) = try fixture.token(ceiling: ceiling { $0.permissions = ["orders.read"] })
        let id = token.token.id
        #expect(
            code { try fixture.store.amend(id, TokenChange(ceiling: ceiling { $0.permissions = ["*"] }), .test) }
                == .state)
        #expect(try fixture.details(id).token.ceiling?.permissions == ["orders.read"])
        let text = #"{"tenants":[{"id":"3","tokens":[{"id":"\#(id)","ceiling":{"permissions":["users.delete"]}}]}]}"#
        #expect(code { _ = try fixture.store.merge(JSONReader.parse(text), .test) } == .invalid)
        // What was narrow enough stays, when the combination loses something later: the token has what both leave.
        let loses = #"{"tenants":[{"id":"3","user_types":[{"id":"t-integrator","permissions":["invoices.read"]}]}]}"#
        _ = try fixture.store.merge(JSONReader.parse(loses), .test)
        let directory = try Directory(try fixture.store.organisation(.all))
        let number = try #require(directory.token(id))
        #expect(directory.assignments[directory.tokens[number].assignment].permissions.isEmpty)
        #expect(try fixture.store.merge(directoryJSON(id), .test).changed == 0)
        #expect(
            try fixture.store.amend(id, TokenChange(name: "Renamed"), .test).token.ceiling?.permissions == [
                "orders.read"
            ])
    }

    private func directoryJSON(_ id: TokenID) throws -> JSON {
        try JSONReader.parse(
            #"{"tenants":[{"id":"3","tokens":[{"id":"\#(id)","ceiling":{"permissions":["orders.read"]}}]}]}"#)
    }

    @Test func `the log has a ceiling before and after`() throws {
        let (token, _) = try fixture.token(ceiling: ceiling { $0.permissions = ["orders.read", "orders.create"] })
        try fixture.store.amend(
            token.token.id, TokenChange(ceiling: ceiling { $0.permissions = ["orders.read"] }), .test)
        let entry = try #require(try fixture.log("token.amend").last)
        func member(_ name: ExactName) -> String? {
            entry.details.first { $0.key == name }?.value.compact
        }
        #expect(member("before") == #"{"ceiling":{"permissions":["orders.create","orders.read"]}}"#)
        #expect(member("after") == #"{"ceiling":{"permissions":["orders.read"]}}"#)
    }

    // MARK: Uses

    @Test func `uses are counted, and the last one ends the token`() throws {
        let (token, string) = try fixture.token(ceiling: ceiling { $0.uses = 2 })
        let id = token.token.id
        let address = IPAddress("10.1.2.3")!
        let occasion = TokenUse.Occasion(.test.adding(seconds: 5), action: "orders.read", address: address)
        #expect(try fixture.store.countUse(of: id, occasion) == nil)
        var details = try fixture.details(id)
        #expect(details.useCount == 1 && details.lastAction == "orders.read")
        #expect(
            details.lastNetwork?.description == "10.1.2.0/24" && details.token.lastActive == .test.adding(seconds: 5))
        #expect(details.token.revoked == nil && details.token.isTampered == false)
        #expect(try fixture.store.countUse(of: id, occasion) == nil)
        details = try fixture.details(id)
        #expect(details.useCount == 2 && details.token.revoked != nil && details.isKept == false)
        #expect(try fixture.store.countUse(of: id, occasion) == "token_revoked")
        #expect(try fixture.folder.open("a").authenticate(string, now: .test)?.token.revoked != nil)
        #expect(try fixture.log("token.use").count == 2 && fixture.log("token.revoke").last?.reason != nil)
        #expect(try fixture.store.verify() == [])
        // A token without the limit is not counted.
        let (other, _) = try fixture.token("Other")
        #expect(try fixture.store.countUse(of: other.token.id, occasion) == nil)
        #expect(try fixture.details(other.token.id).useCount == 0)
        #expect(try fixture.store.countUse(of: .unassigned, occasion) == "token_unknown")
    }

    @Test func `a limit that the uses have reached is refused`() throws {
        let (token, _) = try fixture.token(ceiling: ceiling { $0.uses = 3 })
        let id = token.token.id
        #expect(try fixture.store.countUse(of: id, .init(.test)) == nil)
        let message = "the token `\(id)` has had 1 use: revoke it, or permit more uses"
        #expect(throws: TokenStoreError(.state, message)) {
            try fixture.store.amend(id, TokenChange(ceiling: ceiling { $0.uses = 1 }), .test)
        }
        #expect(try fixture.details(id).token.ceiling?.uses == 3)
        try fixture.store.amend(id, TokenChange(ceiling: ceiling { $0.uses = 2 }), .test)
        #expect(try fixture.store.countUse(of: id, .init(.test)) == nil)
        #expect(try fixture.details(id).token.revoked != nil)
    }

    @Test func `an earlier count that is put back is found, though its seal is genuine`() throws {
        let (token, _) = try fixture.token(ceiling: ceiling { $0.uses = 2 })
        let literal = StoreFixture.literal(token.token.id)
        let columns = "last_active, last_action, last_network, use_count, use_mac, use_key"
        let kept = "ATTACH '\(fixture.folder.file("kept.db"))' AS kept; "
        try fixture.sql(kept + "CREATE TABLE kept.it AS SELECT \(columns) FROM tokens WHERE id = \(literal)")
        #expect(try fixture.store.countUse(of: token.token.id, .init(.test)) == nil)
        try fixture.sql(kept + "UPDATE tokens SET (\(columns)) = (SELECT * FROM kept.it) WHERE id = \(literal)")
        let store = try fixture.folder.open("a")
        #expect(try store.details(token.token.id)?.useCount == 0)
        #expect(try store.countUse(of: token.token.id, .init(.test)) == "token_tampered")
        #expect(
            try store.verify().map(\.message) == ["the token `\(token.token.id)` has fewer uses than the log records"])
    }

    @Test func `several at a time count each use once`() throws {
        let (token, _) = try fixture.token(ceiling: ceiling { $0.uses = 20 })
        let counted = Mutex(0)
        // Each is used by one thread.
        nonisolated(unsafe) let stores = try (0..<4).map { _ in try fixture.folder.open("a") }
        DispatchQueue.concurrentPerform(iterations: 4) { number in
            for _ in 0..<10
            where (try? unsafe stores[number].countUse(of: token.token.id, .init(.test))) == .some(nil) {
                counted.withLock { $0 += 1 }
            }
        }
        #expect(counted.withLock(\.self) == 20)
        let details = try fixture.details(token.token.id)
        #expect(details.useCount == 20 && details.token.revoked != nil)
        #expect(try fixture.folder.open("a").verify() == [])
    }

    @Test func `an ordinary use keeps its action and its network`() throws {
        let (token, _) = try fixture.token()
        let id = token.token.id
        let first = TokenUse.Occasion(.test, action: "orders.read", address: IPAddress("2001:db8:1:2::3"))
        try fixture.store.recordUse([id: first])
        #expect(try fixture.details(id).lastNetwork?.description == "2001:db8:1::/48")
        try fixture.store.recordUse([id: .init(.test.adding(seconds: 30), action: "orders.create")])
        #expect(try fixture.details(id).lastAction == "orders.read")
        try fixture.store.recordUse([id: .init(.test.adding(seconds: 60), action: "orders.create")])
        let details = try fixture.folder.open("a").details(id)
        #expect(
            details?.lastAction == "orders.create" && details?.lastNetwork == nil && details?.token.isTampered == false)
    }
}
