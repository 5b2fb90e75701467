import Analysis
import Decisions
import Engine
import Model
import Policies
import TestSupport
import Testing

/// Results that are shared by an equivalence class, compared with deciding for every token by itself.
@Suite struct ClassCacheTests {
    private static let now = Instant("2026-06-01T10:00:00Z")!

    // MARK: Decision diffs

    private static func changes(_ seed: UInt64, _ store: GeneratedStore) -> [Change] {
        let tenant = store.organisation.tenants[0]
        var random = Numbers(seed: seed ^ 0x5417)
        let department = random.pick(tenant.departments).id
        let token = random.pick(tenant.tokens).id
        let user = random.pick(tenant.users)
        let all: [Change] = [
            .departmentMoved("audit", under: nil), .departmentActive(department, random.chance(50)),
            .departmentRequires(department, permission: "orders.approve", true),
            .userActive(user.id, random.chance(50)), .userHolds(user.id, permission: "orders.delete", true),
            .userTypeHolds("clerk", permission: "orders.read", random.chance(50)),
            .assignmentRemoved(user.assignments[0].id),
            .tokenAssignment(token, random.pick(random.pick(tenant.users).assignments).id),
            .tokenSuspended(token, random.chance(50)),
            .setting(policy: "p1", name: "limit", value: .init(.integer(5)), tenant: "t1"),
        ]
        return all.filter { _ in random.chance(40) }
    }

    /// The summary of a decision without trees; `nil` for an invalid request.
    private static func summary(
        _ token: TokenID, _ sample: DecisionDiff.SampleRequest, own: ExactName, _ authorizer: Authorizer,
        _ directory: Directory
    ) -> DecisionSummary? {
        let place: ExactName? =
            switch sample.place {
            case .nowhere: nil
            case .own: own
            case .department(let id): id
            }
        let properties = JSON.object(place.map { [.init("department", .string($0))] } ?? [])
        let question = AuthorizationRequest(
            action: sample.action, subject: .token(token.description),
            resource: sample.resource.map { .init(type: $0, id: nil, properties: properties) }, now: now,
            obligations: .all)
        return (try? authorizer.decide(question, on: directory)).map(DecisionSummary.init)
    }

    @Test func `every difference equals deciding without trees on both sides, token by token`() throws {
        var diff: [Bool: Int] = [:]
        for seed in 0..<24 as Range<UInt64> {
            let store = try GeneratedStore(seed: seed, policies: 2, permits: seed % 4 != 0, crowd: 6)
            for row in try rows(store, Self.changes(seed, store), seed) { diff[row.isTurned, default: 0] += 1 }
        }
        // Both kinds must occur, or nothing was compared.
        #expect(diff[true, default: 0] > 300 && diff[false, default: 0] > 300, "\(diff)")
    }

    /// Conditions on a token, each of which separates tokens in another way.
    private static let observedFacts = [
        "if r.token:can(r.action) then permit() end", "if r.token.department.name == 'Sales' then permit() end",
        "if r.token.user_type.name == 'clerk' then permit() end", "if r.token.kind == 'mobile' then permit() end",
        "if r.token.user.name == 'anna' then permit() end", "if r.token.user.active then permit() end",
        "if r.token.name ~= 'one' and r.token.kind == 'api' then permit() end",
        "if r.token:has('dormant_since') then permit() end", "if r.token.created.date.weekday < 3 then permit() end",
        "if r.token.last_day.month > 6 then permit() end",
        "if r.resource:has('department') and r.token:meets(r.resource.department) then permit() end",
        "if r.resource:has('department') and r.resource.department:is_within(r.token.department) then permit() end",
        "if r.token:can('orders.delete') or r.token.user.email:len() > 20 then permit() end",
        "if r.resource:has('owner') and r.resource.owner == r.token.user then permit() end",
    ]

    @Test(arguments: observedFacts)
    func `decision diffs distinguish the tokens that a policy distinguishes`(body: String) throws {
        for seed in 0..<3 as Range<UInt64> {
            let store = try GeneratedStore(seed: seed, crowd: 6, policy: body)
            let changes = Self.changes(seed, store).filter { if case .setting = $0 { false } else { true } }
            _ = try rows(store, changes + [.departmentMoved("audit", under: nil)], seed)
            // All permits are lost.
            let lost = try rows(store, [.tenantActive(false)], seed)
            #expect(!lost.isEmpty)
        }
    }

    @Test func `who can distinguishes the tokens that a policy distinguishes`() throws {
        var told = 0
        for body in Self.observedFacts {
            told += try compare(try GeneratedStore(seed: 1, crowd: 4, policy: body), "orders.read", body)
        }
        #expect(told > 100)
    }

