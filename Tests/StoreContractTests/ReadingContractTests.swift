import Model
import TestSupport
import Testing

@testable import Tokens

/// The reading half of the contract, on every store, against the records themselves.
@Suite struct ReadingContractTests {
    private let organisation: Organisation
    private let folder: Folder

    init() throws {
        organisation = try .crowded()
        folder = try Folder()
    }

    private var details: [(tenant: TenantRecord, token: TokenRecord)] {
        organisation.tenants.flatMap { tenant in tenant.tokens.map { (tenant, $0) } }
    }

    @Test(arguments: StoreKind.allCases)
    func `directories are read as they were written`(kind: StoreKind) throws {
        let store = try kind.service(organisation, in: folder).store
        #expect(try store.tenants.map(\.id) == organisation.tenants.map(\.id))
        for tenant in organisation.tenants {
            var bare = tenant
            bare.tokens = []
            #expect(try store.directory(of: tenant.id)?.tenant == bare)
            for user in tenant.users {
                for assignment in user.assignments {
                    let found = try store.assignment(assignment.id, tenant: tenant.id)
                    #expect(found?.user == user.id && found?.userName == user.name)
                    #expect(found?.isRemoved == assignment.isRemoved && found?.isUserActive == user.isActive)
                    #expect(found?.department == assignment.department && found?.isTenantActive == tenant.isActive)
                }
            }
        }
        #expect(try store.directory(of: "nobody") == nil)
        #expect(try store.assignment("nobody", tenant: organisation.tenants[0].id) == nil)
        #expect(try !store.keepsStrings("nobody"))
    }

    @Test(arguments: StoreKind.allCases)
    func `the nearest inactive department is found`(kind: StoreKind) throws {
        var organisation = organisation
        let tenant = organisation.tenants.firstIndex { $0.departments.contains { $0.parent != nil } }!
        let child = organisation.tenants[tenant].departments.first { $0.parent != nil }!
        let parent = organisation.tenants[tenant].departments.firstIndex { $0.id == child.parent }!
        organisation.tenants[tenant].tokens = []
        organisation.tenants[tenant].departments[parent].isActive = false
        let store = try kind.service(organisation, in: folder).store
        let id = organisation.tenants[tenant].id
        let path = try store.departments(from: child.id, tenant: id)
        #expect(path.prefix(2).map(\.id) == [child.id, child.parent!])
        #expect(path.first { !$0.isActive }?.id == child.parent)
        #expect(try store.departments(from: "nowhere", tenant: id).isEmpty)
        #expect(try store.departments(from: child.id, tenant: "nobody").isEmpty)
    }

