import Decisions
import Engine
import Model
import Policies
import TestSupport
import Testing

@testable import Analysis

/// The impact of other policies on every token, held to deciding single requests without trees.
@Suite struct PolicyDiffTests {
    private static let now = Instant("2026-06-01T12:00:00Z")!

    private static func diff(_ before: Authorizer, _ after: Authorizer, _ directory: Directory) -> PolicyDiff {
        PolicyDiff(PairedAuthorizers(before: (before, directory), after: (after, directory)), times: [now], most: 300)
    }

    /// Two generated sets of policies on one store.
    private func sides(_ seed: UInt64) throws -> (PairedAuthorizers, plain: PairedAuthorizers) {
        let one = try GeneratedStore(seed: seed, policies: 2, permits: true, crowd: 2)
        let other = try GeneratedStore(seed: seed, policies: 3, permits: seed % 3 != 0, crowd: 2)
        func plain(_ store: GeneratedStore) throws -> Authorizer {
            try Authorizer(
                policies: store.authorizer.policies, budget: Budget(fuel: PolicyGenerator.fuel), treeOptions: .none)
        }
        return (
            PairedAuthorizers(before: (one.authorizer, one.directory), after: (other.authorizer, one.directory)),
            PairedAuthorizers(before: (try plain(one), one.directory), after: (try plain(other), one.directory))
        )
    }

