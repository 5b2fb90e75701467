import Model
import TestSupport
import Testing
import Tokens

@Suite struct ListingTests {
    private let store: TokenService
    private let folder: Folder
    private let assignments: [ExactName] = [
        "a-anna-1", "a-anna-2", "a-bjorn-1", "a-bjorn-2", "a-carla-1", "a-dag-1", "a-elin-1",
    ]

    /// Makes some hundred tokens in every state, from a seed.
    init() throws {
        folder = try Folder()
        store = try folder.create("a")
        var demo = try Organisation.demo()
        for tenant in demo.tenants.indices { demo.tenants[tenant].tokens = [] }
        var random = Dice(state: 7)
        let words = ["Ørsta", "Åse", "straße", "Warehouse", "Café", "price", "Feed", "ÆRLIG", "日本", "a'b\"c%_"]
        for number in 0..<400 {
            let kind: TokenKind = random.roll(4) == 0 ? .mobile : .api
            let name: ExactName = "\(words[random.roll(words.count)]) \(words[random.roll(words.count)]) \(number)"
            let created = Instant.test.adding(seconds: -Int64(random.roll(60)) * 86_400)
            var token = TokenRecord(
                id: TokenID(high: UInt64(number), low: 1), kind: kind, name: name,
                assignment: assignments[random.roll(assignments.count)], created: created,
                expires: kind == .mobile ? created.adding(days: 30) : created.adding(days: 1 + Int64(random.roll(90))))
            if random.roll(3) > 0 { token.lastActive = created.adding(days: Int64(random.roll(20))) }
            if random.roll(8) == 0 { token.revoked = created.adding(days: 1) }
            if random.roll(8) == 0 { token.suspended = created }
            demo.tenants[0].tokens.append(token)
        }
        _ = try store.merge(demo, .test)
    }

