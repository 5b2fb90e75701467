import Model
import TestSupport
import Testing

@testable import Decisions
@testable import Engine
@testable import Policies

/// Bounds of a decision forest: requests make nothing grow, and a policy slows down only itself.
@Suite struct DecisionForestBoundsTests {
    private static let now = Instant("2026-06-01T12:00:00Z")!

    private static func directory(tokens: Int = 1) throws -> Directory {
        try Fixture.directory { tenant in
            for number in 1..<max(2, tokens) {
                tenant.tokens.append(
                    TokenRecord(
                        id: TokenID(high: 2, low: UInt64(number)), kind: .api, name: "token \(number)",
                        assignment: "a1",
                        created: Instant("2026-01-01T00:00:00Z")!, expires: Instant("2027-01-01T00:00:00Z")!))
            }
        }
    }

    private static func authorizer(
        _ policies: [String: String], tokens: Int = 1, budget: Budget = Budget(),
        treeOptions: TreeOptions = TreeOptions()
    ) throws -> Decider {
        var files = policies.map { PolicyFile(name: "\($0.key).lua", bytes: Array($0.value.utf8)) }
        files.append(PolicyFile(name: "schema.lua", bytes: Array(PolicyGenerator.schema.utf8)))
        let result = PolicySet.load(PolicySource(path: "p", files: files))
        return try Decider(
            policies: try #require(result.set, "\(result.diagnostics)"), directory: directory(tokens: tokens),
            budget: budget,
            treeOptions: treeOptions)
    }

    private static func question(
        token: TokenID = Fixture.token, id: ExactName = "1", action: ExactName = "orders.read",
        context: [JSON.Member] = [],
        _ properties: JSON.Member...
    ) -> AuthorizationRequest {
        AuthorizationRequest(
            action: action, subject: .token(token.description),
            resource: .init(type: "order", id: id, properties: .object(properties)), context: .object(context), now: now
        )
    }

    @Test func `invented names, ids and contents make nothing grow`() throws {
        let authorizer = try Self.authorizer([
            "a": Fixture.policy(
                "if request.context:has('channel') and ('x' .. request.context.channel) == 'xweb' then permit() end"),
            "b": Fixture.policy("if string.match(request.resource.id, '^1') then permit() end"),
            "c": Fixture.policy(
                "if request.resource:has('amount') and request.resource.amount + 1 > 7 then permit() end"),
        ])
        func ask(_ number: Int) throws {
            _ = try authorizer.decide(
                Self.question(
                    id: "\(number)", context: [.init("channel", .string("c\(number)"))],
                    .init("amount", .integer(Int64(number) * 1_000)), .init("note", .string("n\(number)"))))
            _ = try authorizer.decide(Self.question(id: "x", action: "invented.\(number)"))
        }
        for number in 0..<1_000 { try ask(number) }
        let (open, bytes) = authorizer.authorizer.evaluator.forestSize
        for number in 1_000..<3_000 { try ask(number) }
        // What finds too little may be given up.
        #expect(authorizer.authorizer.evaluator.forestSize.bytes <= bytes)
        #expect(open == [] && authorizer.authorizer.evaluator.forestSize.uncacheable == [])
    }

    @Test func `a policy that reads values that never repeat is run without a tree`() throws {
        let authorizer = try Self.authorizer(
            [
                "closed": Fixture.policy("if request.token:can(request.action) then permit() end"),
                "open": Fixture.policy("if ('x' .. request.token.name) == 'xone' then deny('one') end"),
                "other": Fixture.policy("if request.token.department.name == 'Sales' then permit() end"),
            ], tokens: 600)
        for number in 1..<600 { _ = try authorizer.decide(Self.question(token: TokenID(high: 2, low: UInt64(number)))) }
        #expect(authorizer.authorizer.evaluator.forestSize.uncacheable == [1])
        let before = authorizer.runCount
        for number in 1..<200 {
            #expect(try authorizer.decide(Self.question(token: TokenID(high: 2, low: UInt64(number)))).isPermitted)
        }
        #expect(authorizer.runCount - before == 199)
        #expect(try !authorizer.decide(Self.question()).isPermitted)
    }

    @Test func `trees stay within their memory, and policies that do not fit decide the same`() throws {
        var policies: [String: String] = [:]
        for number in 0..<6 {
            let bits = (0..<11).map { "if (r.resource.amount // \(1 << $0) + \(number)) % 2 == 0 then n = n + 1 end" }
            let compared = (0..<40).map { "if r.resource.amount > \($0 * 25 + number) then n = n + 1 end" }
            policies["p\(number)"] = Fixture.policy(
                "local r, n = request, 0\n" + (number < 3 ? bits : compared).joined(separator: "\n")
                    + "\nif n % 2 == 0 then permit() else advise('n' .. n) end")
        }
        policies["names"] = Fixture.policy("advise(request.token.name .. request.token.id)")
        let limit = 60_000
        var tree = try Self.authorizer(policies, tokens: 300, treeOptions: TreeOptions(bytes: limit))
        var lua = try Self.authorizer(policies, tokens: 300, treeOptions: .none)
        (tree.detail, lua.detail) = (.trace, .trace)
        var random = Numbers(seed: 3)
        for _ in 0..<600 {
            let question = Self.question(
                token: TokenID(high: 2, low: UInt64(1 + random.below(299))),
                .init("amount", .integer(Int64(random.below(1_000)))))
            let (one, other) = (try tree.decide(question), try lua.decide(question))
            #expect(one.code == other.code && one.advice == other.advice && one.traces == other.traces)
            #expect(tree.authorizer.evaluator.forestSize.bytes < limit * 3 / 2)
        }
    }

