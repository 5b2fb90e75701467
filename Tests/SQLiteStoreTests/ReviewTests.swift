import Foundation
import Model
import SQLiteStore
import TestSupport
import Testing
import Tokens

/// Reviews of access: a frozen population, and answers in the log.
@Suite struct ReviewTests {
    private let fixture: StoreFixture
    private let ids: [TokenID]
    private let tenant = StoreFixture.tenant

    init() throws {
        fixture = try StoreFixture()
        var ceiling = Ceiling()
        ceiling.permissions = ["orders.read"]
        var ids: [TokenID] = []
        for number in 0..<5 {
            ids.append(try fixture.token("T\(number)", ceiling: number == 0 ? ceiling : nil).0.token.id)
        }
        self.ids = ids.sorted()
    }

    private func reviewer(_ name: ExactName, at seconds: Int64 = 0) -> AuditContext {
        AuditContext(.user(id: name, assignment: nil), now: Instant.test.adding(seconds: seconds), reason: "needed")
    }

    private func frozen(_ ids: [TokenID]) throws -> [FrozenToken] {
        let directory = try Directory(try fixture.store.organisation(.none))
        return try ids.map { try #require(FrozenToken(try fixture.details($0), in: directory)) }
    }

    @discardableResult private func start(
        _ name: ExactName = "Q4", _ ids: [TokenID]? = nil, _ atClose: Review.AtClose = .suspend
    ) throws -> Review {
        let draft = ReviewDraft(name: name, tenant: tenant, atClose: atClose, due: nil, filters: "--user bjorn")
        return try fixture.store.startReview(draft, try frozen(ids ?? self.ids), .test)
    }

    private func verdicts(_ name: ExactName = "Q4") throws -> [ReviewAct?] {
        try fixture.store.tokens(of: try fixture.store.review(name, of: tenant)).map(\.verdict)
    }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return (error as? TokenStoreError)?.message ?? "\(error)" }
        return "no error"
    }

    // MARK: Beginning

    @Test func `a review holds what its tokens could do when it began`() throws {
        let review = try start()
        #expect(
            review.count == 5 && review.end == nil && review.atClose == .suspend && review.filters == "--user bjorn")
        let known = try frozen(ids)
        #expect(review.digest == TokenService.digest(of: known))
        let tokens = try fixture.store.tokens(of: review)
        #expect(tokens.map(\.token) == known && tokens.allSatisfy { $0.answer == nil })
        let limited = try #require(tokens.first { $0.token.record.ceiling != nil }).token
        #expect(limited.permissions == ["orders.read"] && limited.departments == ["d-sales"])
        #expect(limited.combination.userName == "bjorn" && limited.combination.userTypeName == "Integrator")
        // It is all in the log, and read from there by anybody who has the keys.
        let again = try fixture.folder.open("a")
        #expect(try again.reviews(of: tenant).map(\.name) == ["Q4"])
        #expect(try again.tokens(of: again.review("Q4", of: tenant)).map(\.token) == known)
        #expect(try again.verifyLog().faults == [] && again.verify() == [])
        // A use does not change what is frozen.
        try fixture.store.recordUse([ids[0]: Instant.test.adding(seconds: 120)])
        #expect(TokenService.digest(of: try frozen(ids)) == review.digest)
    }

    @Test func `a name is for one review of a tenant, for good`() throws {
        try start()
        #expect(message { try start() }.contains("has a review `Q4` already"))
        _ = try fixture.store.closeReview("Q4", of: tenant, .test)
        for name in ["Q4 ", "q4", "Ｑ４"] as [ExactName] { #expect(message { try start(name) }.contains("`Q4` already")) }
        #expect(try fixture.store.review("q4", of: tenant).name == "Q4")
        #expect(message { try start("") } == "a name cannot be empty")
        #expect(message { try start("none", []) }.contains("1 to 100000 tokens, not 0"))
        #expect(message { _ = try fixture.store.review("Q5", of: tenant) }.contains("(did you mean `Q4`?)"))
        #expect(message { _ = try fixture.store.review("Q4", of: "acme") }.contains("has no review"))
    }

    @Test func `tokens that changed since they were looked at are not frozen`() throws {
        let old = try frozen(ids)
        _ = try fixture.store.suspend([ids[2]], .test)
        let draft = ReviewDraft(name: "Q4", tenant: tenant, atClose: .report, due: nil, filters: "")
        #expect(message { _ = try fixture.store.startReview(draft, old, .test) }.contains("changed since"))
        #expect(try fixture.store.reviews(of: tenant).isEmpty && fixture.log("review.freeze").isEmpty)
    }

    // MARK: Answers

    @Test func `each token is attested once, and a revocation is the last word`() throws {
        let (store, review) = (fixture.store, try start())
        #expect(try store.attest([ids[0], ids[1]], in: "Q4", of: tenant, reviewer("u-anna")) == (2, 0))
        #expect(try store.attest([ids[1], ids[2]], in: "Q4", of: tenant, reviewer("u-carla")) == (1, 1))
        #expect(try store.revoke([ids[1], ids[3]], in: "Q4", of: tenant, reviewer("u-carla")) == (2, 0))
        #expect(try store.revoke([ids[1], ids[3]], in: "Q4", of: tenant, reviewer("u-anna")) == (0, 2))
        #expect(try verdicts() == [.attest, .revoke, .attest, .revoke, nil])
        let answers = try store.tokens(of: review).map(\.answer)
        #expect(answers.map { $0?.actor.name } == ["u-anna", "u-carla", "u-carla", "u-carla", nil])
        #expect(answers[0]?.reason == "needed")
        #expect(try fixture.details(ids[1]).token.revoked != nil && fixture.details(ids[0]).token.revoked == nil)
        #expect(message { _ = try store.attest([ids[3]], in: "Q4", of: tenant, .test) }.hasSuffix("is revoked"))
        let entry = try #require(try fixture.log("token.revoke").first)
        #expect(entry.text("review") == "Q4" && entry.reason == "needed")
        #expect(try fixture.log("review.attest").count == 3 && fixture.log("review.revoke").count == 2)
        // One token alone is found as the whole review finds it.
        for (id, verdict) in zip(ids, try verdicts()) {
            #expect(try store.token(id, of: review)?.verdict == verdict)
        }
    }

    @Test func `an answer to several tokens is one to all of them, or to none`() throws {
        try start("Q4", Array(ids.prefix(3)))
        #expect(
            message { _ = try fixture.store.attest([ids[0], ids[4]], in: "Q4", of: tenant, .test) }
                .contains("is not of the review `Q4`"))
        #expect(
            message { _ = try fixture.store.revoke([ids[0], ids[4]], in: "Q4", of: tenant, .test) }
                .contains("is not of the review `Q4`"))
        #expect(try verdicts() == [nil, nil, nil] && fixture.details(ids[0]).token.revoked == nil)
    }

    @Test func `reviews of the same tokens do not touch each other`() throws {
        try start("one")
        try start("two")
        _ = try fixture.store.attest(ids, in: "two", of: tenant, .test)
        #expect(try verdicts("one").allSatisfy { $0 == nil } && verdicts("two").allSatisfy { $0 == .attest })
        _ = try fixture.store.closeReview("one", of: tenant, .test)
        #expect(try verdicts("two").allSatisfy { $0 == .attest } && verdicts("one").allSatisfy { $0 == .suspend })
    }

    // MARK: The end

    @Test func `what nobody attested is suspended, and what has ended is said to have`() throws {
        let store = fixture.store
        try start()
        _ = try store.attest([ids[0]], in: "Q4", of: tenant, .test)
        _ = try store.revoke([ids[1]], in: "Q4", of: tenant, .test)
        _ = try store.revoke([ids[2]], .test)
        let counts = try store.closeReview("Q4", of: tenant, reviewer("u-anna"))
        #expect(counts == [.attest: 1, .revoke: 1, .end: 1, .suspend: 2])
        #expect(try verdicts() == [.attest, .revoke, .end, .suspend, .suspend])
        #expect(try ids.map { try fixture.details($0).token.suspended != nil } == [false, false, false, true, true])
        let review = try store.review("Q4", of: tenant)
        #expect(review.end?.actor.name == "u-anna")
        #expect(message { _ = try store.attest([ids[3]], in: "Q4", of: tenant, .test) }.contains("was closed at"))
        #expect(message { _ = try store.revoke([ids[3]], in: "Q4", of: tenant, .test) }.contains("was closed at"))
        #expect(message { _ = try store.closeReview("Q4", of: tenant, .test) }.contains("was closed at"))
        #expect(try store.verify() == [] && store.verifyLog().faults == [])
        // What was frozen outlives the tokens.
        let late = AuditContext.at(Instant.test.adding(days: 400))
        _ = try store.purge(tenant: tenant, before: Instant.test.adding(days: 300), late)
        #expect(try store.details(ids[1]) == nil)
        #expect(try store.tokens(of: review).map(\.token.record.id) == ids)
    }

    @Test func `what nobody attested is only reported where that was stated`() throws {
        try start("Q4", ids, .report)
        _ = try fixture.store.attest([ids[0]], in: "Q4", of: tenant, .test)
        #expect(try fixture.store.closeReview("Q4", of: tenant, .test) == [.attest: 1, .report: 4])
        #expect(try ids.allSatisfy { try fixture.details($0).token.suspended == nil })
    }

    @Test func `tampered tokens end no review, and hide in none`() throws {
        try start()
        try fixture.sql(
            "UPDATE tokens SET revoked = NULL, expires = expires + 1 WHERE id = \(StoreFixture.literal(ids[0]))")
        let store = try fixture.folder.open("a")
        #expect(message { _ = try store.attest([ids[0]], in: "Q4", of: tenant, .test) } != "no error")
        #expect(try store.revoke([ids[0]], in: "Q4", of: tenant, .test) == (1, 0))
        // It could be put back once the review is closed, so the review stays open.
        try fixture.sql("UPDATE tokens SET expires = expires + 1 WHERE id = \(StoreFixture.literal(ids[1]))")
        #expect(message { _ = try store.closeReview("Q4", of: tenant, .test) }.contains("revoke it first"))
        #expect(try store.review("Q4", of: tenant).end == nil && fixture.details(ids[2]).token.suspended == nil)
        #expect(try store.revoke([ids[1]], in: "Q4", of: tenant, .test) == (1, 0))
        #expect(try store.closeReview("Q4", of: tenant, .test) == [.revoke: 2, .suspend: 3])
    }

    @Test func `a token that expired is suspended too, since somebody could extend it`() throws {
        let store = fixture.store
        try start()
        _ = try store.amend(ids[0], TokenChange(expires: Instant.test.adding(days: 1)), .test)
        let later = AuditContext.at(Instant.test.adding(days: 2))
        #expect(message { _ = try store.attest([ids[0]], in: "Q4", of: tenant, later) }.contains("expired on"))
        #expect(try store.closeReview("Q4", of: tenant, later) == [.suspend: 5])
        _ = try store.amend(ids[0], TokenChange(expires: Instant.test.adding(days: 30)), later)
        #expect(try fixture.details(ids[0]).token.suspended != nil)
    }

    @Test func `an expired token is revoked, and not said to be revoked already`() throws {
        try start()
        _ = try fixture.store.amend(ids[0], TokenChange(expires: Instant.test.adding(days: 1)), .test)
        let later = AuditContext.at(Instant.test.adding(days: 2))
        #expect(try fixture.store.revoke([ids[0]], in: "Q4", of: tenant, later) == (1, 0))
        #expect(try fixture.details(ids[0]).token.revoked != nil)
    }

    @Test func `who was attested and may do more by now counts as unattested`() throws {
        let store = fixture.store
        try start()
        _ = try store.attest([ids[0], ids[1]], in: "Q4", of: tenant, .test)
        #expect(
            try store.closeReview("Q4", of: tenant, changed: [ids[0], ids[4]], .test) == [.attest: 1, .suspend: 4])
        #expect(try verdicts() == [.suspend, .attest, .suspend, .suspend, .suspend])
    }

    @Test func `derived tokens follow those from which they were derived`() throws {
        let child = try fixture.store.derive(
            from: ids[4], TokenDerivation(expires: Instant.test.adding(seconds: 900)), .test
        ).0.token.id
        try start("Q4", ids + [child])
        _ = try fixture.store.revoke([ids[4]], in: "Q4", of: tenant, .test)
        #expect(try fixture.details(child).token.revoked != nil)
        let counts = try fixture.store.closeReview("Q4", of: tenant, .test)
        #expect(counts == [.revoke: 1, .end: 1, .suspend: 4])
    }

    // MARK: Tampering

    @Test(arguments: [
        "UPDATE log SET details = replace(details, 'orders.read', 'orders.none') WHERE act = 'review.freeze'",
        "UPDATE log SET act = 'review.revoke' WHERE act = 'review.attest'",
        "UPDATE log SET user = 'u-dora', how = 'as' WHERE act = 'review.attest'",
        "UPDATE log SET token = $ WHERE act = 'review.attest'",
        "DELETE FROM log WHERE number = (SELECT min(number) FROM log WHERE act = 'review.freeze')",
        "UPDATE log SET details = replace(details, 'suspend', 'report') WHERE act = 'review.start'",
        "DELETE FROM log WHERE act = 'review.attest'",
        "UPDATE log SET act = 'token.dormant' WHERE act = 'review.attest'",
        "DELETE FROM log WHERE act = 'token.suspend'",
        """
        INSERT INTO log SELECT number + 100, time, tenant, how, user, assignment, through, act, $, last4, version, details,
        previous, hash FROM log WHERE act = 'review.attest'
        """,
    ])
    func `entries of a review that somebody changed, added or hid are found`(sql: String) throws {
        try start()
        _ = try fixture.store.attest([ids[0]], in: "Q4", of: tenant, .test)
        _ = try fixture.store.suspend([ids[3]], .test)
        _ = try fixture.store.resume([ids[3]], .test)
        try fixture.folder.sql("a", sql.replacing("$", with: StoreFixture.literal(ids[1])), isUnguarded: true)
        let store = try fixture.folder.open("a")
        #expect(throws: TokenStoreError.self) { _ = try store.tokens(of: try store.review("Q4", of: tenant)) }
        #expect(throws: TokenStoreError.self) { _ = try store.closeReview("Q4", of: tenant, .test) }
    }

    @Test func `a review whose beginning or end was removed is not taken for another`() throws {
        try start()
        _ = try fixture.store.closeReview("Q4", of: tenant, .test)
        _ = try fixture.store.amend(ids[0], TokenChange(contact: "x"), .test)
        try fixture.folder.sql("a", "DELETE FROM log WHERE act = 'review.start'", isUnguarded: true)
        let store = try fixture.folder.open("a")
        #expect(throws: TokenStoreError.self) { _ = try store.reviews(of: tenant) }
        #expect(throws: TokenStoreError.self) { try start("Q4") }
    }

    @Test func `a review that was closed is not open once its end was removed`() throws {
        try start()
        _ = try fixture.store.closeReview("Q4", of: tenant, .test)
        _ = try fixture.store.amend(ids[0], TokenChange(contact: "x"), .test)
        try fixture.folder.sql("a", "DELETE FROM log WHERE act = 'review.close'", isUnguarded: true)
        let store = try fixture.folder.open("a")
        #expect(throws: TokenStoreError.self) { _ = try store.tokens(of: store.review("Q4", of: tenant)) }
        #expect(throws: TokenStoreError.self) { _ = try store.closeReview("Q4", of: tenant, .test) }
    }

    @Test func `an answer from another copy of the log does not count`() throws {
        let review = try start()
        let number = try #require(fixture.log("review.freeze").last?.number)
        // In the copy somebody attests; here other things happen at the same place of the log.
        let copy = try Folder()
        try fixture.folder.sql("a", "PRAGMA wal_checkpoint(TRUNCATE)")
        try FileManager.default.copyItem(atPath: fixture.folder.file("a.db"), toPath: copy.file("a.db"))
        for name in try FileManager.default.contentsOfDirectory(atPath: fixture.folder.keys) {
            try FileManager.default.copyItem(
                atPath: "\(fixture.folder.keys)/\(name)", toPath: "\(copy.keys)/\(name)")
        }
        _ = try copy.open("a").attest([ids[0]], in: "Q4", of: tenant, .test)
        _ = try fixture.store.amend(ids[3], TokenChange(contact: "y"), .test)
        _ = try fixture.store.amend(ids[3], TokenChange(contact: "z"), .test)
        try fixture.folder.sql(
            "a",
            """
            DELETE FROM log WHERE number = \(number + 1); ATTACH '\(copy.file("a.db"))' AS other;
            INSERT INTO log SELECT * FROM other.log WHERE number = \(number + 1)
            """, isUnguarded: true)
        let store = try fixture.folder.open("a")
        #expect(try store.token(ids[0], of: review)?.verdict == .attest)
        #expect(throws: TokenStoreError.self) { _ = try store.tokens(of: review) }
        #expect(throws: TokenStoreError.self) { _ = try store.closeReview("Q4", of: tenant, .test) }
        #expect(try fixture.details(ids[1]).token.suspended == nil)
    }

    // MARK: Gains

    @Test func `a token that may do more than before is told from one that may do less`() throws {
        let (store, review) = (fixture.store, try start())
        func gains(_ id: TokenID) throws -> [FrozenToken.Gain] {
            let directory = try Directory(try store.organisation(.none))
            let known = try #require(try store.token(id, of: review)).token
            let now = try #require(FrozenToken(try fixture.details(id), in: directory))
            return known.gains(now, in: directory, tenant: directory.tenant(tenant)!)
        }
        #expect(try ids.allSatisfy { try gains($0) == [] })
        let limited = try #require(ids.first { try fixture.details($0).token.ceiling != nil })
        let other = try #require(ids.first { $0 != limited })
        var ceiling = Ceiling()
        (ceiling.permissions, ceiling.departments) = (["orders.read"], ["d-sales-north"])
        _ = try store.amend(limited, TokenChange(ceiling: ceiling), .test)
        #expect(try gains(limited) == [])
        (ceiling.permissions, ceiling.departments) = (["orders.read", "orders.create"], nil)
        _ = try store.amend(limited, TokenChange(ceiling: ceiling), .test)
        #expect(try gains(limited) == [.permission("orders.create")])
        let later = Instant.test.adding(days: 120)
        _ = try store.amend(other, TokenChange(expires: later), .test)
        #expect(try gains(other) == [.expiry(later)])
        // What the user type gains, all its tokens gain that are not limited.
        let text = #"{"tenants":[{"id":"3","user_types":[{"id":"t-integrator","permissions":["orders.*"]}]}]}"#
        _ = try store.merge(JSONReader.parse(text), .test)
        #expect(try gains(other) == [.permission("orders.*"), .expiry(later)])
        #expect(try gains(limited) == [.permission("orders.create")])
    }
}
