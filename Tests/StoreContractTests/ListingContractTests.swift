import Model
import TestSupport
import Testing

@testable import Tokens

/// Lists of every store, page by page, against a list that is filtered and sorted here.
@Suite struct ListingContractTests {
    private static func query(_ random: inout Random, _ tenant: TenantRecord, _ kind: StoreKind) -> TokenQuery {
        var query = TokenQuery(tenant: tenant.id, kind: random.below(3) == 0 ? .mobile : .api, now: .test)
        query.state = [nil, nil, .live, .suspended, .dormant, .expired, .revoked][random.below(7)]
        query.leavesOutRevoked = random.below(2) == 0
        let assignments = tenant.users.flatMap(\.assignments).map(\.id)
        if random.below(3) == 0 { query.expiringBefore = .test.adding(days: Int64(random.below(300))) }
        if random.below(3) == 0 { query.unusedSince = .test.adding(days: -Int64(random.below(300))) }
        if random.below(3) == 0 { query.assignments = assignments.filter { _ in random.below(3) > 0 } }
        if random.below(3) == 0 { query.leftOutAssignments = assignments.filter { _ in random.below(4) == 0 } }
        if random.below(3) == 0 {
            query.search = ["feed", "fe", "o", "ware", "🙂", "fi", "zzz"][random.below(7)]
            query.searchAssignments = assignments.filter { _ in random.below(5) == 0 }
        }
        if random.below(4) == 0 { query.contact = ["team", "team 1", "m 2", "nobody"][random.below(4)] }
        let ranks = assignments.filter { _ in random.below(4) > 0 }
            .map { TokenQuery.Rank(name: ["", "a", "b", "é"][random.below(4)], assignment: $0) }.sorted()
        query.sort = [.name, .created, .updated, .expires, .lastActive, .assignments(ranks)][random.below(6)]
        if kind == .exported, case .updated = query.sort { query.sort = .created }
        query.isDescending = random.below(2) == 0
        return query
    }

    /// The ids of a list, filtered and sorted in the plainest way.
    private static func expected(
        _ query: TokenQuery, _ tenant: TenantRecord, where isVisible: (TokenRecord) -> Bool
    ) -> [TokenID] {
        let listed = tenant.tokens.filter { token in
            let isRevoked = token.revoked != nil
            let isInState =
                switch query.state {
                case .live: !isRevoked && token.suspended == nil && token.expires > query.now
                case .suspended: !isRevoked && token.suspended != nil && token.expires > query.now
                case .dormant: !isRevoked && token.dormantSince != nil && token.expires > query.now
                case .expired: !isRevoked && token.expires <= query.now
                case .revoked: isRevoked
                case nil: !isRevoked || !query.leavesOutRevoked
                }
            let expiresSoon = query.expiringBefore.map { token.expires > query.now && token.expires <= $0 } ?? true
            let used = token.lastActive.map { max($0, token.created) } ?? token.created
            func holds(_ text: ExactName?, _ part: String) -> Bool {
                Array(TextNormalizer.search(text ?? "").unicodeScalars).contains(Array(part.unicodeScalars))
            }
            let isFound =
                query.search.map { part in
                    [token.name, token.description, token.contact].contains { holds($0, part) }
                        || query.searchAssignments.contains(token.assignment)
                } ?? true
            let isAnsweredFor = query.contact.map { holds(token.contact, $0) } ?? true
            return isAnsweredFor && token.kind == query.kind && isInState && expiresSoon && isFound && isVisible(token)
                && query.unusedSince.map { used < $0 } ?? true
                && !query.leftOutAssignments.contains(token.assignment)
                && query.assignments.map { $0.contains(token.assignment) } ?? true
        }
        func key(_ token: TokenRecord) -> ([UInt8], Int64)? {
            switch query.sort {
            case .name: return (Array(TextNormalizer.search(token.name).utf8), 0)
            case .created, .updated: return ([], token.created.microseconds)
            case .expires: return ([], token.expires.microseconds)
            case .lastActive: return ([], token.lastActive?.microseconds ?? 0)
            case .assignments(let ranks):
                return ranks.firstIndex { $0.assignment == token.assignment }.map { ([], Int64($0)) }
            }
        }
        var keyed: [(key: ([UInt8], Int64), number: Int, id: TokenID)] = []
        for token in listed {
            guard let key = key(token) else { continue }
            keyed.append((key, tenant.tokens.firstIndex(of: token)!, token.id))
        }
        keyed.sort { one, other in
            if one.key.0 != other.key.0 { return one.key.0.lexicographicallyPrecedes(other.key.0) }
            return (one.key.1, one.number) < (other.key.1, other.number)
        }
        return query.isDescending ? keyed.reversed().map(\.id) : keyed.map(\.id)
    }

    @Test(arguments: StoreKind.allCases)
    func `pages give every visible token of a list once, in its order`(kind: StoreKind) throws {
        let organisation = try Organisation.crowded()
        let folder = try Folder()
        let service = try kind.service(organisation, in: folder)
        var random = Random(11)
        var found = 0
        for _ in 0..<400 {
            let tenant = organisation.tenants[random.below(organisation.tenants.count)]
            var query = Self.query(&random, tenant, kind)
            let hidden = random.below(2) == 0 ? tenant.tokens[random.below(tenant.tokens.count)].assignment : nil
            let isVisible = { (token: TokenRecord) in token.assignment != hidden }
            let expected = Self.expected(query, tenant, where: isVisible)
            query.size = 1 + random.below(20)
            var ids: [TokenID] = []
            repeat {
                let page = try service.list(query, where: isVisible)
                #expect(page.tokens.count <= query.size)
                ids += page.tokens.map(\.token.id)
                query.cursor = page.next
            } while query.cursor != nil && ids.count <= expected.count
            #expect(ids == expected, "\(query)")
            // All of them, whatever the order leaves out.
            query.sort = .created
            let all = try service.all(query, where: isVisible).map(\.token.id)
            #expect(all == Self.expected(query, tenant, where: isVisible).sorted())
            found += ids.count
        }
        #expect(found > 2_000)
    }

    @Test func `an export is not listed by what it does not have`() throws {
        let organisation = try Organisation.crowded()
        let service = try StoreKind.exported.service(organisation, in: Folder())
        var query = TokenQuery(tenant: organisation.tenants[0].id, kind: .api, now: .test)
        query.sort = .updated
        let error = #expect(throws: TokenStoreError.self) { try service.list(query) }
        #expect(error?.code == .readOnly && error?.message.contains("choose another order") == true)
    }

    @Test(arguments: StoreKind.allCases)
    func `a cursor of another list, or a changed one, is refused`(kind: StoreKind) throws {
        let folder = try Folder()
        let organisation = try Organisation.crowded()
        let service = try kind.service(organisation, in: folder)
        var query = TokenQuery(tenant: organisation.tenants[0].id, kind: .api, now: .test)
        query.size = 3
        let next = try #require(try service.list(query).next)
        let other = next.hasPrefix("A") ? "B" : "A"
        for cursor in [String(next.dropLast()), next + "A", other + next.dropFirst(), ""] {
            query.cursor = cursor
            let refused = #expect(throws: TokenStoreError.self) { try service.list(query) }
            #expect(refused?.code == .invalid)
        }
        query.cursor = next
        query.isDescending = true
        let error = #expect(throws: TokenStoreError.self) { try service.list(query) }
        #expect(error?.code == .invalid)
    }
}

extension Array where Element: Equatable {
    fileprivate func contains(_ part: [Element]) -> Bool {
        part.isEmpty || indices.contains { self[$0...].starts(with: part) }
    }
}
