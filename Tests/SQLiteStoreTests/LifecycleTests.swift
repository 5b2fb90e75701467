import Foundation
import Model
import SQLiteStore
import TestSupport
import Testing
import Tokens

@Suite struct LifecycleTests {
    private let fixture: StoreFixture
    private var store: TokenService { fixture.store }

    init() throws { fixture = try StoreFixture() }

    private func code(_ body: () throws -> Void) -> TokenStoreError.Code? {
        #expect(throws: TokenStoreError.self, performing: body)?.code
    }

    @Test func `a new token is found by its string and can be revealed`() throws {
        let (details, string) = try fixture.token()
        #expect(details.token.created == .test && details.token.name == "Feed" && details.last4 == string.last4)
        let found = try store.authenticate(string, now: .test)
        #expect(found?.token == details.token && found?.tenant == "3")
        let (after, again) = try store.reveal(details.token.id, .test)
        #expect(again == string && after.revealCount == 1 && after.revealedBy == "operator")
        #expect(try fixture.log("token.reveal").map(\.token) == [details.token.id])
        // Another connection reads the same string.
        #expect(try fixture.folder.open("a").authenticate(string, now: .test)?.token == details.token)
    }

    @Test func `an unknown string belongs to no token`() throws {
        var random = SecureRandom()
        #expect(try store.authenticate(TokenString.mint(.api, using: &random), now: .test) == nil)
    }

    @Test func `a mobile token is never revealed, and its string is not kept`() throws {
        let (details, string) = try fixture.token("Phone", kind: .mobile)
        #expect(string.kind == .mobile && !details.isKept)
        #expect(code { _ = try store.reveal(details.token.id, .test) } == .unrevealable)
        #expect(try store.authenticate(string, now: .test) != nil)
    }

    @Test func `a name belongs to one live token, whatever its case and width`() throws {
        let (first, _) = try fixture.token("Straße")
        for name in ["STRASSE", "straße", "Ｓtrasse", "  Straße "] {
            #expect(code { _ = try fixture.token(ExactName(name)) } == .duplicate)
        }
        _ = try store.revoke([first.token.id], .test)
        let (second, _) = try fixture.token("strasse", expires: .test.adding(days: 1))
        // An expired token gives its name free.
        let later = AuditContext.at(.test.adding(days: 2))
        let (third, _) = try fixture.token("Strasse", expires: .test.adding(days: 9), context: later)
        let change = TokenChange(expires: .test.adding(days: 30))
        #expect(code { try store.amend(second.token.id, change, later) } == .duplicate)
        try store.amend(second.token.id, TokenChange(name: "Other", expires: .test.adding(days: 30)), later)
        #expect(code { try store.amend(third.token.id, TokenChange(name: "OTHER"), later) } == .duplicate)
    }

    @Test func `a token is made only for an assignment that gives access`() throws {
        for assignment in ["a-fredrik-1", "a-elin-3", "a-nobody"] {
            #expect(code { _ = try fixture.token("X", assignment: ExactName(assignment)) } != nil, "\(assignment)")
        }
        let draft = TokenDraft(
            tenant: "33", kind: .api, name: "X", assignment: "a-bjorn-1", expires: .test.adding(days: 1))
        #expect(code { _ = try store.create(draft, .test) } == .unknown)
        #expect(code { _ = try fixture.token("X", expires: .test) } == .state)
        #expect(code { _ = try fixture.token("\u{202E}") } == .name)
    }

    @Test func `amending keeps the user, and is refused when the token has changed since`() throws {
        let (details, _) = try fixture.token()
        let id = details.token.id
        let changed = try store.amend(
            id, TokenChange(name: "Feed 2", expires: .test.adding(days: 10), assignment: "a-bjorn-2"), .test)
        #expect(changed.token.name == "Feed 2" && changed.token.assignment == "a-bjorn-2" && changed.version == 2)
        #expect(code { try store.amend(id, TokenChange(name: "Y"), expecting: 1, .test) } == .stale)
        #expect(code { try store.amend(id, TokenChange(assignment: "a-carla-1"), .test) } == .state)
        #expect(code { try store.amend(id, TokenChange(expires: .test), .test) } == .state)
        #expect(try fixture.details(id) == changed)
    }

