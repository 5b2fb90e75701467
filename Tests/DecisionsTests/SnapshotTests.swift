import Decisions
import Model
import Policies
import TestSupport
import Testing
import Tokens

/// Snapshots that are refreshed by the log of acts, held against the whole store read anew.
@Suite struct SnapshotTests {
    private let fixture: StoreFixture
    /// Another connection to the same store, as another process has.
    private let reader: TokenService
    private let policies: PolicySet

    init() throws {
        fixture = try StoreFixture()
        reader = try fixture.folder.open("a")
        policies = try #require(PolicySet.load(Fixture.source(["a": Fixture.policy("permit()")])).set)
    }

    /// Everything of a directory that decisions can see, as text.
    private static func content(_ directory: Directory) -> [String] {
        let tokens = directory.tokens.map { "\($0)" }.sorted()
        return tokens + directory.users.map { "\($0)" } + directory.assignments.map { "\($0)" }
            + directory.departments.map { "\($0)" } + directory.tenants.map { "\($0)" }
    }

    /// Performs an act, and refreshes a snapshot.
    /// - Parameter isAmended: true when only tokens change, so that everything else is kept.
    private func expect(
        _ snapshot: inout Snapshot, isAmended: Bool, _ comment: Comment,
        sourceLocation: SourceLocation = #_sourceLocation, after act: () throws -> Void
    ) throws {
        let before = snapshot
        try act()
        snapshot = try before.refreshed(from: reader)
        let whole = try Snapshot(of: reader, policies: policies)
        #expect(
            Self.content(snapshot.directory) == Self.content(whole.directory), comment, sourceLocation: sourceLocation)
        #expect(
            snapshot.change == whole.change && snapshot.change > before.change, comment, sourceLocation: sourceLocation)
        #expect(
            (snapshot.directory.structure === before.directory.structure) == isAmended, comment,
            sourceLocation: sourceLocation)
    }

    @Test func `a snapshot follows every act on the store`() throws {
        let store = fixture.store
        var snapshot = try Snapshot(of: reader, policies: policies)
        #expect(try snapshot.refreshed(from: reader).directory === snapshot.directory)
        var ids: [TokenID] = []
        try expect(&snapshot, isAmended: true, "issued") {
            for number in 0..<5 { ids.append(try fixture.token("Feed \(number)").0.token.id) }
        }
        try expect(&snapshot, isAmended: true, "suspended") { try store.suspend([ids[0], ids[1]], .test) }
        try expect(&snapshot, isAmended: true, "resumed") { try store.resume([ids[1]], .test) }
        try expect(&snapshot, isAmended: true, "renamed") {
            try store.amend(ids[2], TokenChange(name: "Other", expires: .test.adding(days: 3)), .test)
        }
        try expect(&snapshot, isAmended: true, "rotated") { _ = try store.rotate(ids[2], overlap: nil, .test) }
        try expect(&snapshot, isAmended: true, "reassigned") {
            _ = try store.reassign(ids[2], assignment: "a-bjorn-1", overlap: .seconds(3_600), .test)
        }
        try expect(&snapshot, isAmended: true, "several revoked") { _ = try store.revoke([ids[2], ids[3]], .test) }
        try expect(&snapshot, isAmended: true, "one revoked") { _ = try store.revoke([ids[1]], .test) }
        try expect(&snapshot, isAmended: true, "refused") {
            try store.refused("token.revoke", [ids[4]], tenant: "3", code: "denied", .test)
        }
        try expect(&snapshot, isAmended: false, "purged") {
            let count = try store.purge(tenant: "3", before: .test.adding(days: 1), .test)
            #expect(count >= 3)
        }
        try expect(&snapshot, isAmended: false, "a user deactivated") {
            _ = try store.set(.user("u-bjorn"), tenant: "3", active: false, revokesTokens: true, .test)
        }
        try expect(&snapshot, isAmended: false, "a key added") { try store.addKey(.test) }
        #expect(try snapshot.refreshed(from: reader).directory === snapshot.directory)
    }

    @Test func `many acts on one token are followed`() throws {
        let snapshot = try Snapshot(of: reader, policies: policies)
        let id = try fixture.token().0.token.id
        for _ in 0..<60 {
            try fixture.store.suspend([id], .test)
            try fixture.store.resume([id], .test)
        }
        let amended = try snapshot.refreshed(from: reader)
        #expect(amended.directory.structure === snapshot.directory.structure)
        #expect(amended.directory.tokens.count == snapshot.directory.tokens.count + 1)
    }

    private func isRead(anew position: LogPosition) throws -> Bool {
        if case .other = try reader.changes(since: position, wasRolledBack: false) { true } else { false }
    }

    @Test func `a snapshot of another history is read anew`() throws {
        _ = try fixture.token()
        let snapshot = try Snapshot(of: reader, policies: policies)
        #expect(try !isRead(anew: snapshot.position))
        // A backup was put back and accepted, and as many acts were done since.
        #expect(try isRead(anew: LogPosition(number: snapshot.change, hash: [1, 2, 3])))
        #expect(try isRead(anew: LogPosition(number: snapshot.change - 1, hash: [1, 2, 3])))
        #expect(try isRead(anew: LogPosition(number: snapshot.change + 1, hash: [1, 2, 3])))
        #expect(try isRead(anew: LogPosition(number: .max, hash: [])) && isRead(anew: .start))
    }

    @Test func `a log that has grown too long is not followed`() throws {
        let position = try Snapshot(of: reader, policies: policies).position
        let ids = (0..<10_001).map { TokenID(high: 9, low: UInt64($0)) }
        for (count, isAnew) in [(10_000, false), (1, true)] {
            try fixture.store.refused("token.list", Array(ids.prefix(count)), tenant: "3", code: "denied", .test)
            #expect(try isRead(anew: position) == isAnew)
        }
    }

    @Test(arguments: [
        "token = x'00000000000000000000000000000001'", "act = 'token.revoke.refused'", "hash = x'00'",
        "previous = x'00'",
    ])
    func `an entry that was changed is not followed`(change: String) throws {
        let id = try fixture.token().0.token.id
        let snapshot = try Snapshot(of: reader, policies: policies)
        _ = try fixture.store.revoke([id], .test)
        try fixture.store.suspend([try fixture.token("Later").0.token.id], .test)
        try fixture.folder.sql("a", "UPDATE log SET \(change) WHERE act = 'token.revoke'", isUnguarded: true)
        #expect(try isRead(anew: snapshot.position))
        let directory = try snapshot.refreshed(from: reader).directory
        #expect(directory.tokens.first { $0.id == id }?.revoked != nil)
    }

    @Test func `a store that was rolled back is read anew, and permits nothing`() throws {
        let snapshot = try Snapshot(of: reader, policies: policies)
        try fixture.folder.sql("a", "DELETE FROM log WHERE number = (SELECT max(number) FROM log)", isUnguarded: true)
        let after = try snapshot.refreshed(from: try fixture.folder.open("a"))
        #expect(!snapshot.directory.isRolledBack && after.directory.isRolledBack)
        let id = try #require(after.directory.tokens.first?.id)
        let request = AuthorizationRequest(
            action: "orders.read", subject: .token(id.description), resource: .init(type: "order", id: "1"), now: .test)
        let decision = try Authorizer(policies: policies).decide(request, on: after.directory)
        #expect(decision.code == "store_rolled_back" && !decision.isPermitted)
    }
}
