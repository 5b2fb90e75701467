import Model
import TestSupport
import Testing

@testable import Decisions
@testable import Engine
@testable import Policies

/// The remembered leaves of a policy group, while settings, snapshots and trees change under it.
@Suite struct LeafMemoTests {
    private static let policies = [
        "permissions": Fixture.policy("if request.token:can(request.action) then permit() end"),
        "departments": Fixture.policy(
            """
            if not request.resource:has("department") then return end
            local department = request.resource.department
            if not department:is_within(request.token.department) and not config.shared:contains(department) then
              deny("outside", { code = "outside" })
            end
            if request.resource:has("amount") and request.resource.amount > config.most then
              deny("above", { code = "above" })
            end
            """, before: "local config = settings { shared = list \"department\", most = 10 }"),
        "ceilings": Fixture.policy(
            """
            if request:has("beyond_ceiling") then
              deny("beyond", { code = request.beyond_ceiling == "departments" and "elsewhere" or "beyond" })
            elseif request.token.kind == "mobile" and request.action_kind == "write" then
              deny("mobile", { code = "mobile" })
            end
            """),
    ]

    private static let limited = TokenID(high: 1, low: 2)
    private static let mobile = TokenID(high: 1, low: 3)

    /// The records of the tokens beside the one of the fixture.
    private static func tokens(_ ceiling: Ceiling) -> [TokenRecord] {
        [
            TokenRecord(
                id: limited, kind: .api, name: "limited", assignment: "a1", created: Instant("2026-01-01T00:00:00Z")!,
                expires: Instant("2027-01-01T00:00:00Z")!, ceiling: ceiling),
            TokenRecord(
                id: mobile, kind: .mobile, name: "phone", assignment: "a1", created: Instant("2026-05-30T00:00:00Z")!,
                expires: Instant("2026-06-29T00:00:00Z")!),
        ]
    }

    private static func ceiling(_ permissions: [ExactName]?, _ departments: [ExactName]?) -> Ceiling {
        var ceiling = Ceiling()
        (ceiling.permissions, ceiling.departments) = (permissions, departments)
        return ceiling
    }

    private static func settings(_ shared: String, _ most: Int) -> String {
        #"{ "departments": { "all": { "shared": ["\#(shared)"], "most": \#(most) } } }"#
    }

    private static func set(_ settings: String) throws -> PolicySet {
        try Fixtures.load(Fixture.source(policies, settings: settings))
    }

    private static func question(_ random: inout Numbers) -> AuthorizationRequest {
        var properties: [JSON.Member] = []
        if let department = ["sales", "north", "finance", nil].randomElement(using: &random)! {
            properties.append(.init("department", .string(ExactName(department))))
        }
        if Bool.random(using: &random) {
            properties.append(.init("amount", .integer(Int64.random(in: 0...30, using: &random))))
        }
        let action: ExactName = Bool.random(using: &random) ? "orders.read" : "orders.approve"
        var question = Fixture.question(properties, action: action)
        let token = [Fixture.token, limited, mobile].randomElement(using: &random)!
        question.subject = .token(token.description)
        return question
    }

    /// An authorizer that remembers leaves from the second request on.
    private static func authorizer(_ set: PolicySet) throws -> Authorizer {
        try Authorizer(policies: set, treeOptions: TreeOptions(memoUse: .always))
    }

    /// The differences from the decisions of an authorizer that is made anew for each.
    private static func differences(_ fault: PlantedFault? = nil) throws -> (
        texts: [String], codes: Set<String>, remembered: Int
    ) {
        var random = Numbers(seed: 1)
        let first = try Self.set(Self.settings("finance", 10))
        let second = try first.setting("most", of: "departments", to: .integer(25), tenant: nil)
            .setting("shared", of: "departments", to: .array([.string("north")]), tenant: nil)
        let narrow = tokens(ceiling(["orders.read"], ["north"]))
        let one = try Fixture.directory { $0.tokens += narrow }
        let wider = tokens(ceiling(nil, ["sales"]))[0]
        let amended = one.amended([(tenant: "t", record: wider)])
        let directories = [
            one,
            // The same with another ceiling.
            try #require(amended),
            try Fixture.directory {
                $0.userTypes[0].permissions = ["orders.approve"]
                $0.departments[1].parent = "finance"
                $0.tokens += narrow
            },
        ]
        let authorizer = try Self.authorizer(first)
        authorizer.evaluator.facts.value.plantedFault = fault
        var (texts, codes, remembered): ([String], Set<String>, Int) = ([], [], 0)
        for round in 0..<1_800 {
            let (set, directory) = (round / 150 % 2 == 0 ? first : second, directories[round / 50 % 3])
            if round % 150 == 0 { authorizer.use(set) }
            let question = Self.question(&random)
            let own = try authorizer.decide(question, on: directory, detail: .trace)
            let reference = try Authorizer(policies: set, treeOptions: .reference)
                .decide(question, on: directory, detail: .trace)
            if let difference = own.difference(from: reference) { texts.append("round \(round): \(difference.text)") }
            codes.insert(own.policyCode?.text ?? own.code)
            if authorizer.evaluator.isRemembered { remembered += 1 }
        }
        return (texts, codes, remembered)
    }