    @Test func `rotating ends the former string, at once or after an overlap`() throws {
        let (details, first) = try fixture.token()
        let id = details.token.id
        let (_, second) = try store.rotate(id, overlap: nil, .test)
        #expect(try store.authenticate(first, now: .test) == nil)
        let (_, third) = try store.rotate(id, overlap: .seconds(3_600), .test)
        #expect(try store.authenticate(second, now: .test.adding(seconds: 3_599))?.token.id == id)
        #expect(try store.authenticate(second, now: .test.adding(seconds: 3_600)) == nil)
        #expect(try store.authenticate(third, now: .test.adding(seconds: 3_600))?.token.id == id)
        #expect(try store.find(second)?.token.id == id)
        #expect(code { _ = try store.rotate(id, overlap: nil, .test) } == .state)
        let (_, fourth) = try store.rotate(id, overlap: nil, .at(.test.adding(seconds: 3_600)))
        #expect(try store.authenticate(third, now: .test.adding(seconds: 3_600)) == nil)
        #expect(try store.reveal(id, .at(.test.adding(seconds: 3_600))).1 == fourth)
    }

    @Test func `suspending and resuming are for live tokens, all of them or none`() throws {
        let (one, _) = try fixture.token("One")
        let (two, _) = try fixture.token("Two")
        _ = try store.revoke([two.token.id], .test)
        #expect(code { try store.suspend([one.token.id, two.token.id], .test) } == .state)
        #expect(try fixture.details(one.token.id).token.suspended == nil)
        try store.suspend([one.token.id], .test)
        try store.suspend([one.token.id], .at(.test.adding(seconds: 5)))
        #expect(try fixture.details(one.token.id).token.suspended == .test)
        try store.resume([one.token.id], .test)
        #expect(try fixture.details(one.token.id).token.suspended == nil)
    }

    @Test func `revoking is for all of a batch or for none, and twice is not a failure`() throws {
        let (one, string) = try fixture.token("One")
        let (two, _) = try fixture.token("Two")
        let unknown = TokenID(high: 1, low: 1)
        #expect(code { _ = try store.revoke([one.token.id, unknown], .test) } == .unknown)
        #expect(try fixture.details(one.token.id).token.revoked == nil)
        #expect(try store.revoke([one.token.id, one.token.id], .test) == (1, 0))
        #expect(try store.revoke([one.token.id, two.token.id], .at(.test.adding(seconds: 9))) == (1, 1))
        let revoked = try fixture.details(one.token.id)
        #expect(revoked.token.revoked == .test && revoked.revokedBy == "operator" && !revoked.isKept)
        #expect(code { _ = try store.reveal(one.token.id, .test) } == .state)
        #expect(code { _ = try store.rotate(one.token.id, overlap: nil, .test) } == .state)
        #expect(code { try store.amend(one.token.id, TokenChange(name: "Z"), .test) } == .state)
        #expect(try store.authenticate(string, now: .test)?.token.revoked == .test)
    }

    @Test func `replacing gives another user a token of the same name and expiry`() throws {
        let (old, former) = try fixture.token("Handover")
        let (new, string) = try store.reassign(old.token.id, assignment: "a-carla-1", overlap: nil, .test)
        #expect(new.token.name == "Handover" && new.token.expires == old.token.expires && new.token.id != old.token.id)
        #expect(try fixture.details(old.token.id).token.revoked == .test && string != former)
        let (newer, _) = try store.reassign(new.token.id, assignment: "a-bjorn-1", overlap: .seconds(60), .test)
        #expect(newer.token.name == "Handover")
        let ending = try fixture.details(new.token.id).token
        #expect(ending.expires == .test.adding(seconds: 60) && ending.name.hasPrefix("Handover (replaced "))
    }

    @Test func `a tenant that never reveals keeps no strings and shreds existing ones`() throws {
        let (details, string) = try fixture.token()
        #expect(try store.setKeepsStrings(false, tenant: "3", .test) == 1)
        #expect(code { _ = try store.reveal(details.token.id, .test) } == .unrevealable)
        #expect(try store.authenticate(string, now: .test) != nil)
        let (next, _) = try fixture.token("Next")
        #expect(!next.isKept)
        try store.setKeepsStrings(true, tenant: "3", .test)
        #expect(try fixture.token("Third").0.isKept && !(try fixture.details(next.token.id).isKept))
        #expect(try store.verify() == [])
    }

    @Test func `the last use is recorded at most once a minute, and never goes back`() throws {
        let (details, _) = try fixture.token()
        let id = details.token.id
        for (seconds, noted) in [(0, 0), (59, 0), (60, 60), (30, 60), (300, 300)] as [(Int64, Int64)] {
            try store.recordUse([id: .test.adding(seconds: seconds)])
            #expect(try fixture.details(id).token.lastActive == .test.adding(seconds: noted))
        }
        #expect(try fixture.details(id).version == 1 && !(try fixture.details(id).token.isTampered))
    }