    @Test func `the same policies have no difference, and the reverse is the mirror image`() throws {
        var found = 0
        for seed in 0..<6 as Range<UInt64> {
            let (sides, _) = try sides(seed)
            let (one, other) = (sides.before.authorizer, sides.after.authorizer)
            let there = Self.diff(one, other, sides.before.directory)
            let back = Self.diff(other, one, sides.before.directory)
            #expect(Self.diff(one, one, sides.before.directory).isEmpty)
            #expect(
                (there.widened, there.narrowed, there.changed, there.asked)
                    == (back.narrowed, back.widened, back.changed, back.asked))
            func told(_ diff: PolicyDiff, _ turn: (PolicyDiff.Direction) -> PolicyDiff.Direction) -> Set<String> {
                Set(
                    diff.findings.map {
                        "\(turn($0.key.direction)) \($0.key.action) \($0.key.resource ?? "") \($0.key.department) "
                            + "\($0.key.userType) \($0.key.place) \($0.tokens.ids) \($0.departments.sorted())"
                    })
            }
            #expect(
                told(there) { $0 }
                    == told(back) { $0 == .widened ? .narrowed : $0 == .narrowed ? .widened : .changed })
            found += there.findings.count
        }
        #expect(found > 50, "\(found)")
    }

    @Test func `each difference is one that single decisions have, and none of theirs is missing`() throws {
        var told = (examples: 0, turned: 0)
        for seed in 10..<16 as Range<UInt64> {
            let (sides, plain) = try sides(seed)
            let diff = Self.diff(sides.before.authorizer, sides.after.authorizer, sides.before.directory)
            for finding in diff.findings {
                let decisions = try plain.ask(finding.example)
                let direction: PolicyDiff.Direction =
                    decisions.before.isPermitted == decisions.after.isPermitted
                    ? .changed : decisions.after.isPermitted ? .widened : .narrowed
                #expect(direction == finding.key.direction, "\(seed): \(finding.example)")
                #expect(decisions.before.code == finding.decisions.before.code)
                told.examples += 1
            }
            // The turned requests of every token, decided one by one.
            var known: Set<String> = []
            for finding in diff.findings {
                for token in finding.tokens.ids {
                    known.insert(
                        "\(token) \(finding.key.direction) \(finding.key.action) \(finding.key.resource ?? "")")
                }
            }
            let directory = plain.before.directory
            for tenant in directory.tenants {
                for sample in DiffSamples(sides, tenant: tenant.id, most: 4_000).usual {
                    for token in directory.tokens where directory.tenants[token.tenant].id == tenant.id {
                        let own = directory.departments[directory.assignments[token.assignment].department].id
                        let department: ExactName? =
                            switch sample.place {
                            case .nowhere: nil
                            case .own: own
                            case .department(let id): id
                            }
                        let question = sample.question(department: department, token.id, Self.now)
                        guard let decisions = try? plain.ask(question), decisions.isTurned else { continue }
                        let direction = decisions.after.isPermitted ? "widened" : "narrowed"
                        told.turned += 1
                        #expect(
                            known.contains("\(token.id) \(direction) \(sample.action) \(sample.resource ?? "")"),
                            "\(seed): \(question)")
                    }
                }
            }
        }
        #expect(told.examples > 50 && told.turned > 500, "\(told)")
    }

    /// Another version of a store: a user and a user type changed, a token gone, another suspended, and a new one.
    private static func changed(_ directory: Directory) throws -> Directory {
        var organisation = Organisation(of: directory)
        for place in organisation.tenants.indices {
            if !organisation.tenants[place].users.isEmpty { organisation.tenants[place].users[0].isActive.toggle() }
            if let type = organisation.tenants[place].userTypes.indices.last {
                organisation.tenants[place].userTypes[type].permissions = ["*"]
            }
            guard organisation.tenants[place].tokens.count > 2 else { continue }
            var new = organisation.tenants[place].tokens.removeFirst()
            new.id = TokenID(high: 77, low: UInt64(place))
            organisation.tenants[place].tokens[0].suspended = organisation.tenants[place].tokens[0].created
            organisation.tenants[place].tokens.append(new)
        }
        return try Directory(organisation)
    }

    @Test(arguments: [false, true])
    func `recorded requests are decided for every token, and counted exactly`(changesStore: Bool) throws {
        var (widened, narrowed) = (0, 0)
        for seed in 20..<24 as Range<UInt64> {
            var (sides, plain) = try sides(seed)
            let directory = sides.before.directory
            if changesStore {
                let other = try Self.changed(directory)
                let policies = sides.before.authorizer.policies
                sides = PairedAuthorizers(before: sides.before, after: (try Authorizer(policies: policies), other))
                plain = PairedAuthorizers(before: plain.before, after: (plain.before.authorizer, other))
            }
            var recorded = RecordedRequests(of: [directory, sides.after.directory])
            for tenant in directory.tenants {
                guard let token = directory.tokens.first(where: { directory.tenants[$0.tenant].id == tenant.id }) else {
                    continue
                }
                let samples = DiffSamples(sides, tenant: tenant.id, most: 4_000).usual
                for (number, sample) in samples.enumerated() where sample.resource != nil && number % 4 == 0 {
                    var department: ExactName?
                    if case .department(let id) = sample.place { department = id }
                    let question = sample.question(department: department, token.id, Self.now)
                    let line = JSON.object([
                        .init(
                            "subject",
                            .object([.init("type", .string("token")), .init("id", .string(token.id.description))])),
                        .init("action", .object([.init("name", .string(sample.action))])),
                        .init(
                            "resource",
                            .object([
                                .init("type", .string(sample.resource!)), .init("id", .string("\(number)")),
                                .init("properties", question.resource!.properties),
                            ])),
                    ])
                    recorded.add(Array(line.compact.utf8), number: number + 1)
                }
            }
            #expect(recorded.omitted.isEmpty && recorded.different > 0)
            let diff = PolicyDiff(sides, times: [Self.now], recorded: recorded)
            var turned: [PolicyDiff.Direction: Set<String>] = [:]
            let after = plain.after.directory
            for tenant in directory.tenants {
                let tokens = [directory, after].flatMap { directory in
                    directory.tokens.filter { directory.tenants[$0.tenant].id == tenant.id }.map(\.id)
                }
                for token in Set(tokens) {
                    for sample in recorded.of(tenant.id) {
                        var department: ExactName?
                        if case .department(let id) = sample.place { department = id }
                        let question = sample.question(department: department, token, Self.now)
                        guard let decisions = try? plain.ask(question), decisions.isTurned else { continue }
                        turned[decisions.after.isPermitted ? .widened : .narrowed, default: []].insert(
                            "\(token) \(sample.action) \(sample.resource ?? "") \(department ?? "")")
                    }
                }
            }
            #expect(
                diff.widened == turned[.widened]?.count ?? 0 && diff.narrowed == turned[.narrowed]?.count ?? 0,
                "\(seed)")
            for direction in [PolicyDiff.Direction.widened, .narrowed] {
                let tokens = Set((turned[direction] ?? []).map { $0.prefix { $0 != " " } })
                #expect(diff.holders.map { $0.tokens[direction] ?? 0 }.reduce(0, +) == tokens.count)
                let requests = diff.holders.map { $0.requests[direction] ?? 0 }.reduce(0, +)
                #expect(requests == turned[direction]?.count ?? 0)
            }
            (widened, narrowed) = (widened + diff.widened, narrowed + diff.narrowed)
        }
        #expect(widened + narrowed > 30 && (!changesStore || widened > 0), "\(widened) \(narrowed)")
    }

    @Test func `ids and times that policies read, and requests that no side takes, are told`() throws {
        func store(_ body: String) throws -> GeneratedStore { try GeneratedStore(seed: 3, crowd: 1, policy: body) }
        let plain = try store("permit()")
        func diff(_ body: String, _ recorded: RecordedRequests? = nil) throws -> PolicyDiff {
            PolicyDiff(
                PairedAuthorizers(
                    before: (plain.authorizer, plain.directory), after: (try store(body).authorizer, plain.directory)),
                times: [Self.now], recorded: recorded, most: 300)
        }
        let ids = "if r.resource:has('id') and r.resource.id == 'x9' then deny('no') else permit() end"
        #expect(try diff(ids).isEmpty && diff(ids).unstated == [.resourceID])
        #expect(try diff("if r.time.hour == 3 then deny('no') else permit() end").unstated == [.time])
        #expect(try diff("permit()").unstated.isEmpty)
        let token = try #require(plain.directory.tokens.first)
        var recorded = RecordedRequests(of: [plain.directory])
        func add(_ action: ExactName, _ id: String) {
            let subject = "{\"type\":\"token\",\"id\":\"\(token.id)\"}"
            recorded.add(
                Array(
                    "{\"subject\":\(subject),\"action\":{\"name\":\"\(action)\"},\"resource\":{\"type\":\"order\",\"id\":\"\(id)\"}}"
                        .utf8), number: 1)
        }
        let action = try #require(
            plain.authorizer.policies.schema.actionNames.first { name in
                plain.authorizer.policies.schema.resources(of: name).contains { $0.name == "order" }
            })
        for number in 0..<12 { add(action, "x\(number)") }
        #expect(recorded.different == 1)
        let found = try diff(ids, recorded)
        #expect(found.unstated.isEmpty && (found.narrowed > 0 || found.incomparable > 0 || found.refused > 0))
        add("no.such", "x1")
        #expect(try diff("permit()", recorded).refused > 0)
    }

    @Test func `recorded lines that give no request are told by reason`() throws {
        let (sides, _) = try sides(20)
        let token = try #require(sides.before.directory.tokens.first)
        var recorded = RecordedRequests(of: [sides.before.directory])
        func line(_ subject: String) -> String {
            "{\"subject\":\(subject),\"action\":{\"name\":\"a\"},\"resource\":{\"type\":\"order\",\"id\":\"1\"}}"
        }
        let lines = [
            "", "no JSON", "{}", line("{\"type\":\"user\",\"id\":\"anna\"}"),
            line("{\"type\":\"token\",\"id\":\"\(TokenID(high: 9_999, low: 1))\"}"),
            line("{\"type\":\"token\",\"id\":\"\(token.id)\"}"), line("{\"type\":\"token\",\"id\":\"\(token.id)\"}"),
        ]
        for (number, line) in lines.enumerated() { recorded.add(Array(line.utf8), number: number + 1) }
        #expect(recorded.lines == 6 && recorded.different == 1)
        #expect(recorded.omitted.byReason.map(\.reason) == [.unreadable, .invalid, .other, .unknownToken])
        #expect(recorded.omitted.byReason.allSatisfy { $0.account.count == 1 })
    }

    /// A difference that shows only where a request states a property, at a boundary that one of the two compares with.
    @Test(arguments: [
        (
            "r.resource:has('amount') and r.resource.amount > 500",
            "r.resource:has('amount') and r.resource.amount > 501"
        ),
        ("r.resource:has('note') and r.resource.note == 'urgent'", "false"),
        (
            "false",
            "r.resource:has('place') and r.resource.place:has('at') and r.resource.place.at:has('gate') and r.resource.place.at.gate == 7"
        ),
        (
            "r.context:has('device') and r.context.device:has('trusted') and r.context.device.trusted",
            "r.context:has('device')"
        ),
        ("r.resource.type == 'order' and r.resource.tags:contains('hot')", "false"),
        (
            "r.resource.type == 'order' and r.resource.labels:has('env') and r.resource.labels:get('env') == 'prod'",
            "false"
        ),
        ("r.action:has('rows') and r.action.rows > 9", "r.action:has('rows') and r.action.rows > 8"),
    ])
    func `a difference behind a property is found`(before: String, after: String) throws {
        let one = try GeneratedStore(seed: 3, crowd: 1, policy: "if \(before) then deny('x') else permit() end")
        let other = try GeneratedStore(seed: 3, crowd: 1, policy: "if \(after) then deny('x') else permit() end")
        let diff = Self.diff(one.authorizer, other.authorizer, one.directory)
        #expect(diff.widened + diff.narrowed > 0, "\(diff.asked)")
        #expect(diff.findings.allSatisfy { $0.policies == ["a"] })
    }

    @Test func `actions that only one schema has, and other obligations, are differences`() throws {
        func authorizer(_ schema: String, _ body: String) throws -> Authorizer {
            let policy = "return { on = 'access', grants = { '*' }, decide = function(r) \(body) end }"
            let files = [("schema.lua", schema), ("a.lua", policy)]
            return try Authorizer(
                policies: try Fixtures.load(
                    PolicySource(
                        path: "p", files: files.map { PolicyFile(name: ExactName($0.0), bytes: Array($0.1.utf8)) })))
        }
        let directory = try GeneratedStore(seed: 3, crowd: 1, policy: "permit()").directory
        let plain = "return { actions = { read = 'read' }, resources = { order = {} } }"
        let more = "return { actions = { read = 'read', write = 'write' }, resources = { order = {} } }"
        let before = try authorizer(plain, "permit()")
        let wider = Self.diff(before, try authorizer(more, "permit()"), directory)
        #expect(wider.widened > 0 && wider.narrowed == 0 && wider.findings.allSatisfy { $0.key.action == "write" })
        let obliging = try authorizer(plain, "permit() oblige('log')")
        let changed = Self.diff(before, obliging, directory)
        #expect(changed.changed > 0 && changed.widened + changed.narrowed == 0)
        let typed = "return { actions = { read = 'read' }, resources = { order = { amount = 'number' } } }"
        let other = "return { actions = { read = 'read' }, resources = { order = { amount = 'string' } } }"
        let odd = Self.diff(try authorizer(typed, "permit()"), try authorizer(other, "permit()"), directory)
        #expect(odd.incomparable > 0 && !odd.isEmpty)
        // Only a request that states the new value is refused by one side.
        func staged(_ names: String) -> String {
            "return { actions = { read = 'read' }, resources = { order = { stage = optional(one_of { \(names) }) } } }"
        }
        let body =
            "if r.resource.type == 'order' and r.resource:has('stage') and r.resource.stage ~= 'dev' then permit() end"
        let narrow = try authorizer(staged("'dev'"), body)
        let wide = try authorizer(staged("'dev', 'prod'"), body)
        for diff in [Self.diff(narrow, wide, directory), Self.diff(wide, narrow, directory)] {
            #expect(diff.incomparable > 0 && !diff.isEmpty && diff.findings.isEmpty)
        }
    }
}