    @Test func `other settings and other snapshots are decided by, at once`() throws {
        let (texts, codes, remembered) = try Self.differences()
        #expect(texts == [])
        #expect(
            codes == ["above", "beyond", "elsewhere", "mobile", "not_permitted", "outside", "permitted"])
        #expect(remembered > 600)
    }

    @Test func `leaves that are remembered for other requests, too, are found`() throws {
        #expect(try !Self.differences(.memo).texts.isEmpty)
    }

    @Test func `requests are answered from it, and none once a tree is distrusted`() throws {
        var random = Numbers(seed: 2)
        let (set, directory) = (
            try Self.set(Self.settings("finance", 10)),
            try Fixture.directory { $0.tokens += Self.tokens(Self.ceiling(["orders.read"], nil)) }
        )
        let authorizer = try Self.authorizer(set)
        var answered = 0
        for _ in 0..<400 {
            _ = try authorizer.decide(Self.question(&random), on: directory)
            if authorizer.evaluator.isRemembered { answered += 1 }
        }
        #expect(answered > 250)
        authorizer.distrust(["permissions"])
        let runs = authorizer.runCount
        for _ in 0..<50 {
            let decision = try authorizer.decide(Self.question(&random), on: directory)
            #expect(!authorizer.evaluator.isRemembered && decision.failures.isEmpty)
        }
        #expect(authorizer.runCount >= runs + 50)
    }

    @Test func `shared trees are left at once when their policies are distrusted`() throws {
        var random = Numbers(seed: 4)
        // Two that read the same are joined in one tree.
        let permit = Fixture.policy("if request.token:can(request.action) then permit() end")
        let set = try Fixtures.load(Fixture.source(["a": permit, "b": permit]))
        let directory = try Fixture.directory()
        let (authorizer, reference) = (
            try Authorizer(policies: set), try Authorizer(policies: set, treeOptions: .reference)
        )
        for _ in 0..<2_000 { _ = try authorizer.decide(Self.question(&random), on: directory) }
        // No policy decides this one.
        let list = AuthorizationRequest(
            kind: .list, action: "token.list", subject: .actor, tenant: "t", token: Fixture.token.description,
            now: Instant("2026-06-01T12:00:00Z")!)
        #expect(try authorizer.decide(list, on: directory).code == "not_permitted")
        authorizer.distrust(Set(set.policies.map(\.id)))
        for _ in 0..<20 {
            let question = Self.question(&random)
            let own = try authorizer.decide(question, on: directory, detail: .trace)
            #expect(try own.difference(from: reference.decide(question, on: directory, detail: .trace)) == nil)
        }
    }

    @Test func `it is given up where requests hardly repeat`() throws {
        // More combinations than the memo has entries, and fewer than a tree has leaves.
        let names = (0..<11).map { "f\($0)" }
        let schema = """
            return { actions = { read = "read" }, resources = { thing = {} },
                     context = { \(names.map { "\($0) = \"boolean\"" }.joined(separator: ", ")) } }
            """
        let body = names.map { "if request.context.\($0) then n = n + 1 end" }.joined(separator: "\n")
        let set = try Fixtures.load(
            PolicySource(
                path: "p",
                files: [
                    PolicyFile(name: "schema.lua", bytes: Array(schema.utf8)),
                    PolicyFile(
                        name: "a.lua",
                        bytes: Array(
                            Fixture.policy("local n = 0\n\(body)\nif n == 5 then permit() end").utf8)),
                ]))
        let directory = try Fixture.directory()
        let authorizer = try Authorizer(policies: set)
        var random = Numbers(seed: 3)
        var (early, late) = (0, 0)
        for round in 0..<9_000 {
            let context = names.map { JSON.Member(ExactName($0), .boolean(Bool.random(using: &random))) }
            let count = context.count { $0.value == .boolean(true) }
            let question = AuthorizationRequest(
                action: "read", subject: .token(Fixture.token.description), resource: .init(type: "thing", id: "1"),
                context: .object(context), now: Instant("2026-06-01T12:00:00Z")!)
            #expect(try authorizer.decide(question, on: directory).isPermitted == (count == 5))
            guard authorizer.evaluator.isRemembered else { continue }
            if round < 4_000 { early += 1 } else if round >= 8_000 { late += 1 }
        }
        #expect(authorizer.learned.uncacheable == [])
        #expect(early > 100 && late == 0, "\(early), \(late)")
    }
}