    /// A small generator, the same on every run.
    private struct Dice {
        var state: UInt64

        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % sides
        }
    }

    private func pages(_ query: TokenQuery, between: (Int) throws -> Void = { _ in }) throws -> [TokenDetails] {
        var query = query
        var rows: [TokenDetails] = []
        var page = 0
        repeat {
            let next = try store.list(query)
            #expect(next.tokens.count <= query.size)
            rows += next.tokens
            query.cursor = next.next
            try between(page)
            page += 1
        } while query.cursor != nil && page < 1_000
        return rows
    }

    /// The expected list, computed in the simplest way.
    private func expected(_ query: TokenQuery, _ all: [TokenDetails]) -> [TokenDetails] {
        let chosen = all.filter { details in
            let token = details.token
            guard token.kind == query.kind else { return false }
            let isRevoked = token.revoked != nil
            switch query.state {
            case .live: guard !isRevoked, token.suspended == nil, token.expires > query.now else { return false }
            case .suspended: guard !isRevoked, token.suspended != nil, token.expires > query.now else { return false }
            case .dormant: guard !isRevoked, token.dormantSince != nil, token.expires > query.now else { return false }
            case .expired: guard !isRevoked, token.expires <= query.now else { return false }
            case .revoked: guard isRevoked else { return false }
            case nil: guard !isRevoked || !query.leavesOutRevoked else { return false }
            }
            if let before = query.expiringBefore {
                guard token.expires > query.now, token.expires <= before else { return false }
            }
            if let since = query.unusedSince {
                guard max(token.lastActive ?? token.created, token.created) < since else { return false }
            }
            if let wanted = query.assignments { guard wanted.contains(token.assignment) else { return false } }
            if let search = query.search {
                guard
                    TextNormalizer.search(token.name).contains(search)
                        || query.searchAssignments.contains(token.assignment)
                else { return false }
            }
            return true
        }
        let places = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1.token.id, $0) })
        func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
        let sorted = chosen.sorted { one, other in
            let ties = places[one.token.id]! < places[other.token.id]!
            func order<Value: Comparable>(_ left: Value, _ right: Value) -> Bool { left == right ? ties : left < right }
            switch query.sort {
            case .name:
                let names = (
                    bytes(TextNormalizer.search(one.token.name)), bytes(TextNormalizer.search(other.token.name))
                )
                return names.0 == names.1 ? ties : names.0.lexicographicallyPrecedes(names.1)
            case .created: return order(one.token.created, other.token.created)
            case .updated: return order(one.updated, other.updated)
            case .expires: return order(one.token.expires, other.token.expires)
            case .lastActive:
                return order(one.token.lastActive?.microseconds ?? 0, other.token.lastActive?.microseconds ?? 0)
            case .assignments(let ranks):
                let rank = { (details: TokenDetails) in
                    ranks.firstIndex { $0.assignment == details.token.assignment }!
                }
                return order(rank(one), rank(other))
            }
        }
        return query.isDescending ? sorted.reversed() : sorted
    }

    @Test func `a list follows its filters and order, whatever the page size`() throws {
        // In the order of creation, which breaks ties.
        var made = TokenQuery(tenant: "3", kind: .api, now: .test)
        made.leavesOutRevoked = false
        let all = try ([.api, .mobile] as [TokenKind]).flatMap { kind in
            var query = made
            query.kind = kind
            query.size = 1_000
            return try store.list(query).tokens
        }.sorted { $0.token.id < $1.token.id }
        #expect(all.count == 400)
        var random = Dice(state: 11)
        let ranks = assignments.map { TokenQuery.Rank(name: String($0.text.dropFirst(2).prefix(3)), assignment: $0) }
            .sorted()
        let searches: [String?] = [
            nil, "o", "ware", "strasse", "aerlig", "日", "a'b\"c%_", "feed 1", "nothing such", "%", "\"",
        ]
        var found = 0
        for _ in 0..<350 {
            var query = TokenQuery(tenant: "3", kind: random.roll(3) == 0 ? .mobile : .api, now: .test)
            query.state = ([nil, nil] + TokenQuery.State.allCases)[random.roll(7)]
            query.leavesOutRevoked = random.roll(2) == 0
            if random.roll(4) == 0 { query.expiringBefore = .test.adding(days: Int64(random.roll(60))) }
            if random.roll(4) == 0 { query.unusedSince = .test.adding(days: -Int64(random.roll(60))) }
            if random.roll(3) == 0 { query.assignments = assignments.filter { _ in random.roll(2) == 0 } }
            query.search = searches[random.roll(searches.count)]
            if random.roll(3) == 0 { query.searchAssignments = [assignments[random.roll(assignments.count)]] }
            query.sort = [.name, .created, .updated, .expires, .lastActive, .assignments(ranks)][random.roll(6)]
            query.isDescending = random.roll(2) == 0
            query.size = [1, 7, 25, 1_000][random.roll(4)]
            let rows = try pages(query)
            let right = expected(query, all)
            found += right.count
            #expect(rows.map(\.token.id) == right.map(\.token.id), "\(query)")
        }
        #expect(found > 5_000)
    }

    @Test func `pages continue correctly while rows come and go`() throws {
        var query = TokenQuery(tenant: "3", kind: .api, now: .test)
        query.size = 10
        query.sort = .expires
        let before = try pages(query).map(\.token.id)
        var removed: Set<TokenID> = []
        let rows = try pages(query) { page in
            guard page < 20 else { return }
            // A shown token goes, and a new one comes before the current place.
            let gone = before[page * 3]
            removed.insert(gone)
            _ = try store.revoke([gone], .test)
            let draft = TokenDraft(
                tenant: "3", kind: .api, name: "early \(page)", assignment: "a-anna-1",
                expires: .test.adding(seconds: 1))
            _ = try store.create(draft, .test)
        }.map(\.token.id)
        #expect(Set(rows).count == rows.count)
        #expect(Set(before).subtracting(rows).isSubset(of: removed))
    }

    @Test func `invisible tokens are skipped, and pages are full`() throws {
        var query = TokenQuery(tenant: "3", kind: .api, now: .test)
        query.size = 5
        let all = try pages(query)
        let visible = Set(all.map(\.token.id).filter { $0.high % 17 == 0 })
        var rows: [TokenID] = []
        repeat {
            let page = try store.list(query) { visible.contains($0.id) }
            rows += page.tokens.map(\.token.id)
            #expect(page.tokens.count == 5 || page.next == nil)
            query.cursor = page.next
        } while query.cursor != nil
        #expect(rows == all.map(\.token.id).filter(visible.contains))
    }

    @Test func `a cursor is valid for one list only, and cannot be forged`() throws {
        var query = TokenQuery(tenant: "3", kind: .api, now: .test)
        query.size = 5
        let cursor = try #require(try store.list(query).next)
        var other = query
        other.sort = .expires
        var foreign = query
        foreign.tenant = "acme"
        var filtered = query
        filtered.search = "feed"
        var forged = Array(cursor.utf8)
        forged[forged.count / 2] = forged[forged.count / 2] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        for (query, cursor) in [
            (other, cursor), (foreign, cursor), (filtered, cursor), (query, String(decoding: forged, as: UTF8.self)),
            (query, ""), (query, "x"), (query, cursor + "AAAA"), (query, String(repeating: "A", count: 5_000)),
        ] {
            var query = query
            query.cursor = cursor
            let error = #expect(throws: TokenStoreError.self) { try store.list(query) }
            #expect(error?.code == .invalid)
        }
    }
}
