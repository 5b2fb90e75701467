import Model
import TestSupport
import Testing

@testable import Tokens

/// The writing half of the contract: on the stores that can be written what was written is read, and the others refuse.
@Suite struct WritingContractTests {
    private let organisation: Organisation
    private let folder: Folder
    private let row: StoredToken
    private let digest = KeyedDigest(key: 1, digest: [UInt8](repeating: 7, count: 32))

    init() throws {
        organisation = try .crowded()
        folder = try Folder()
        let tenant = organisation.tenants[0]
        let record = TokenRecord(
            id: TokenID(high: 9, low: 9), kind: .api, name: "Written", assignment: tenant.users[0].assignments[0].id,
            created: .test, expires: .test.adding(days: 9))
        row = StoredToken(
            number: 0, details: TokenDetails(tenant: tenant.id, token: record, updated: .test, version: 3),
            lookup: digest, previous: nil, sealed: nil, nameKey: "written", seal: digest, useSeal: digest,
            isWellFormed: true)
    }

    @Test(arguments: StoreKind.writable)
    func `a row that was written is read until it is removed`(kind: StoreKind) throws {
        let store = try kind.service(organisation, in: folder).store
        var row = row
        row.number = try store.insert(row)
        #expect(try store.token(row.id)?.details == row.details)
        #expect(try store.token(digest: digest.digest)?.id == row.id)
        let tenant = row.details.tenant
        #expect(try store.tokens(.reserving(key: "written", tenant: tenant, except: 0)).map(\.id) == [row.id])
        #expect(try store.tokens(.reserving(key: "written", tenant: tenant, except: row.number)).isEmpty)
        row.details.token.name = "Renamed"
        row.details.token.description = "Written twice"
        row.details.token.contact = "Øps"
        row.previous = KeyedDigest(key: 1, digest: [UInt8](repeating: 8, count: 32))
        row.sealed = Sealed(key: 1, nonce: [1], ciphertext: [2])
        row.details.isKept = true
        row.nameKey = nil
        try store.update(row)
        let read = try #require(try store.token(row.id))
        #expect(read.details == row.details && read.previous == row.previous && read.sealed == row.sealed)
        #expect(read.seal == row.seal && read.nameKey == nil)
        #expect(try store.tokens(.kept(tenant: tenant)).map(\.id) == [row.id])
        let use = TokenUse(token: row.id, lastActive: .test)
        try store.setUse(use, seal: KeyedDigest(key: 1, digest: [5]), number: row.number)
        #expect(try store.use(of: row.id)?.use == use)
        #expect(try store.use(of: row.id)?.seal?.digest == [5])
        try store.remove(read)
        #expect(try store.token(row.id) == nil)
        let gone = #expect(throws: TokenStoreError.self) { try store.update(row) }
        #expect(gone?.code == .corrupt)
    }