    private func rows(_ store: GeneratedStore, _ changes: [Change], _ seed: UInt64) throws -> [DecisionDiff.Row] {
        let scenario = Scenario(changes, tenant: "t1")
        let directory = try scenario.apply(to: store.directory)
        let set = try scenario.apply(to: store.authorizer.policies)
        func authorizer(_ set: PolicySet, _ treeOptions: TreeOptions) throws -> Authorizer {
            try Authorizer(policies: set, budget: Budget(fuel: PolicyGenerator.fuel), treeOptions: treeOptions)
        }
        let samples = DecisionDiff.samples(of: store.authorizer, for: changes)
        let diff = DecisionDiff(
            PairedAuthorizers(
                before: (try authorizer(store.authorizer.policies, TreeOptions()), store.directory),
                after: (try authorizer(set, TreeOptions()), directory)),
            samples, tenant: "t1", now: (Self.now, Self.now))
        let (before, after) = (try authorizer(store.authorizer.policies, .none), try authorizer(set, .none))
        var rows: [String] = []
        var (fixture, losing, gaining) = (0, 0, 0)
        for token in store.directory.tokens where store.directory.tenants[token.tenant].id == "t1" {
            fixture += 1
            let own = store.directory.departments[store.directory.assignments[token.assignment].department].id
            var (isLosing, isGaining) = (false, false)
            for sample in samples {
                let one = Self.summary(token.id, sample, own: own, before, store.directory)
                let other = Self.summary(token.id, sample, own: own, after, directory)
                guard let one, let other, one != other else { continue }
                rows.append("\(token.id) \(sample) \(one) \(other)")
                isLosing = isLosing || one.isPermitted && !other.isPermitted
                isGaining = isGaining || !one.isPermitted && other.isPermitted
            }
            losing += isLosing ? 1 : 0
            gaining += isGaining ? 1 : 0
        }
        #expect(diff.rows.map { "\($0.token) \($0.sample) \($0.before) \($0.after)" } == rows, "seed \(seed)")
        #expect(diff.count == rows.count && diff.asked == fixture, "seed \(seed)")
        #expect(diff.losing == losing && diff.gaining == gaining, "seed \(seed)")
        return diff.rows
    }

    @Test func `rows are kept for the first tokens, and all are counted`() throws {
        var compared = 0
        for seed in 0..<12 as Range<UInt64> {
            let store = try GeneratedStore(seed: seed, policies: 2, permits: true, crowd: 6)
            let after = try Scenario([.tenantActive(false)], tenant: "t1").apply(to: store.directory)
            let sides = PairedAuthorizers(before: (store.authorizer, store.directory), after: (store.authorizer, after))
            let samples = DecisionDiff.samples(of: store.authorizer)
            let all = DecisionDiff(sides, samples, tenant: "t1", now: (Self.now, Self.now))
            guard Set(all.rows.filter(\.isTurned).map(\.token)).count > 2 else { continue }
            compared += 1
            let some = DecisionDiff(sides, samples, tenant: "t1", now: (Self.now, Self.now), most: 2)
            #expect(some.turned == all.turned && some.count == all.count)
            let turned = some.rows.filter(\.isTurned)
            #expect(Set(turned.map(\.token)).count == 2)
            #expect(turned.map(\.sample) == all.rows.filter(\.isTurned).prefix(turned.count).map(\.sample))
        }
        #expect(compared > 2, "\(compared)")
    }

    // MARK: Who can

    /// Tokens are distinguished by the facts that policies read: their days, their users, their permissions.
    @Test func `who can gives the same result for a token alone and among others`() throws {
        var told = 0
        for seed in 0..<12 as Range<UInt64> {
            let store = try GeneratedStore(seed: seed, policies: 2, permits: seed % 3 != 0, crowd: 3)
            told += try compare(store, seed % 2 == 0 ? "orders.read" : "orders.approve", "seed \(seed)")
        }
        #expect(told > 100)
    }

    /// - Returns: the number of tokens with a result other than no.
    private func compare(_ store: GeneratedStore, _ action: ExactName, _ words: String) throws -> Int {
        var told = 0
        for departments in [nil, ["sales", "north", "audit"]] as [[ExactName]?] {
            let question = AuthorizationRequest(
                action: action, subject: .token(""), resource: .init(type: "order", id: nil), now: Self.now,
                obligations: .all)
            let all = WhoCan(question, departments: departments, tenant: 0, store.authorizer, on: store.directory)
            let rows = Dictionary(uniqueKeysWithValues: all.rows.map { (store.directory.tokens[$0.token].id, $0) })
            for token in store.organisation.tenants[0].tokens {
                var organisation = store.organisation
                organisation.tenants[0].tokens = [token]
                let alone = WhoCan(
                    question, departments: departments, tenant: 0, store.authorizer, on: try Directory(organisation))
                let (one, other) = (rows[token.id], alone.rows.first)
                if one != nil { told += 1 }
                #expect(one?.departments == other?.departments, "\(words): \(token.id)")
                #expect(one.map { Self.kind($0.answer) } == other.map { Self.kind($0.answer) }, "\(words): \(token.id)")
                // The example is valid for this token: it is decided for it.
                if case .when(let changes)? = one?.answer, departments == nil {
                    var fixture = Scenario(changes, tenant: "t1").apply(to: question)
                    fixture.subject = .token(token.id.description)
                    #expect(
                        try store.decide(fixture, on: store.directory).isPermitted, "\(words): \(token.id)")
                }
            }
        }
        return told
    }

    /// The kind of a result, `yes`, `when` …, without its example, which may be any of several.
    private static func kind(_ answer: ConditionalDecision) -> Substring { "\(answer)".prefix { $0 != "(" } }
}