    @Test(arguments: StoreKind.allCases)
    func `tokens are found by id, by number and one after another`(kind: StoreKind) throws {
        let store = try kind.service(organisation, in: folder).store
        #expect(try store.tokenCount == details.count)
        var rows: [StoredToken] = []
        try store.eachToken { rows.append($0) }
        #expect(rows.map(\.details.token) == details.map(\.token))
        #expect(rows.map(\.details.tenant) == details.map(\.tenant.id))
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.number < $1.number })
        for row in rows {
            #expect(try store.token(row.id)?.details == row.details)
            #expect(try store.number(of: row.id) == row.number)
        }
        #expect(try store.token(.unassigned) == nil)
        #expect(try store.number(of: .unassigned) == nil)
        var paged: [TokenID] = []
        var last: Int64 = 0
        while case let page = try store.tokens(after: last, most: 7, outdatedFor: nil), let end = page.last {
            #expect(page.count <= 7)
            paged += page.map(\.id)
            last = end.number
        }
        #expect(paged == rows.map(\.id))
    }

    @Test(arguments: StoreKind.allCases)
    func `ids of a range are found in their order, from either end`(kind: StoreKind) throws {
        let service = try kind.service(organisation, in: folder)
        let all = details.map { ($0.token.id, $0.tenant.id) }.sorted { $0.0 < $1.0 }
        var random = Random(11)
        for _ in 0..<200 {
            let digits = random.below(32) + 1
            let range = TokenID.range(of: all[random.below(all.count)].0.prefix(digits))!
            let tenant = [nil, organisation.tenants[0].id, organisation.tenants[1].id, "nobody"][random.below(4)]
            let most = random.below(5) + 1
            let found = all.filter { range.contains($0.0) && (tenant == nil || $0.1 == tenant) }.map(\.0)
            for isDescending in [false, true] {
                let ids = try service.store.ids(in: range, tenant: tenant, isDescending: isDescending, most: most)
                #expect(ids == Array((isDescending ? found.reversed() : found).prefix(most)), "\(range)")
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `the shown digits of an id tell it apart, and fewer do not`(kind: StoreKind) throws {
        let service = try kind.service(organisation, in: folder)
        for tenant in [nil] + organisation.tenants.map({ Optional($0.id) }) {
            let ids = details.filter { tenant == nil || $0.tenant.id == tenant }.map(\.token.id)
            for id in ids {
                let digits = try service.uniqueDigits(of: id, tenant: tenant)
                #expect(digits >= TokenID.shortestPrefix && ids.count { $0.prefix(digits) == id.prefix(digits) } == 1)
                if digits > TokenID.shortestPrefix {
                    #expect(ids.count { $0.prefix(digits - 1) == id.prefix(digits - 1) } > 1)
                }
                #expect(try service.tokens(prefix: id.prefix(digits), tenant: tenant).map(\.token.id) == [id])
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a condition finds exactly the tokens that it describes`(kind: StoreKind) throws {
        let store = try kind.service(organisation, in: folder).store
        for tenant in organisation.tenants {
            func check(_ condition: TokenCondition, _ isMeant: (TokenRecord) -> Bool) throws {
                let expected = tenant.tokens.filter(isMeant).map(\.id)
                #expect(try store.tokens(condition).map(\.id) == expected, "\(condition)")
            }
            for day in [-500, -200, -100, -10, 0, 200] as [Int64] {
                let time = Instant.test.adding(days: day)
                try check(.revoked(tenant: tenant.id, before: time)) { $0.revoked.map { $0 < time } ?? false }
                try check(.unused(tenant: tenant.id, since: time, now: .test)) {
                    $0.revoked == nil && $0.expires > .test && $0.dormantSince == nil && $0.created <= time
                        && ($0.lastActive ?? $0.created) <= time
                }
                for assignment in Set(tenant.tokens.map(\.assignment)) {
                    try check(.unexpired(assignment: assignment, tenant: tenant.id, now: time)) {
                        $0.assignment == assignment && $0.revoked == nil && $0.expires > time
                    }
                }
            }
            for name in Set(tenant.tokens.map(\.name)) {
                for kind in [TokenKind.api, .mobile] {
                    for isRevoked in [false, true] {
                        try check(.named(name, tenant: tenant.id, kind: kind, isRevoked: isRevoked)) {
                            $0.name == name && $0.kind == kind && ($0.revoked != nil) == isRevoked
                        }
                    }
                }
            }
            for name in Set(tenant.tokens.map { TextNormalizer.search($0.name) }) {
                for kind in [TokenKind.api, .mobile] {
                    for isRevoked in [false, true] {
                        try check(.searched(name, tenant: tenant.id, kind: kind, isRevoked: isRevoked)) {
                            TextNormalizer.search($0.name) == name && $0.kind == kind
                                && ($0.revoked != nil) == isRevoked
                        }
                    }
                }
            }
            try check(.named("no such name", tenant: tenant.id, kind: .api, isRevoked: false)) { _ in false }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `an error in a transaction passes through`(kind: StoreKind) throws {
        let store = try kind.service(organisation, in: folder).store
        let error = #expect(throws: TokenStoreError.self) {
            try store.read { () throws(TokenStoreError) in
                try store.read { () throws(TokenStoreError) in throw TokenStoreError(.stopped, "enough") }
            }
        }
        #expect(error?.code == .stopped)
        #expect(!store.isInTransaction)
        #expect(try store.tokenCount == details.count)
    }
}