    @Test(arguments: StoreKind.writable)
    func `a transaction that fails changes nothing`(kind: StoreKind) throws {
        let store = try kind.service(organisation, in: folder).store
        let count = try store.tokenCount
        let seal = try store.directory(of: row.details.tenant)?.seal.seal
        let keys = try store.keys.map(\.number)
        _ = #expect(throws: TokenStoreError.self) {
            try store.write { () throws(TokenStoreError) in
                _ = try store.insert(row)
                try store.setSeal(digest, version: 99, tenant: row.details.tenant)
                _ = try store.setActive(.tenant, tenant: row.details.tenant, false)
                try store.addKey(99, canary: [1])
                try store.setClock(StoredClock(value: "1", seal: digest))
                #expect(try store.tokenCount == count + 1)
                throw TokenStoreError(.stopped, "enough")
            }
        }
        #expect(try store.tokenCount == count)
        #expect(try store.directory(of: row.details.tenant)?.seal.seal == seal)
        #expect(try store.directory(of: row.details.tenant)?.tenant.isActive == true)
        #expect(try store.keys.map(\.number) == keys)
        #expect(try store.clock?.seal != digest)
    }

    @Test(arguments: StoreKind.writable)
    func `parts of a directory are switched, and unknown ones reported`(kind: StoreKind) throws {
        let store = try kind.service(organisation, in: folder).store
        let tenant = organisation.tenants[0]
        for part in [
            DirectoryPart.tenant, .user(tenant.users[0].id), .department(tenant.departments[0].id),
            .userType(tenant.userTypes[0].id),
        ] {
            #expect(try store.setActive(part, tenant: tenant.id, false) == true)
            #expect(try store.setActive(part, tenant: tenant.id, false) == false)
            #expect(try store.setActive(part, tenant: tenant.id, true) == true)
        }
        #expect(try store.setActive(.user("nobody"), tenant: tenant.id, false) == nil)
        #expect(try store.setActive(.tenant, tenant: "nobody", false) == nil)
        try store.setKeepsStrings(false, tenant: tenant.id)
        #expect(try !store.keepsStrings(tenant.id))
        try store.setSeal(digest, version: 42, tenant: tenant.id)
        #expect(try store.directory(of: tenant.id)?.seal.version == 42)
        #expect(try store.directory(of: tenant.id)?.seal.seal == digest)
    }

    @Test(arguments: StoreKind.writable)
    func `keys and their uses are counted, and the log is read in its order`(kind: StoreKind) throws {
        let service = try kind.service(organisation, in: folder)
        let store = service.store
        #expect(try store.isSealed)
        #expect(try store.keys.map(\.number) == [1])
        let tokens = organisation.tenants.reduce(0) { $0 + $1.tokens.count }
        #expect(try store.keyUses == [1: tokens + organisation.tenants.count])
        #expect(try store.tokens(after: 0, most: 10, outdatedFor: 1).isEmpty)
        #expect(try store.tokens(after: 0, most: 10, outdatedFor: 2).count == 10)
        try store.addKey(1, canary: [0])
        #expect(try store.keys[0].canary != [0])
        try store.addKey(2, canary: [2])
        #expect(try store.keys.map(\.number) == [1, 2])
        try store.removeKey(2)
        #expect(try store.keys.map(\.number) == [1])
        var entries: [LogEntry] = []
        try store.eachEntry { entries.append($0) }
        #expect(entries.map(\.number) == (1...Int64(entries.count)).map(\.self))
        #expect(try store.newestEntry?.hash == entries.last?.hash)
        #expect(try store.entryHash(1) == entries[0].hash)
        #expect(try store.entryHash(99_999) == nil)
        var query = LogQuery()
        query.size = 2
        #expect(try store.entries(query) == entries.suffix(2))
        query.act = "tenant."
        query.actor = "operator"
        query.size = 99
        #expect(try store.entries(query) == entries.filter { $0.act.hasPrefix("tenant.") })
        query.isRefused = true
        #expect(try store.entries(query).isEmpty)
        query = LogQuery()
        query.after = entries[2].number
        #expect(try store.entries(query) == entries.dropFirst(3).suffix(100))
        query.after = entries.last?.number
        #expect(try store.entries(query).isEmpty)
        for entry in entries { try store.confirm(entry) }
        var changed = entries[0]
        changed.act = "other"
        let refused = #expect(throws: TokenStoreError.self) { try store.confirm(changed) }
        #expect(refused?.code == .tampered)
        #expect(try service.verify().isEmpty)
    }

    @Test(arguments: StoreKind.writable)
    func `the rules of a token's life need nothing but the contract`(kind: StoreKind) throws {
        let service = try kind.service(organisation, in: folder)
        let tenant = organisation.tenants[0]
        let user = try #require(tenant.users.first { $0.isActive && $0.assignments.contains { !$0.isRemoved } })
        let assignment = try #require(user.assignments.first { !$0.isRemoved }).id
        let draft = TokenDraft(
            tenant: tenant.id, kind: .api, name: "Rules", assignment: assignment, expires: .test.adding(days: 90))
        let (token, string) = try service.create(draft, .test)
        let id = token.token.id
        #expect(try service.authenticate(string, now: .test)?.token.id == id)
        let duplicate = #expect(throws: TokenStoreError.self) { try service.create(draft, .test) }
        #expect(duplicate?.code == .duplicate)
        #expect(try service.reveal(id, .test).1 == string)
        try service.suspend([id], .test)
        try service.resume([id], .test)
        let amended = try service.amend(id, TokenChange(name: "Rules two"), .test)
        #expect(try service.named("Rules two", tenant: nil).map(\.token.id) == [id])
        let stale = #expect(throws: TokenStoreError.self) {
            try service.amend(id, TokenChange(name: "Three"), expecting: amended.version - 1, .test)
        }
        #expect(stale?.code == .stale)
        let (_, fresh) = try service.rotate(id, overlap: .seconds(60), .test)
        #expect(try service.authenticate(string, now: .test.adding(seconds: 59)) != nil)
        #expect(try service.authenticate(string, now: .test.adding(seconds: 60)) == nil)
        try service.recordUse([id: .test])
        #expect(try service.details(id)?.token.lastActive == .test)
        _ = try service.addKey(.test)
        var progress = Rewrapping()
        repeat { progress = try service.rewrap(.test, batch: 50, after: progress.last) } while !progress.isFinished
        #expect(try service.authenticate(fresh, now: .test)?.token.id == id)
        let fallen = try service.set(.user(user.id), tenant: tenant.id, active: false, revokesTokens: true, .test)
        #expect(fallen.revoked >= 1 && fallen.suspended == 0)
        #expect(try service.revoke([id], .test).already == 1)
        #expect(try service.purge(tenant: tenant.id, before: .test.adding(days: 1), .at(.test.adding(days: 2))) >= 1)
        #expect(try service.details(id) == nil)
        #expect(try service.verify() == [])
    }

    /// Every write of the port, and everything that a store without keys lacks.
    private var refused: [(String, (any TokenStore) throws -> Void)] {
        let (row, digest, tenant) = (row, digest, row.details.tenant)
        let entry = LogEntry("token.issue", by: .test, tenant: tenant)
        return [
            ("write", { store in try store.write { () throws(TokenStoreError) in } }),
            ("id", { _ = try $0.id }), ("insert", { _ = try $0.insert(row) }), ("update", { try $0.update(row) }),
            ("remove", { try $0.remove(row) }), ("token by digest", { _ = try $0.token(digest: [1]) }),
            ("setUse", { try $0.setUse(row.use, seal: digest, number: 1) }), ("use", { _ = try $0.use(of: row.id) }),
            ("outdated", { _ = try $0.tokens(after: 0, most: 1, outdatedFor: 1) }),
            ("changes", { try $0.write(DirectoryChanges()) }),
            ("setActive", { _ = try $0.setActive(.tenant, tenant: tenant, false) }),
            ("setKeepsStrings", { try $0.setKeepsStrings(true, tenant: tenant) }),
            ("setSeal", { try $0.setSeal(digest, version: 1, tenant: tenant) }),
            ("addKey", { try $0.addKey(1, canary: []) }), ("removeKey", { try $0.removeKey(1) }),
            ("setClock", { try $0.setClock(StoredClock(value: "", seal: nil)) }),
            ("append", { try $0.append(entry) }), ("confirm", { try $0.confirm(entry) }),
            ("entries", { _ = try $0.entries(LogQuery()) }),
            ("eachEntry", { store in try store.eachEntry { _ in } }), ("mediumFaults", { _ = try $0.mediumFaults() }),
        ]
    }

    @Test func `an export refuses every write, and names itself`() throws {
        let store = try StoreKind.exported.service(organisation, in: folder).store
        for (member, call) in refused {
            let error = #expect(throws: TokenStoreError.self, "\(member)") { try call(store) }
            #expect(error?.code == .readOnly, "\(member)")
            #expect(error?.message.contains("`demo.json` is an exported organisation") == true, "\(member)")
        }
        #expect(try store.keys.isEmpty && !store.isSealed && store.keyUses.isEmpty && store.clock == nil)
    }

    @Test func `every act on an export is refused, and reading goes on`() throws {
        let service = try StoreKind.exported.service(organisation, in: folder)
        let tenant = row.details.tenant
        let id = organisation.tenants[0].tokens[0].id
        let draft = TokenDraft(
            tenant: tenant, kind: .api, name: "New", assignment: row.details.token.assignment,
            expires: .test.adding(days: 1))
        var random = SecureRandom()
        let string = TokenString.mint(.api, using: &random)
        let acts: [(String, () throws -> Void)] = [
            ("create", { _ = try service.create(draft, .test) }),
            ("amend", { _ = try service.amend(id, TokenChange(name: "x"), .test) }),
            ("rotate", { _ = try service.rotate(id, overlap: nil, .test) }),
            ("suspend", { try service.suspend([id], .test) }), ("resume", { try service.resume([id], .test) }),
            ("revoke", { _ = try service.revoke([id], .test) }), ("reveal", { _ = try service.reveal(id, .test) }),
            ("reassign", { _ = try service.reassign(id, assignment: draft.assignment, overlap: nil, .test) }),
            ("clearDormant", { try service.clearDormant(id, .test) }),
            ("markDormant", { _ = try service.markDormant(tenant: tenant, unusedFor: .seconds(1), .test) }),
            ("purge", { _ = try service.purge(tenant: tenant, before: .test, .test) }),
            ("merge", { _ = try service.merge(organisation, .test) }),
            ("set", { _ = try service.set(.tenant, tenant: tenant, active: false, revokesTokens: true, .test) }),
            ("setKeepsStrings", { _ = try service.setKeepsStrings(true, tenant: tenant, .test) }),
            ("recordUse", { try service.recordUse([id: .test]) }), ("rehash", { try service.rehash(string, .test) }),
            ("authenticate", { _ = try service.authenticate(string, now: .test) }),
            ("find", { _ = try service.find(string) }), ("log", { _ = try service.log(LogQuery()) }),
            ("verifyLog", { _ = try service.verifyLog() }), ("verify", { _ = try service.verify() }),
            ("reseal", { _ = try service.reseal(.test) }), ("keyUses", { _ = try service.keyUses() }),
            ("addKey", { _ = try service.addKey(.test) }), ("retireKey", { try service.retireKey(1, .test) }),
            ("rewrap", { _ = try service.rewrap(.test) }), ("pseudonymizer", { _ = try service.pseudonymizer }),
            ("acceptRollback", { try service.acceptRollback(1, .test) }),
            ("refused", { try service.refused("token.issue", [id], tenant: tenant, code: "x", .test) }),
            ("keepsStrings", { _ = try service.keepsStrings(of: tenant) }),
            ("isClockIntact", { _ = try service.isClockIntact() }),
        ]
        for (name, act) in acts {
            let error = #expect(throws: TokenStoreError.self, "\(name)") { try act() }
            #expect(error?.code == .readOnly, "\(name): \(error?.message ?? "")")
        }
        #expect(service.isReadOnly && service.rollback == nil)
        #expect(try service.highWater == nil)
        #expect(try service.organisation(.all) == organisation)
        #expect(try service.details(id)?.token == organisation.tenants[0].tokens[0])
        #expect(try service.directoryVersion == service.directoryVersion)
    }
}
