import Engine
import Model
import Policies
import TestSupport
import Testing
import Tokens

@testable import Decisions

/// Tokens under ceilings, by the shipped policies: random tokens, ceilings and requests of the demo organisation.
@Suite struct CeilingDecisionTests {
    private let set: PolicySet
    private let authorizer: Authorizer

    init() throws {
        set = try Fixtures.load(Fixtures.shipped())
        authorizer = try Authorizer(policies: set)
    }

    // MARK: An oracle of its own

    /// The demo organisation's departments above each, itself included, by id.
    private static func paths(_ tenant: TenantRecord) -> [ExactName: [ExactName]] {
        var paths: [ExactName: [ExactName]] = [:]
        for department in tenant.departments {
            var next: ExactName? = department.id
            while let id = next {
                paths[department.id, default: []].append(id)
                next = tenant.departments.first { $0.id == id }?.parent
            }
        }
        return paths
    }

    private struct Asked {
        let action: ExactName
        let department: ExactName
        let address: String?
        let purpose: ExactName?
        let now: Instant
    }

    private static func matches(_ pattern: ExactName, _ permission: ExactName) -> Bool {
        pattern.text.hasSuffix("*")
            ? permission.text.utf8.starts(with: pattern.text.dropLast().utf8) : pattern == permission
    }

    /// True when a ceiling leaves a request, said in plain words and without any part of the engine.
    private static func leaves(_ ceiling: Ceiling, _ asked: Asked, _ tenant: TenantRecord) -> Bool {
        let path = paths(tenant)[asked.department]!
        if let permissions = ceiling.permissions {
            let gates = tenant.departments.filter { path.contains($0.id) }.flatMap(\.requires)
            for needed in [asked.action] + gates where !permissions.contains(where: { matches($0, needed) }) {
                return false
            }
        }
        if let departments = ceiling.departments, !departments.contains(where: path.contains) { return false }
        if let networks = ceiling.networks {
            guard let address = asked.address.flatMap({ IPAddress($0) }) else { return false }
            if !networks.contains(where: { $0.contains(address) }) { return false }
        }
        if let hours = ceiling.hours {
            // 2026-11-23 is a Monday, and the zone of the demo tenant is an hour ahead of UTC then.
            let local = asked.now.microseconds - Instant("2026-11-23T00:00:00Z")!.microseconds + 3_600_000_000
            let (day, minute) = (local / 86_400_000_000 % 7 + 1, local % 86_400_000_000 / 60_000_000)
            let (opens, closes) = (hours.opens.microseconds / 60_000_000, hours.closes.microseconds / 60_000_000)
            let isIn = opens < closes ? opens <= minute && minute < closes : minute >= opens || minute < closes
            if !hours.weekdays.contains(Int(day)) || !isIn { return false }
        }
        return ceiling.purpose == nil || ceiling.purpose == asked.purpose
    }

    private static func request(_ asked: Asked, _ token: TokenID) -> AuthorizationRequest {
        var context: [JSON.Member] = []
        if let address = asked.address { context.append(.init("ip", .string(address))) }
        if let purpose = asked.purpose { context.append(.init("purpose", .string(purpose))) }
        return AuthorizationRequest(
            action: asked.action, subject: .token(token.description),
            resource: .init(
                type: "order", id: "1", properties: .object([.init("department", .string(asked.department))])),
            context: .object(context), now: asked.now)
    }

