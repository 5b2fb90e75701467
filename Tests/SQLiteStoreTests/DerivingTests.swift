import Foundation
import Model
import SQLiteStore
import TestSupport
import Testing
import Tokens

/// Tokens that are derived from tokens: never wider, never longer, and ended with their parents.
@Suite struct DerivingTests {
    private let fixture: StoreFixture
    private let parent: TokenDetails
    private let soon = Instant.test.adding(seconds: 900)

    init() throws {
        fixture = try StoreFixture()
        var ceiling = Ceiling()
        ceiling.permissions = ["orders.create", "orders.read"]
        ceiling.departments = ["d-sales"]
        parent = try fixture.token("Feed", ceiling: ceiling).0
    }

    private func child(
        of id: TokenID? = nil, name: ExactName? = nil, until expires: Instant? = nil, _ ceiling: Ceiling? = nil,
        _ context: AuditContext = .test
    ) throws -> (TokenDetails, TokenString) {
        try fixture.store.derive(
            from: id ?? parent.token.id,
            TokenDerivation(name: name, expires: expires ?? soon, ceiling: ceiling), context)
    }

    private func ceiling(_ permissions: [ExactName], _ departments: [ExactName]? = nil) -> Ceiling {
        var ceiling = Ceiling()
        (ceiling.permissions, ceiling.departments) = (permissions, departments)
        return ceiling
    }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return (error as? TokenStoreError)?.message ?? "\(error)" }
        return "no error"
    }

    private func record(_ id: TokenID) throws -> TokenRecord { try fixture.details(id).token }

    private func isLive(_ id: TokenID, at now: Instant = .test) throws -> Bool {
        let record = try record(id)
        return !record.isTampered && record.revoked == nil && record.suspended == nil && record.expires > now
    }

    // MARK: Making

    @Test func `a derived token has its parent's combination and ceiling, for a while`() throws {
        let (made, string) = try child()
        #expect(made.token.parent == parent.token.id && made.token.ceiling == parent.token.ceiling)
        #expect(
            made.token.assignment == parent.token.assignment && made.token.expires == soon && made.token.kind == .api)
        #expect(made.token.name.text.hasPrefix("Feed (derived ") && !made.isKept)
        let store = try fixture.folder.open("a")
        #expect(try store.authenticate(string, now: .test) == made)
        #expect(try store.children(of: parent, at: .test) == [made] && store.verify() == [])
        let entry = try #require(try fixture.log("token.derive").last)
        #expect(entry.token == made.token.id)
        #expect("\(entry.details)".contains(parent.token.id.description))
        // It is exported with its parent, and imported within it only.
        let exported = try store.organisation(.all)
        #expect(try Organisation(json: exported.json) == exported)
        let other = try fixture.folder.create("b")
        _ = try other.merge(exported.json, .test)
        #expect(try other.details(made.token.id)?.token == made.token && other.verify() == [])
        #expect(try other.merge(exported.json, .test).changed == 0)
    }

    @Test func `a derived token is never wider and never longer`() throws {
        let narrow = try child(until: soon, ceiling(["orders.read"], ["d-sales-north"])).0
        #expect(narrow.token.ceiling?.permissions == ["orders.read"])
        for (what, expected) in [
            (ceiling(["orders.read"]), "would be wider (departments)"),
            (ceiling(["orders.read", "users.read"], ["d-sales"]), "does not have `users.read`"),
            (ceiling(["*"], ["d-sales"]), "does not have `*`"),
            (Ceiling(), "would be wider (permissions, departments)"),
        ] {
            let message = message { _ = try child(until: soon, what) }
            #expect(message.contains(expected), "\(message)")
        }
        let message = message { _ = try child(until: parent.token.expires.adding(seconds: 1)) }
        #expect(message.contains("would last longer"), "\(message)")
        #expect(try child(until: parent.token.expires).0.token.expires == parent.token.expires)
        // Nor by a change of it afterwards.
        let id = narrow.token.id
        #expect(
            self.message { try fixture.store.amend(id, TokenChange(ceiling: ceiling(["orders.create"])), .test) }
                .contains("would be wider (departments)"))
        #expect(
            self.message {
                try fixture.store.amend(id, TokenChange(expires: parent.token.expires.adding(days: 1)), .test)
            }.contains("cannot be extended"))
        #expect(
            self.message { try fixture.store.amend(id, TokenChange(assignment: "a-bjorn-2"), .test) }
                != "no error")
        #expect(
            self.message { _ = try fixture.store.reassign(id, assignment: "a-carla-1", overlap: nil, .test) }
                .contains("was derived from another one"))
    }

    @Test func `no token is derived from one that is not fit for it`() throws {
        var counted = Ceiling()
        counted.uses = 3
        let few = try fixture.token("Few", ceiling: counted).0.token.id
        #expect(message { _ = try child(of: few) }.contains("has counted uses"))
        let mobile = try fixture.token("", kind: .mobile, expires: TokenKind.mobileExpiry(login: .test)).0.token.id
        #expect(message { _ = try child(of: mobile) }.contains("belongs to a login"))
        try fixture.store.suspend([parent.token.id], .test)
        #expect(message { _ = try child() }.contains("is suspended"))
        _ = try fixture.store.revoke([parent.token.id], .test)
        #expect(message { _ = try child() }.contains("is revoked"))
    }

    @Test func `the number of generations is bounded`() throws {
        var id = parent.token.id
        for _ in 0..<TokenService.mostGenerations { id = try child(of: id).0.token.id }
        let message = message { _ = try child(of: id) }
        #expect(message.contains("is 3 derivations away from a token of its own"), "\(message)")
    }

    // MARK: Following the parent

    @Test func `a derived token ends with its parent, whatever ends that`() throws {
        let ends: [(TokenService, TokenID) throws -> Void] = [
            { _ = try $0.revoke([$1], .test) },
            { _ = try $0.rotate($1, overlap: nil, .test) },
            { _ = try $0.reassign($1, assignment: "a-carla-1", overlap: nil, .test) },
            { try $0.amend($1, TokenChange(assignment: "a-bjorn-2"), .test) },
        ]
        for (number, end) in ends.enumerated() {
            let parent = try fixture.token("Parent \(number)").0.token.id
            let made = try child(of: parent).0.token.id
            let grandchild = try child(of: made).0.token.id
            try end(fixture.store, parent)
            #expect(try record(made).revoked == .test && record(grandchild).revoked == .test, "\(number)")
            let entry = try #require(try fixture.log("token.revoke").last { $0.token == made })
            #expect("\(entry.details)".contains("follows"))
        }
        #expect(try fixture.store.verify() == [])
    }

    @Test func `a derived token is narrowed, shortened, suspended and resumed with its parent`() throws {
        let made = try child(until: Instant.test.adding(days: 10), ceiling(["orders.read"], ["d-sales"])).0.token.id
        let wide = try child().0.token.id
        let grandchild = try child(of: made, until: Instant.test.adding(days: 9)).0.token.id
        let store = fixture.store
        // A ceiling that leaves what the child has keeps it, another one ends it.
        try store.amend(parent.token.id, TokenChange(ceiling: ceiling(["orders.read"], ["d-sales"])), .test)
        #expect(try isLive(made) && isLive(grandchild) && isLive(wide))
        #expect(try record(wide).ceiling?.permissions == ["orders.read"])
        try store.amend(parent.token.id, TokenChange(expires: Instant.test.adding(days: 5)), .test)
        #expect(try record(made).expires == Instant.test.adding(days: 5))
        #expect(try record(grandchild).expires == Instant.test.adding(days: 5))
        try store.suspend([parent.token.id], .test)
        #expect(try !isLive(made) && !isLive(grandchild))
        #expect(message { try store.resume([made], .test) }.contains("would be usable, unlike"))
        try store.resume([parent.token.id], .test)
        #expect(try isLive(made) && isLive(grandchild))
        // One that was suspended by itself stays so.
        try store.suspend([made], .at(Instant.test.adding(seconds: 5)))
        try store.suspend([parent.token.id], .at(Instant.test.adding(seconds: 9)))
        try store.resume([parent.token.id], .at(Instant.test.adding(seconds: 10)))
        #expect(try !isLive(made))
        #expect(try store.verify() == [])
    }

    @Test func `with an overlap, derived tokens last as long as the former string`() throws {
        let made = try child(until: Instant.test.adding(days: 10)).0.token.id
        _ = try fixture.store.rotate(parent.token.id, overlap: .seconds(3_600), .test)
        #expect(try record(made).expires == Instant.test.adding(seconds: 3_600) && isLive(made))
    }

    @Test func `what expired before its parent changed is no fault, and is purged`() throws {
        let made = try child().0.token.id
        let later = AuditContext.at(soon.adding(seconds: 1))
        _ = try fixture.store.revoke([parent.token.id], later)
        #expect(try !record(made).isTampered && record(made).revoked == nil && fixture.store.verify() == [])
        // Nor where it is imported.
        let copy = try fixture.folder.create("b")
        _ = try copy.merge(fixture.store.organisation(.all).json, later)
        #expect(try copy.details(made)?.token == record(made) && copy.verify() == [])
        let end = AuditContext.at(soon.adding(days: 2))
        #expect(try fixture.store.purge(tenant: StoreFixture.tenant, before: soon.adding(days: 1), end) >= 2)
        #expect(try fixture.store.details(made) == nil && fixture.store.details(parent.token.id) == nil)
        #expect(try fixture.store.verify() == [])
    }

    @Test func `several tokens that derive from each other are revoked and counted once`() throws {
        let made = try child().0.token.id
        let grandchild = try child(of: made).0.token.id
        #expect(try fixture.store.descendants(of: [parent.token.id], liveAt: .test) == [made, grandchild])
        #expect(try fixture.store.revoke([parent.token.id, made, grandchild], .test) == (3, 0))
        #expect(try fixture.store.revoke([made], .test) == (0, 1))
        #expect(fixture.store.takeFollowers() == [:])
    }

    @Test func `a derived token makes no successor of itself, and a former string none that outlives it`() throws {
        let made = try child().0.token
        let acting = AuditContext(
            .token(made.id, user: "u-bjorn", assignment: made.assignment), now: .test)
        let message = message { _ = try child(of: parent.token.id, nil, acting) }
        #expect(message.contains("a derived token derives from itself alone"), "\(message)")
        #expect(try child(of: made.id, nil, acting).0.token.parent == made.id)
        _ = try fixture.store.rotate(parent.token.id, overlap: .seconds(600), .test)
        #expect(
            self.message { _ = try child(until: Instant.test.adding(seconds: 601)) }.contains(
                "the end of the former string"))
        #expect(try isLive(child(until: Instant.test.adding(seconds: 600)).0.token.id))
    }

    @Test func `uses do not multiply, and what is wider than a narrower parent is narrowed`() throws {
        var few = Ceiling()
        few.uses = 3
        (few.permissions, few.departments) = (parent.token.ceiling?.permissions, parent.token.ceiling?.departments)
        let counted = try child(until: soon, few).0.token.id
        let plain = try child().0.token.id
        try fixture.store.amend(parent.token.id, TokenChange(ceiling: ceiling(["orders.read"], ["d-sales"])), .test)
        #expect(try record(plain).ceiling?.permissions == ["orders.read"] && isLive(plain))
        #expect(fixture.store.takeFollowers()[.narrowed] == 2)
        try fixture.store.amend(parent.token.id, TokenChange(ceiling: few), .test)
        #expect(try !isLive(counted) && !isLive(plain))
    }

    @Test func `a department that moves takes derived tokens along`() throws {
        let store = fixture.store
        let made = try child(until: soon, ceiling(["orders.read"], ["d-sales-north"])).0.token.id
        let text =
            #"{"tenants":[{"id":"3","departments":[{"id":"d-sales-north","parent":"d-operations"}]}]}"#
        _ = try store.merge(JSONReader.parse(text), .test)
        #expect(try !isLive(made))
        #expect(store.takeFollowers() == [.revoked: 1])
    }

    @Test func `a mark as dormant brings nothing back, and nothing is derived from what has one`() throws {
        let store = fixture.store
        let made = try child(until: Instant.test.adding(days: 5)).0.token.id
        _ = try store.markDormant(
            tenant: StoreFixture.tenant, unusedFor: .seconds(1), .at(Instant.test.adding(seconds: 9)))
        #expect(try record(parent.token.id).dormantSince != nil && record(made).revoked == nil)
        #expect(message { _ = try child() }.contains("is marked as dormant"))
    }

    @Test func `rows that somebody answers for take those along that were derived from them`() throws {
        let narrow = "ceiling = replace(ceiling, 'orders.create', 'orders.read')"
        let made = try child(until: soon).0.token.id
        try fixture.sql("UPDATE tokens SET \(narrow) WHERE id = \(StoreFixture.literal(parent.token.id))")
        let store = try fixture.folder.open("a")
        _ = try store.reseal(.test)
        #expect(try store.details(made)?.token.ceiling?.permissions == ["orders.read"])
        try fixture.sql(
            "UPDATE tokens SET expires = expires - 7776000000000 + 1 WHERE id = \(StoreFixture.literal(parent.token.id))"
        )
        let other = try fixture.folder.open("a")
        _ = try other.reseal(.test)
        let end = try #require(try other.details(parent.token.id)).token.expires
        #expect(try other.details(made)?.token.expires == end && end < soon && other.verify() == [])
    }

    @Test func `an import makes no token that nobody could derive`() throws {
        let other = try fixture.token("Other").0.token.id
        func text(_ id: String, _ parent: TokenID, _ more: String = "") -> String {
            #"{"id":"\#(id)","kind":"api","name":"i \#(id.suffix(2))","assignment":"a-bjorn-1","#
                + #""created":"2026-11-22T10:00:00Z","expires":"2026-11-22T13:00:00Z","parent":"\#(parent)"\#(more)}"#
        }
        func merge(_ tokens: [String]) throws {
            let file = #"{"tenants":[{"id":"3","tokens":[\#(tokens.joined(separator: ","))]}]}"#
            _ = try fixture.store.merge(JSONReader.parse(file), .test)
        }
        let ids = (1...6).map { TokenID(high: 0, low: UInt64($0)) }
        #expect(message { try merge([text(ids[0].description, ids[0])]) } != "no error")
        #expect(
            message { try merge([text(ids[0].description, ids[1]), text(ids[1].description, ids[0])]) } != "no error")
        let chain = ids.indices.map { text(ids[$0].description, $0 == 0 ? other : ids[$0 - 1]) }
        #expect(message { try merge(chain) }.contains("derivations away"))
        try merge(Array(chain.prefix(3)))
        #expect(try record(ids[2]).parent == ids[1] && fixture.store.verify() == [])
        let mobile = try fixture.token("", kind: .mobile, expires: TokenKind.mobileExpiry(login: .test)).0.token.id
        #expect(message { try merge([text(ids[5].description, mobile)]) }.contains("belongs to a login"))
    }

    // MARK: Hostile hands

    @Test(arguments: [
        "UPDATE tokens SET parent = NULL WHERE parent IS NOT NULL",
        "UPDATE tokens SET parent = (SELECT id FROM tokens WHERE name = 'Other') WHERE parent IS NOT NULL",
        "UPDATE tokens SET parent = x'00' || parent WHERE parent IS NOT NULL",
        "DELETE FROM tokens WHERE name = 'Feed'", "UPDATE tokens SET name = 'Food' WHERE name = 'Feed'",
        "UPDATE tokens SET revoked = 1 WHERE name = 'Feed'",
    ])
    func `an edited derivation is found, and its token gets nothing`(edit: String) throws {
        let (made, string) = try child()
        _ = try fixture.token("Other")
        do { try fixture.sql(edit) } catch { return }
        let store = try fixture.folder.open("a")
        #expect(try store.authenticate(string, now: .test)?.token.isTampered == true)
        let directory = try Directory(try store.organisation(.all))
        let place = try #require(directory.token(made.token.id))
        #expect(directory.tokens[place].isTampered)
        let faults = try store.verify()
        #expect(faults.contains { $0.token == made.token.id }, "\(faults)")
    }

    @Test func `an import does not widen what was derived`() throws {
        let made = try child().0.token
        for members in [
            #""ceiling":{}"#, #""expires":"2028-01-01T00:00:00Z""#, #""parent":"""#,
            #""parent":"00000000000000000000000000000001""#,
        ] {
            let text = #"{"tenants":[{"id":"3","tokens":[{"id":"\#(made.id)",\#(members)}]}]}"#
            #expect(message { _ = try fixture.store.merge(JSONReader.parse(text), .test) } != "no error", "\(members)")
            #expect(try record(made.id) == made)
        }
        // A parent that an import ends takes its children along.
        let text = #"{"tenants":[{"id":"3","tokens":[{"id":"\#(parent.token.id)","revoked":"2026-11-22T12:00:00Z"}]}]}"#
        _ = try fixture.store.merge(JSONReader.parse(text), .test)
        #expect(try record(made.id).revoked != nil)
    }

    // MARK: Anything at all

    /// True when a ceiling leaves no more than another one, said in plain words and without any part of the store, for the
    /// names and departments of the test below.
    private static func isWithin(_ own: Ceiling?, _ other: Ceiling?) -> Bool {
        if let permissions = other?.permissions {
            guard let mine = own?.permissions, mine.allSatisfy(permissions.contains) else { return false }
        }
        if let departments = other?.departments {
            // The north is in sales.
            let north: Set<ExactName> = ["d-sales-north"]
            let left = departments.contains("d-sales") ? north.union(["d-sales"]) : north
            guard let mine = own?.departments, left.isSuperset(of: mine) else { return false }
        }
        return true
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `whatever is done, a live token is within a live parent`(seed: UInt64) throws {
        var random = Numbers(seed: seed)
        let store = fixture.store
        var ids = [parent.token.id, try fixture.token("Second").0.token.id]
        var (now, refused) = (Instant.test, 0)
        let permissions: [ExactName] = ["orders.read", "orders.create", "invoices.read"]
        for _ in 0..<120 {
            now = now.adding(seconds: Int64(random.below(7_200)))
            let context = AuditContext.at(now)
            let id = random.pick(ids)
            var ceiling: Ceiling? = Ceiling()
            if random.chance(70) { ceiling?.permissions = (0...random.below(2)).map { _ in random.pick(permissions) } }
            if random.chance(40) { ceiling?.departments = [random.pick(["d-sales", "d-sales-north"])] }
            let expires = now.adding(seconds: 3_600 * (1 + Int64(random.below(200))))
            do {
                switch random.below(10) {
                case 0...4:
                    ids.append(
                        try store.derive(
                            from: id, TokenDerivation(expires: expires, ceiling: random.chance(50) ? ceiling : nil),
                            context
                        ).0.token.id)
                case 5: try store.amend(id, TokenChange(ceiling: ceiling), context)
                case 6: try store.amend(id, TokenChange(expires: expires), context)
                case 7: try store.suspend([id], context)
                case 8: try store.resume([id], context)
                default:
                    if random.chance(30) { _ = try store.revoke([id], context) }
                    if random.chance(30) { _ = try store.rotate(id, overlap: .seconds(60), context) }
                }
            } catch { refused += 1 }
            for id in ids {
                let own = try record(id)
                #expect(!own.isTampered)
                guard let above = own.parent, own.revoked == nil, own.suspended == nil, own.expires > now else {
                    continue
                }
                let other = try record(above)
                #expect(other.revoked == nil && other.suspended == nil && other.expires >= own.expires)
                #expect(other.assignment == own.assignment)
                #expect(Self.isWithin(own.ceiling, other.ceiling), "\(own) \(other)")
            }
        }
        #expect(try store.verify() == [])
        #expect(ids.count > 6 && refused > 8, "\(ids.count), \(refused)")
    }
}
