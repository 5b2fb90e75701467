import Decisions
import Model
import Policies
import Testing
import Workbench

/// What is found out for one token and told of others, against asking every one of them by itself.
@Suite struct AlikeTests {
    private static let now = Instant("2026-06-01T10:00:00Z")!

    // MARK: Shifts

    private static func changes(_ seed: UInt64, _ world: Made) -> [Change] {
        let tenant = world.organisation.tenants[0]
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

    /// What an answer by policies that run anew says; `nil` for what is no question.
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

    @Test func `every shift is what deciding without trees says on both sides, token by token`() throws {
        var shifts: [Bool: Int] = [:]
        for seed in 0..<16 as Range<UInt64> {
            let world = try Made(seed: seed, policies: 3, permits: seed % 4 != 0, crowd: 6)
            for row in try rows(world, Self.changes(seed, world), seed) { shifts[row.isTurned, default: 0] += 1 }
        }
        // Both kinds are among them, or nothing was compared.
        #expect(shifts[true, default: 0] > 300 && shifts[false, default: 0] > 300, "\(shifts)")
    }

    /// What one policy may read of a token, each of which tells other tokens apart.
    private static let readings = [
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

    @Test(arguments: readings)
    func `whatever a policy reads of tokens, shifts tell apart those that it tells apart`(body: String) throws {
        for seed in 0..<3 as Range<UInt64> {
            let world = try Made(seed: seed, crowd: 6, policy: body)
            let changes = Self.changes(seed, world).filter { if case .setting = $0 { false } else { true } }
            _ = try rows(world, changes + [.departmentMoved("audit", under: nil)], seed)
            // Everything that was permitted is lost.
            let lost = try rows(world, [.tenantActive(false)], seed)
            #expect(!lost.isEmpty)
        }
    }

    @Test func `whatever a policy reads of tokens, who can tells apart those that it tells apart`() throws {
        var told = 0
        for body in Self.readings {
            told += try compare(try Made(seed: 1, crowd: 4, policy: body), "orders.read", body)
        }
        #expect(told > 100)
    }

    private func rows(_ world: Made, _ changes: [Change], _ seed: UInt64) throws -> [DecisionDiff.Row] {
        let scenario = Scenario(changes, tenant: "t1")
        let directory = try scenario.apply(to: world.directory)
        let set = try scenario.apply(to: world.authorizer.policies)
        func authorizer(_ set: PolicySet, _ treeOptions: TreeOptions) throws -> Authorizer {
            try Authorizer(policies: set, directory: .empty, budget: Budget(fuel: 60_000), treeOptions: treeOptions)
        }
        let samples = DecisionDiff.samples(of: world.authorizer, for: changes)
        let shifts = DecisionDiff(
            PairedAuthorizers(
                before: (try authorizer(world.authorizer.policies, TreeOptions()), world.directory),
                after: (try authorizer(set, TreeOptions()), directory)),
            samples, tenant: "t1", now: (Self.now, Self.now))
        let (before, after) = (try authorizer(world.authorizer.policies, .none), try authorizer(set, .none))
        var rows: [String] = []
        var (asked, losing, gaining) = (0, 0, 0)
        for token in world.directory.tokens where world.directory.tenants[token.tenant].id == "t1" {
            asked += 1
            let own = world.directory.departments[world.directory.assignments[token.assignment].department].id
            var (isLosing, isGaining) = (false, false)
            for sample in samples {
                let one = Self.summary(token.id, sample, own: own, before, world.directory)
                let other = Self.summary(token.id, sample, own: own, after, directory)
                guard let one, let other, one != other else { continue }
                rows.append("\(token.id) \(sample) \(one) \(other)")
                isLosing = isLosing || one.isPermitted && !other.isPermitted
                isGaining = isGaining || !one.isPermitted && other.isPermitted
            }
            losing += isLosing ? 1 : 0
            gaining += isGaining ? 1 : 0
        }
        #expect(shifts.rows.map { "\($0.token) \($0.sample) \($0.before) \($0.after)" } == rows, "seed \(seed)")
        #expect(shifts.count == rows.count && shifts.asked == asked, "seed \(seed)")
        #expect(shifts.losing == losing && shifts.gaining == gaining, "seed \(seed)")
        return shifts.rows
    }

    @Test func `rows are kept of the first tokens, and all are counted`() throws {
        let world = try Made(seed: 3, policies: 2, permits: true, crowd: 6)
        let after = try Scenario([.tenantActive(false)], tenant: "t1").apply(to: world.directory)
        let sides = PairedAuthorizers(before: (world.authorizer, world.directory), after: (world.authorizer, after))
        let samples = DecisionDiff.samples(of: world.authorizer)
        let all = DecisionDiff(sides, samples, tenant: "t1", now: (Self.now, Self.now))
        let some = DecisionDiff(sides, samples, tenant: "t1", now: (Self.now, Self.now), most: 2)
        #expect(all.turned > 2 && some.turned == all.turned && some.count == all.count)
        let turned = some.rows.filter(\.isTurned)
        #expect(Set(turned.map(\.token)).count == 2)
        #expect(turned.map(\.sample) == all.rows.filter(\.isTurned).prefix(turned.count).map(\.sample))
    }

    // MARK: Who can

    /// Two tokens are told apart by what policies read: their own days, their users, what they may.
    @Test func `who can says of each token what it says of it alone`() throws {
        var told = 0
        for seed in 0..<12 as Range<UInt64> {
            let world = try Made(seed: seed, policies: 2, permits: seed % 3 != 0, crowd: 3)
            told += try compare(world, seed % 2 == 0 ? "orders.read" : "orders.approve", "seed \(seed)")
        }
        #expect(told > 100)
    }

    /// - Returns: of how many tokens something else than no is told.
    private func compare(_ world: Made, _ action: ExactName, _ words: String) throws -> Int {
        var told = 0
        for departments in [nil, ["sales", "north", "audit"]] as [[ExactName]?] {
            let question = AuthorizationRequest(
                action: action, subject: .token(""), resource: .init(type: "order", id: nil), now: Self.now,
                obligations: .all)
            let all = WhoCan(question, departments: departments, tenant: 0, world.authorizer, on: world.directory)
            let rows = Dictionary(uniqueKeysWithValues: all.rows.map { (world.directory.tokens[$0.token].id, $0) })
            for token in world.organisation.tenants[0].tokens {
                var organisation = world.organisation
                organisation.tenants[0].tokens = [token]
                let alone = WhoCan(
                    question, departments: departments, tenant: 0, world.authorizer, on: try Directory(organisation))
                let (one, other) = (rows[token.id], alone.rows.first)
                if one != nil { told += 1 }
                #expect(one?.departments == other?.departments, "\(words): \(token.id)")
                #expect(one.map { Self.kind($0.answer) } == other.map { Self.kind($0.answer) }, "\(words): \(token.id)")
                // What is told of it is told of its own: an example is decided for it.
                if case .when(let changes)? = one?.answer, departments == nil {
                    var asked = Scenario(changes, tenant: "t1").apply(to: question)
                    asked.subject = .token(token.id.description)
                    #expect(
                        try world.authorizer.decide(asked, on: world.directory).isPermitted, "\(words): \(token.id)")
                }
            }
        }
        return told
    }

    /// `yes`, `when`, …: of several examples any may be told.
    private static func kind(_ answer: ConditionalDecision) -> Substring { "\(answer)".prefix { $0 != "(" } }
}