    private static func ceiling(_ random: inout Numbers, _ tenant: TenantRecord) -> Ceiling {
        var ceiling = Ceiling()
        let names: [ExactName] = [
            "orders.read", "orders.create", "orders.*", "*", "finance.enter", "payroll.enter", "users.read",
            "reports.*",
        ]
        if random.chance(60) { ceiling.permissions = (0...random.below(4)).map { _ in random.pick(names) } }
        if random.chance(40) {
            ceiling.departments = (0...random.below(2)).map { _ in random.pick(tenant.departments).id }
        }
        if random.chance(30) {
            ceiling.networks = (0...random.below(2)).map { _ in
                try! IPNetwork(random.pick(["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "2001:db8::/32"]))
            }
        }
        if random.chance(30) {
            ceiling.hours = Ceiling.Hours(
                random.pick(["mon-fri 08:00-18:00", "22:00-06:00", "sat,sun", "mon 00:00-12:00", "tue-thu 18:00-02:00"])
            )
        }
        if random.chance(20) { ceiling.purpose = random.pick(["export", "audit"]) }
        return ceiling
    }

    private static func asked(_ random: inout Numbers, _ tenant: TenantRecord) -> Asked {
        Asked(
            action: random.pick(["orders.read", "orders.create", "orders.approve", "orders.delete", "finance.enter"]),
            department: random.pick(tenant.departments).id,
            address: random.pick(["10.1.2.3", "10.1.9.9", "10.9.9.9", "192.0.2.1", "2001:db8::1", nil]),
            purpose: random.pick(["export", "audit", nil, nil]),
            now: Instant(
                microseconds: Instant("2026-11-23T00:00:00Z")!.microseconds + Int64(random.below(7 * 96))
                    * 900_000_000))
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `a token under a ceiling is permitted what its combination is and the ceiling leaves`(seed: UInt64) throws {
        var random = Numbers(seed: seed)
        var organisation = try Organisation.demo()
        let place = try #require(organisation.tenants.firstIndex { $0.id == "3" })
        let tenant = organisation.tenants[place]
        let tokens = tenant.tokens
        // For each token itself, one under a ceiling, and one under a narrower ceiling.
        var triples: [(plain: TokenID, limited: TokenID, narrower: TokenID, ceiling: Ceiling, narrow: Ceiling)] = []
        for _ in 0..<40 {
            let plain = random.pick(tokens)
            var (limited, narrower) = (plain, plain)
            limited.id = TokenID(using: &random)
            narrower.id = TokenID(using: &random)
            let ceiling = Self.ceiling(&random, tenant)
            var narrow = Self.ceiling(&random, tenant)
            // Each part that another ceiling has is one that this one has as well.
            let paths = Self.paths(tenant)
            for part in narrow.partsBeyond(ceiling, isWithin: { paths[$0]!.contains($1) }) {
                switch part {
                case .permissions: narrow.permissions = ceiling.permissions
                case .departments: narrow.departments = ceiling.departments
                case .networks: narrow.networks = ceiling.networks
                case .hours: narrow.hours = ceiling.hours
                case .uses: narrow.uses = ceiling.uses
                case .purpose: narrow.purpose = ceiling.purpose
                }
            }
            (limited.ceiling, narrower.ceiling) = (ceiling, narrow)
            organisation.tenants[place].tokens += [limited, narrower]
            triples.append((plain.id, limited.id, narrower.id, ceiling, narrow))
        }
        let directory = try Directory(organisation)
        let oracle = Oracle(policies: set, budget: Budget()) { try? Fixtures.load(Fixtures.shipped()) }
        var counts = (permitted: 0, withheld: 0)
        for _ in 0..<2_000 {
            let triple = random.pick(triples)
            let asked = Self.asked(&random, tenant)
            func permits(_ id: TokenID) throws -> Bool {
                try authorizer.decide(Self.request(asked, id), on: directory).isPermitted
            }
            let plain = try permits(triple.plain)
            let limited = try permits(triple.limited)
            let narrower = try permits(triple.narrower)
            #expect(limited == (plain && Self.leaves(triple.ceiling, asked, tenant)), "\(triple.ceiling) \(asked)")
            #expect(narrower == (plain && Self.leaves(triple.narrow, asked, tenant)), "\(triple.narrow) \(asked)")
            #expect(!narrower || limited)
            counts.permitted += limited ? 1 : 0
            counts.withheld += plain && !limited ? 1 : 0
            guard random.chance(5) else { continue }
            let request = Self.request(asked, triple.limited)
            #expect(
                try oracle.decide(request, on: directory).difference(from: authorizer.decide(request, on: directory))
                    == nil)
        }
        #expect(counts.permitted > 20 && counts.withheld > 100, "\(counts)")
    }

    // MARK: Enforcement

    private func directory(_ edit: (inout Ceiling) -> Void) throws -> (Directory, TokenID) {
        var organisation = try Organisation.demo()
        var ceiling = Ceiling()
        edit(&ceiling)
        let place = try #require(organisation.tenants.firstIndex { $0.id == "3" })
        let number = try #require(
            organisation.tenants[place].tokens.firstIndex {
                $0.kind == .api && $0.revoked == nil && $0.suspended == nil && $0.assignment == "a-bjorn-1"
            })
        organisation.tenants[place].tokens[number].ceiling = ceiling
        return (try Directory(organisation), organisation.tenants[place].tokens[number].id)
    }

    private static func plain(_ id: TokenID) -> AuthorizationRequest {
        request(
            Asked(
                action: "orders.read", department: "d-sales", address: "10.1.2.3", purpose: nil,
                now: Instant("2026-11-23T12:00:00Z")!), id)
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `a derived token is never permitted what its parent is not`(seed: UInt64) throws {
        var random = Numbers(seed: seed)
        let fixture = try StoreFixture()
        let tenant = try #require(try Organisation.demo().tenants.first { $0.id == StoreFixture.tenant })
        var pairs: [(child: TokenID, parent: TokenID)] = []
        var tokens = [try fixture.token(assignment: "a-anna-1").0.token.id]
        tokens.append(try fixture.token("Second").0.token.id)
        var refused = 0
        for _ in 0..<80 {
            let parent = random.pick(tokens)
            let derivation = TokenDerivation(
                expires: Instant.test.adding(days: 1 + Int64(random.below(20))),
                ceiling: random.chance(70) ? Self.ceiling(&random, tenant) : nil)
            do {
                let made = try fixture.store.derive(from: parent, derivation, .test).0.token.id
                tokens.append(made)
                pairs.append((made, parent))
            } catch { refused += 1 }
        }
        #expect(pairs.count > 10 && refused > 10, "\(pairs.count), \(refused)")
        let directory = try Directory(fixture.store.organisation(.all))
        var counts = (permitted: 0, withheld: 0)
        for _ in 0..<2_000 {
            let pair = random.pick(pairs)
            let asked = Self.asked(&random, tenant)
            let child = try authorizer.decide(Self.request(asked, pair.child), on: directory).isPermitted
            let parent = try authorizer.decide(Self.request(asked, pair.parent), on: directory).isPermitted
            #expect(!child || parent, "\(asked)")
            counts.permitted += child ? 1 : 0
            counts.withheld += parent && !child ? 1 : 0
        }
        #expect(counts.permitted > 20 && counts.withheld > 20, "\(counts)")
    }

    @Test(arguments: [Ceiling.Part.permissions, .departments, .networks, .hours, .purpose])
    func `where no policy enforces a part of a ceiling, its token gets nothing`(part: Ceiling.Part) throws {
        let (directory, id) = try directory {
            switch part {
            case .permissions: $0.permissions = ["orders.read"]
            case .departments: $0.departments = ["d-sales"]
            case .networks: $0.networks = [try! IPNetwork("10.0.0.0/8")]
            case .hours: $0.hours = Ceiling.Hours("mon-fri 08:00-18:00")
            default: $0.purpose = "export"
            }
        }
        let without = set.without(["token_ceiling"])
        let question = Self.plain(id)
        let decision = try Authorizer(policies: without).decide(question, on: directory)
        #expect(!decision.isPermitted && decision.code == "ceiling_not_enforced")
        #expect(try Authorizer(policies: without).decisionSummary(question, on: directory).code == decision.code)
        #expect(try authorizer.decide(question, on: directory).isPermitted == (part != .purpose))
        // Others are decided as ever.
        let other = try #require(
            directory.tokens.first { $0.ceiling == nil && $0.kind == .api && $0.revoked == nil && $0.tenant == 0 })
        #expect(try Authorizer(policies: without).decide(Self.plain(other.id), on: directory).code != decision.code)
    }

    @Test(arguments: [#""all": { "enabled": false }"#, #""tenants": { "3": { "enabled": false } }"#])
    func `a policy that is turned off for a tenant enforces nothing there`(settings: String) throws {
        var source = try Fixtures.shipped()
        source.files.removeAll { $0.name == "settings.json" }
        source.files.append(
            PolicyFile(name: "settings.json", bytes: Array(#"{ "token_ceiling": { \#(settings) } }"#.utf8)))
        let off = try Authorizer(policies: Fixtures.load(source))
        let (directory, id) = try directory { $0.permissions = ["orders.read"] }
        #expect(try off.decide(Self.plain(id), on: directory).code == "ceiling_not_enforced")
        // The same authorizer with settings that turn it on.
        let on = off.policies
        off.use(
            try on.setting("enabled", of: "token_ceiling", to: .boolean(true))
                .setting("enabled", of: "token_ceiling", to: .boolean(true), tenant: "3"))
        #expect(try off.decide(Self.plain(id), on: directory).isPermitted)
        off.use(on)
        #expect(try off.decide(Self.plain(id), on: directory).code == "ceiling_not_enforced")
    }

    @Test func `an observing policy enforces nothing`() throws {
        var source = try Fixtures.shipped()
        let place = try #require(source.files.firstIndex { $0.name == "token_ceiling.lua" })
        let text = String(decoding: source.files[place].bytes, as: UTF8.self)
        let observing = text.replacing("local policy = {", with: #"local policy = { mode = "observe","#)
        #expect(observing != text)
        source.files[place] = PolicyFile(name: "token_ceiling.lua", bytes: Array(observing.utf8))
        let (directory, id) = try directory { $0.permissions = ["orders.read"] }
        let authorizer = try Authorizer(policies: Fixtures.load(source))
        #expect(try authorizer.decide(Self.plain(id), on: directory).code == "ceiling_not_enforced")
    }
}