    @Test func `comparisons stay cacheable, whatever is compared`() throws {
        let authorizer = try Self.authorizer([
            "own": Fixture.policy(
                "if request.resource:has('owner') and request.resource.owner == request.token.user then permit() end"),
            "limit": Fixture.policy(
                "if request.resource:has('amount') and request.resource.amount > config.most then deny('much') end",
                before: "local config = settings { most = 5000 }"),
            "note": Fixture.policy(
                "if request.resource:has('note') and request.resource.note == request.token.user.id then permit() end"),
            "office": Fixture.policy(
                "if not request.context.ip:is_within('10.0.0.0/8') then deny('outside') end"),
            "eyes": Fixture.policy(
                "if request.token.department.id == 'none' and request.resource.owner == request.token.user then deny('own') end"
            ),
            "types": Fixture.policy(
                """
                local most = { clerk = 100000000 }
                if request.resource.amount > (most[request.token.user_type.id] or 9000) then deny('too much') end
                """),
        ])
        var random = Numbers(seed: 1)
        func ask() throws {
            let amount = Int64(random.below(10_000_000)) - 100_000
            let address = (10 + UInt32(random.below(2))) << 24 | UInt32(random.below(1 << 24))
            let question = Self.question(
                context: [.init("ip", .string(IPAddress(version4: address).description))],
                .init("owner", .string("anna")), .init("amount", .integer(amount)),
                .init("note", .string("\(random.next())")))
            let decision = try authorizer.decide(question)
            #expect(decision.isPermitted == (amount <= 5_000 && address >> 24 == 10))
        }
        for _ in 0..<200 { try ask() }
        let before = authorizer.runCount
        for _ in 0..<5_000 { try ask() }
        #expect(authorizer.runCount == before)
    }

    @Test func `policies with facts of their own do not multiply`() throws {
        var policies: [String: String] = [:]
        for number in 0..<64 {
            policies["p\(number)"] = Fixture.policy(
                """
                if request.action == "orders.read" and request.resource:has("amount") then
                  if request.resource.amount > \(number * 150) then permit() end
                  if request.resource:has("note") and request.resource.note == "n\(number)" then deny("n") end
                end
                """)
        }
        let authorizer = try Self.authorizer(policies)
        var random = Numbers(seed: 2)
        func ask() throws {
            _ = try authorizer.decide(
                Self.question(
                    action: random.pick(["orders.read", "orders.approve"]),
                    .init("amount", .integer(Int64(random.below(10_000)))),
                    .init("note", .string("n\(random.below(80))"))))
        }
        for _ in 0..<3_000 { try ask() }
        let before = authorizer.runCount
        for _ in 0..<1_000 { try ask() }
        #expect(authorizer.runCount - before < 20)
        #expect(authorizer.authorizer.evaluator.forestSize.bytes < 4 << 20)
        #expect(authorizer.authorizer.evaluator.forestSize.uncacheable == [])
    }

    @Test func `a policy that its facts do not determine is detected, and run from then on`() throws {
        let policies = [
            "steady": Fixture.policy("if request.token:can(request.action) then permit() end"),
            "whim": Fixture.policy("if request.context:has('mfa') then deny('whim') end"),
        ]
        let authorizer = try Self.authorizer(policies)
        let oracle = try Self.authorizer(policies, treeOptions: .reference)
        for _ in 0..<50 {
            let decision = try authorizer.decide(Self.question())
            let reference = try oracle.decide(Self.question(), on: authorizer.directory)
            #expect(decision.isPermitted && decision.difference(from: reference) == nil)
        }
        // From now on the tree has another answer than the policy gives.
        authorizer.authorizer.evaluator.host.noise = { if case .boolean = $0 { .boolean(true) } else { $0 } }
        let told = try authorizer.decide(Self.question(.init("amount", .integer(1))))
        authorizer.authorizer.evaluator.distrust(1)
        let run = try authorizer.decide(Self.question())
        let reference = try oracle.decide(Self.question(), on: authorizer.directory)
        #expect(run.code == "denied" && told.isPermitted)
        #expect(run.difference(from: reference)?.policies == ["whim"])
        #expect(authorizer.authorizer.evaluator.forestSize.uncacheable == [1])
        let before = authorizer.runCount
        #expect(try authorizer.decide(Self.question()).code == "denied")
        #expect(authorizer.runCount - before >= 1)
    }

    @Test func `a failure of a policy is cached, a failure of the machine is not`() throws {
        let failing = try Self.authorizer([
            "a": Fixture.policy("error('no')"), "b": Fixture.policy("while true do end"),
        ])
        for _ in 0..<5 { #expect(try failing.decide(Self.question()).failures.map(\.kind) == [.failed, .fuel]) }
        #expect(failing.runCount == 2)
        let hungry = try Self.authorizer(
            ["a": Fixture.policy("local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1e5) .. i end")],
            budget: Budget(memory: 1 << 20))
        for _ in 0..<3 { #expect(try hungry.decide(Self.question()).failures.map(\.kind) == [.memory]) }
        #expect(hungry.runCount == 3)
    }
}