    @Test func `dormant tokens are marked once, until the mark is cleared`() throws {
        let (details, _) = try fixture.token(expires: .test.adding(days: 400))
        let id = details.token.id
        let later = AuditContext.at(.test.adding(days: 90))
        #expect(try !store.markDormant(tenant: "3", unusedFor: .seconds(91 * 86_400), later).contains(id))
        #expect(try store.markDormant(tenant: "3", unusedFor: .seconds(90 * 86_400), later).contains(id))
        #expect(try fixture.details(id).token.dormantSince == .test)
        try store.recordUse([id: later.now])
        #expect(try fixture.details(id).token.dormantSince == .test)
        try store.clearDormant(id, later)
        #expect(try fixture.details(id).token.dormantSince == nil)
        #expect(try !store.markDormant(tenant: "3", unusedFor: .seconds(90 * 86_400), later).contains(id))
    }

    @Test func `purging removes tokens revoked earlier, and the log keeps them`() throws {
        let (one, _) = try fixture.token("One")
        let (two, _) = try fixture.token("Two")
        _ = try store.revoke([one.token.id], .test)
        _ = try store.revoke([two.token.id], .at(.test.adding(days: 2)))
        let context = AuditContext.at(.test.adding(days: 3))
        let count = try store.purgeable(tenant: "3", before: .test.adding(days: 1))
        #expect(try store.purge(tenant: "3", before: .test.adding(days: 1), context) == count && count > 0)
        #expect(try store.details(one.token.id) == nil)
        #expect(try store.details(two.token.id) != nil)
        #expect(try fixture.log("token.purge").map(\.token).contains(one.token.id))
        #expect(try store.verify() == [])
    }

    @Test func `a clock that was set back is noticed`() throws {
        let folder = try Folder()
        let store = try SQLiteStore.create(
            folder.file("b.db"), keys: folder.keyFile, clock: { .test.adding(days: 10) })
        _ = try store.merge(Organisation.demo(), .at(.test.adding(days: 9)))
        #expect(try store.highWater == .test.adding(days: 9))
        let error = #expect(throws: TokenStoreError.self) { try store.addKey(.test) }
        #expect(error?.code == .clock)
        // A future time is not recorded as seen.
        try store.addKey(.at(.test.adding(days: 300)))
        #expect(try store.highWater == .test.adding(days: 10))
    }

    @Test func `a user who becomes inactive loses mobile tokens for good`() throws {
        let (api, _) = try fixture.token("Api")
        let (mobile, _) = try fixture.token("Phone", kind: .mobile)
        let fallen = try store.set(.user("u-bjorn"), tenant: "3", active: false, revokesTokens: false, .test)
        #expect(fallen.revoked >= 1 && fallen.suspended >= 1)
        #expect(try fixture.details(mobile.token.id).token.revoked == .test)
        #expect(try fixture.details(api.token.id).token.suspended == .test)
        #expect(code { try store.resume([api.token.id], .test) } == .state)
        _ = try store.set(.user("u-bjorn"), tenant: "3", active: true, revokesTokens: false, .test)
        #expect(try fixture.details(api.token.id).token.suspended == .test)
        try store.resume([api.token.id], .test)
        #expect(
            code { _ = try store.set(.user("u-none"), tenant: "3", active: false, revokesTokens: false, .test) }
                == .unknown)
    }

    @Test func `assignments of live tokens are not removed unless the tokens are revoked`() throws {
        let (details, _) = try fixture.token()
        for part in [DirectoryPart.department("d-nordlys"), .tenant] {
            #expect(code { _ = try store.set(part, tenant: "3", active: false, revokesTokens: false, .test) } == .used)
        }
        #expect(try fixture.details(details.token.id).token.revoked == nil)
        let fallen = try store.set(.department("d-sales"), tenant: "3", active: false, revokesTokens: true, .test)
        #expect(fallen.revoked > 0)
        #expect(try fixture.details(details.token.id).token.revoked == .test)
        var demo = try Organisation.demo()
        let carla = demo.tenants[0].users.firstIndex { $0.id == "u-anna" }!
        demo.tenants = [demo.tenants[0]]
        demo.tenants[0].tokens = []
        demo.tenants[0].departments = []
        demo.tenants[0].users = [demo.tenants[0].users[carla]]
        demo.tenants[0].users[0].assignments[0].isRemoved = true
        #expect(code { _ = try store.merge(demo, .test) } == .used)
        #expect(try store.merge(demo, .test, revokesTokens: true).revoked > 0)
        #expect(try store.verify() == [])
    }
}
