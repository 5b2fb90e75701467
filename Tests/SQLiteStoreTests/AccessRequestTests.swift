import Foundation
import Model
import SQLiteStore
import TestSupport
import Testing
import Tokens

/// Requests for acts that were denied: in the log alone, answered once, carried out once.
@Suite struct AccessRequestTests {
    private let fixture: StoreFixture
    private let tenant = StoreFixture.tenant

    init() throws { fixture = try StoreFixture() }

    private func person(_ name: ExactName, days: Int64 = 0) -> AuditContext {
        AuditContext(.user(id: name, assignment: nil), now: Instant.test.adding(days: days), reason: "because")
    }

    private var draft: TokenDraft {
        var ceiling = Ceiling()
        (ceiling.permissions, ceiling.purpose) = (["orders.read"], "night")
        return TokenDraft(
            tenant: tenant, kind: .api, name: "Night batch", assignment: "a-bjorn-1",
            expires: Instant.test.adding(days: 90), description: "sums", contact: "ops", ceiling: ceiling)
    }

    private func file(_ wish: AccessRequest.Wish? = nil, by name: ExactName = "u-bjorn") throws -> AccessRequest {
        let denial = AccessRequest.Denial(
            code: "not_permitted", reasons: ["no policy permits it"], remedies: ["bjorn holds tokens.issue"])
        return try fixture.store.file(wish ?? .issue(draft), denial, of: tenant, person(name))
    }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return (error as? TokenStoreError)?.message ?? "\(error)" }
        return "no error"
    }

    @Test func `a request holds what is asked for and why it was denied`() throws {
        let request = try file()
        let again = try fixture.folder.open("a")
        let read = try #require(try again.requests(of: tenant).first)
        guard case .issue(let asked) = read.wish else { throw TestFailure("another wish") }
        #expect(asked.name == draft.name && asked.ceiling == draft.ceiling && asked.expires == draft.expires)
        #expect(asked.description == "sums" && asked.contact == "ops" && asked.assignment == "a-bjorn-1")
        #expect(read.id == request.id && read.id.count == 32 && read.denial.code == "not_permitted")
        #expect(read.denial.reasons == ["no policy permits it"] && read.denial.remedies == ["bjorn holds tokens.issue"])
        #expect(read.filed.actor.name == "u-bjorn" && read.filed.reason == "because")
        #expect(read.status(at: .test) == .pending && read.expires == Instant.test.adding(days: 7))
        let token = try fixture.token("Feed").0
        let change = TokenChange(
            name: "Other", expires: Instant.test.adding(days: 9), description: "", ceiling: Ceiling())
        _ = try file(.amend(token.token.id, version: token.version, change))
        guard
            case .amend(token.token.id, version: token.version, let changed) = try fixture.store.requests(of: tenant)[1]
                .wish
        else { throw TestFailure("another wish") }
        #expect(changed == change)
        #expect(try again.requests(of: "acme").isEmpty && again.verifyLog().faults == [])
    }

    @Test func `a request is answered once and carried out once, each in its time`() throws {
        let store = fixture.store
        let request = try file()
        #expect(message { _ = try store.complete(request, person("u-bjorn")) }.contains("is pending"))
        let approved = try store.answer(request, .approve, person("u-anna", days: 1))
        #expect(approved.status(at: Instant.test.adding(days: 1)) == .approved)
        #expect(approved.approvedUntil == Instant.test.adding(days: 8))
        #expect(message { _ = try store.answer(request, .approve, person("u-anna", days: 1)) }.contains("is approved"))
        #expect(message { _ = try store.complete(request, person("u-bjorn", days: 8)) }.contains("is expired"))
        let completed = try store.complete(request, person("u-bjorn", days: 8 - 1))
        #expect(completed.status(at: .test) == .completed)
        #expect(message { _ = try store.complete(request, person("u-bjorn", days: 7)) }.contains("is completed"))
        #expect(message { _ = try store.answer(request, .cancel, person("u-bjorn", days: 7)) }.contains("is completed"))
        #expect(try store.requests(of: tenant)[0].status(at: Instant.test.adding(days: 7)) == .completed)
        #expect(try fixture.log("request.complete").count == 1)
    }

    @Test func `a request that nobody answers ends, and one that is refused or taken back stays so`() throws {
        let store = fixture.store
        let (late, refused, cancelled) = (try file(), try file(), try file())
        let takenBack = try file()
        _ = try store.answer(takenBack, .approve, person("u-anna"))
        _ = try store.answer(takenBack, .refuse, person("u-carla"))
        #expect(message { _ = try store.complete(takenBack, person("u-bjorn")) }.contains("is denied"))
        _ = try store.answer(refused, .refuse, person("u-anna"))
        _ = try store.answer(cancelled, .approve, person("u-anna"))
        _ = try store.answer(cancelled, .cancel, person("u-bjorn"))
        let after = Instant.test.adding(days: 7)
        #expect(message { _ = try store.answer(late, .approve, person("u-anna", days: 7)) }.contains("is expired"))
        #expect(message { _ = try store.complete(refused, person("u-bjorn")) }.contains("is denied"))
        #expect(message { _ = try store.complete(cancelled, person("u-bjorn")) }.contains("is cancelled"))
        #expect(
            try store.requests(of: tenant).map { $0.status(at: after) } == [.expired, .denied, .cancelled, .denied])
    }

    @Test func `nobody floods the others with requests`() throws {
        for _ in 0..<AccessRequest.mostPending { _ = try file() }
        #expect(message { _ = try file() }.contains("wait for an answer"))
        #expect(message { _ = try file(by: "u-carla") } == "no error")
        _ = try fixture.store.answer(try fixture.store.requests(of: tenant)[0], .cancel, person("u-bjorn"))
        #expect(message { _ = try file() } == "no error")
    }

    @Test(arguments: [
        "DELETE FROM log WHERE act = 'request.refuse'", "DELETE FROM log WHERE act = 'request.complete'",
        "UPDATE log SET act = 'token.list.refused' WHERE act = 'request.complete'",
        "UPDATE log SET details = replace(details, 'Night batch', 'Day batch') WHERE act = 'request.file'",
        "UPDATE log SET user = 'u-dora' WHERE act = 'request.approve'",
        "UPDATE log SET time = time - 1 WHERE act = 'request.file'",
    ])
    func `what somebody changed in the log brings no request back`(sql: String) throws {
        let store = fixture.store
        let isRefused = sql.contains("refuse")
        let request = try file()
        _ = try store.answer(request, isRefused ? .refuse : .approve, person("u-anna"))
        if !isRefused { _ = try store.complete(request, person("u-bjorn")) }
        _ = try fixture.token("Later")
        try fixture.folder.sql("a", sql, isUnguarded: true)
        let other = try fixture.folder.open("a")
        #expect(throws: TokenStoreError.self) {
            let request = try #require(try other.requests(of: tenant).first)
            _ = try other.answer(request, .approve, person("u-anna"))
            _ = try other.complete(request, person("u-bjorn"))
        }
        #expect(throws: TokenStoreError.self) {
            _ = try other.complete(try #require(try other.requests(of: tenant).first), person("u-bjorn"))
        }
    }

    private struct TestFailure: Error {
        let message: String
        init(_ message: String) { self.message = message }
    }
}
