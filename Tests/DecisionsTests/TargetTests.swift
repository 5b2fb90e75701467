import Model
import TestSupport
import Testing
import Tokens

@testable import Decisions
@testable import Engine
@testable import Policies

/// Policies that targets rule out, held to an authorizer that runs every policy for every request.
@Suite struct TargetTests {
    private static let schema = """
        return {
          actions = { read = "read", write = "write", approve = "admin" },
          resources = {
            document = { department = "string", level = "number" },
            bill = { department = optional "string", level = optional "number", place = optional "department" },
          },
          context = { region = optional "string", strict = optional "boolean" },
          subjects = { staff = { role = "string", clearance = "number", groups = list "string" } },
        }
        """

    private static let values = [
        "request.action": ["read", "write", "approve"], "request.resource.type": ["document", "bill"],
        "request.resource.department": ["d1", "d2", "d3", "d\u{e9}"], "request.context.region": ["eu", "us", ""],
        "request.subject.role": ["nurse", "clerk", "boss"], "request.action_kind": ["read", "write"],
        "request.token.department.id": ["sales", "north"], "request.token.user_type.id": ["clerk", "guest"],
        "request.token.kind": ["api", "mobile"], "request.token.user.name": ["anna", "bert"],
    ]
    private static let ofAll = [
        "request.action", "request.resource.type", "request.resource.department", "request.context.region",
        "request.action_kind",
    ]
    private static let ofStaff = ofAll + ["request.subject.role", "request.subject.role"]
    private static let ofTokens =
        ofAll + [
            "request.token.department.id", "request.token.user_type.id", "request.token.kind",
            "request.token.user.name",
        ]

    // MARK: Policies

    private static func condition(_ random: inout Numbers, _ paths: [String], depth: Int = 0) -> String {
        switch random.below(depth < 2 ? 10 : 5) {
        case 0..<4:
            let path = random.pick(paths)
            let isTurned = random.chance(15)
            let text = "\"\(random.pick(values[path]!))\""
            let sign = random.chance(75) ? "==" : "~="
            return isTurned ? "\(text) \(sign) \(path)" : "\(path) \(sign) \(text)"
        case 4:
            return random.pick([
                "request.resource.level > 3", "request.context.strict", "request.context:has(\"region\")",
                "request.resource:has(\"department\")", "request.resource.level ~= 2",
                paths == ofStaff
                    ? "request.subject.groups:contains(\"d1\")" : "request.token:can(request.action)",
                paths == ofStaff
                    ? "request.subject.clearance < request.resource.level" : "request.token:has(\"ceiling\")",
            ])
        case 5..<8:
            return "\(condition(&random, paths, depth: depth + 1)) and \(condition(&random, paths, depth: depth + 1))"
        case 8:
            return "(\(condition(&random, paths, depth: depth + 1)) or \(condition(&random, paths, depth: depth + 1)))"
        default: return "not (\(condition(&random, paths, depth: depth + 1)))"
        }
    }

    private static func policy(_ random: inout Numbers) -> String {
        let isOfStaff = random.chance(50)
        let paths = isOfStaff ? ofStaff : ofTokens
        let effect = random.pick([
            "permit(\"yes\")", "permit(\"yes\")", "deny(\"no\")", "advise(\"so\")", "oblige(\"log\")",
        ])
        let condition = condition(&random, paths)
        let body =
            switch random.below(4) {
            case 0: "if \(condition) then \(effect) end"
            case 1: "if not (\(condition)) then return end \(effect)"
            case 2:
                "local holds = \(condition) if holds then \(effect) elseif \(self.condition(&random, paths)) then \(effect) end"
            default:
                "if \(condition) then if \(self.condition(&random, paths)) then \(effect) end return end"
            }
        let observing = random.chance(10) ? ", mode = \"observe\"" : ""
        return """
            local policy = { on = "access", subject = "\(isOfStaff ? "staff" : "token")", grants = { "*" }\(observing) }
            function policy.decide(request)
              \(body)
            end
            return policy
            """
    }

    private static func set(_ policies: [String]) throws -> PolicySet {
        var files = [PolicyFile(name: "schema.lua", bytes: Array(schema.utf8))]
        for (number, policy) in policies.enumerated() {
            files.append(PolicyFile(name: ExactName("p\(number).lua"), bytes: Array(policy.utf8)))
        }
        return try Fixtures.load(PolicySource(path: "p", files: files))
    }

    // MARK: Requests

    private static let tokens = (0..<6).map { TokenID(high: 7, low: UInt64($0)) }

    /// - Parameter isTurned: true for one in which users have other departments and user types.
    private static func directory(isTurned: Bool) throws -> Directory {
        try Fixture.directory { tenant in
            tenant.userTypes.append(UserTypeRecord(id: "guest", name: "Guest", permissions: ["read"]))
            tenant.userTypes[0].permissions = ["read", "write"]
            tenant.users.append(
                UserRecord(
                    id: "bert", name: "bert", fullName: "Bert", email: "b@t.example",
                    assignments: [
                        AssignmentRecord(
                            id: "a2", department: isTurned ? "sales" : "north", userType: isTurned ? "clerk" : "guest")
                    ]))
            var ceiling = Ceiling()
            ceiling.permissions = ["read"]
            for (number, id) in tokens.enumerated() {
                tenant.tokens.append(
                    TokenRecord(
                        id: id, kind: number % 3 == 0 ? .mobile : .api, name: number % 3 == 0 ? "" : "token \(number)",
                        assignment: number < 3 ? "a1" : "a2", created: Instant("2026-05-20T00:00:00Z")!,
                        expires: Instant("2026-06-10T00:00:00Z")!, ceiling: number % 2 == 0 ? nil : ceiling))
            }
        }
    }

    private static func question(_ random: inout Numbers) -> AuthorizationRequest {
        func member(_ name: ExactName, _ path: String, _ random: inout Numbers) -> JSON.Member? {
            let texts = values[path]! + ["other", "d10"]
            return random.chance(80) ? .init(name, .string(ExactName(random.pick(texts)))) : nil
        }
        let isDocument = random.chance(60)
        var properties = [member("department", "request.resource.department", &random)].compactMap(\.self)
        if isDocument, properties.isEmpty { properties = [.init("department", .string("d1"))] }
        if isDocument || random.chance(50) { properties.append(.init("level", .integer(Int64(random.below(6))))) }
        var context = [member("region", "request.context.region", &random)].compactMap(\.self)
        if random.chance(60) { context.append(.init("strict", .boolean(random.chance(50)))) }
        var subject = AuthorizationRequest.Subject.token(random.pick(tokens).description)
        if random.chance(50) {
            let role = random.pick(values["request.subject.role"]! + ["other"])
            subject = .external(
                type: "staff", id: "s1",
                properties: .object([
                    .init("role", .string(ExactName(role))), .init("clearance", .integer(Int64(random.below(6)))),
                    .init("groups", .array(random.chance(50) ? [.string("d1"), .string("d2")] : [])),
                ]))
        }
        let resource = AuthorizationRequest.Resource(
            type: isDocument ? "document" : "bill", id: "1", properties: .object(properties))
        return AuthorizationRequest(
            action: ExactName(random.pick(values["request.action"]!)), subject: subject,
            resource: random.chance(95) ? resource : nil, context: .object(context), tenant: "t",
            now: Instant("2026-06-01T12:00:00Z")!)
    }

    // MARK: Tests

    /// The differences of an authorizer whose targets rule policies out from one that runs all of them.
    private static func differences(
        seeds: Range<UInt64>, requests: Int, _ fault: PlantedFault? = nil
    ) throws -> (texts: [String], codes: Set<String>, share: Double) {
        let directories = [try directory(isTurned: false), try directory(isTurned: true)]
        var (texts, codes, asked, applied): ([String], Set<String>, Int, Int) = ([], [], 0, 0)
        for seed in seeds {
            var random = Numbers(seed: seed + 1)
            let set = try set((0..<12).map { _ in policy(&random) })
            let own = try Authorizer(
                policies: set,
                treeOptions: TreeOptions(memoUse: seed % 2 == 0 ? .never : .always, targetUse: .always))
            own.evaluator.facts.value.plantedFault = fault
            let reference = try Authorizer(policies: set, treeOptions: .reference)
            for round in 0..<requests {
                let (question, directory) = (question(&random), directories[round / 100 % 2])
                let detail = round % 10 == 0 ? Authorizer.Detail.trace : .statements
                let decision = try own.decide(question, on: directory, detail: detail)
                if round % 10 != 0, !decision.isDenialOfCore { asked += own.evaluator.askedPolicies.count }
                let other = try reference.decide(question, on: directory, detail: .trace)
                if round % 10 != 0 { applied += other.traces.count }
                if let difference = decision.difference(from: other) {
                    texts.append("seed \(seed), round \(round): \(question)\n\(difference.text)")
                }
                if detail == .trace {
                    #expect(decision.traces.map(\.policy) == other.traces.map(\.policy))
                }
                let summary = try own.decisionSummary(question, on: directory)
                if summary != DecisionSummary(other) { texts.append("seed \(seed), round \(round): \(summary)") }
                codes.insert(other.code)
            }
        }
        return (texts, codes, Double(asked) / Double(max(1, applied)))
    }

    @Test func `policies that are ruled out would have said nothing`() throws {
        let (texts, codes, share) = try Self.differences(seeds: 0..<40, requests: 200)
        #expect(texts.isEmpty, "\(texts.first ?? "")")
        #expect(codes.isSuperset(of: ["denied", "permitted", "not_permitted", "policy_failed"]))
        // Of the policies that apply, these are asked.
        #expect(share < 0.7)
    }

    @Test func `a policy that is ruled out by an absent value is found`() throws {
        #expect(try !Self.differences(seeds: 0..<10, requests: 200, .target).texts.isEmpty)
    }

    /// A policy for each region and role, in a set as large as such sets are.
    private static func many(_ regions: Int) -> [String] {
        (0..<regions).flatMap { region in
            ["nurse", "clerk"].map { role in
                """
                return { on = "access", subject = "staff", grants = { "*" }, decide = function(request)
                  if request.subject.role == "\(role)" and request.context.region == "r\(region)"
                    and request.resource.level <= request.subject.clearance then permit("yes") end
                end }
                """
            }
        }
    }

    private static func question(role: String, region: String, level: Int64 = 1) -> AuthorizationRequest {
        AuthorizationRequest(
            action: "read",
            subject: .external(
                type: "staff", id: "s1",
                properties: .object([
                    .init("role", .string(ExactName(role))), .init("clearance", .integer(2)),
                    .init("groups", .array([])),
                ])),
            resource: .init(
                type: "document", id: "1",
                properties: .object([.init("department", .string("d1")), .init("level", .integer(level))])),
            context: .object([.init("region", .string(ExactName(region)))]), tenant: "t",
            now: Instant("2026-06-01T12:00:00Z")!)
    }

    @Test func `of many policies, only those of a request are loaded and run`() throws {
        let (set, directory) = (try Self.set(Self.many(60)), try Fixture.directory())
        let authorizer = try Authorizer(policies: set)
        for region in 0..<60 {
            for (role, level) in [("nurse", Int64(1)), ("clerk", 3), ("guest", 1)] {
                let question = Self.question(role: role, region: "r\(region)", level: level)
                #expect(try authorizer.decide(question, on: directory).isPermitted == (role == "nurse"))
            }
        }
        #expect(authorizer.runCount <= 3 * 60)
        #expect(try !authorizer.decide(Self.question(role: "nurse", region: "elsewhere"), on: directory).isPermitted)
        // Facts are told of all policies.
        let question = Self.question(role: "nurse", region: "r7")
        #expect(try authorizer.decide(question, on: directory, detail: .trace).traces.count == 120)
        #expect(authorizer.runCount >= 120)
        let never = try Authorizer(policies: set, treeOptions: TreeOptions(targetUse: .never))
        _ = try never.decide(question, on: directory)
        #expect(never.runCount == 120)
    }

    @Test func `a distrusted policy is not ruled out any more`() throws {
        let (set, directory) = (try Self.set(Self.many(20)), try Fixture.directory())
        let authorizer = try Authorizer(policies: set)
        let question = Self.question(role: "nurse", region: "r7")
        #expect(try authorizer.decide(question, on: directory).isPermitted)
        #expect(authorizer.evaluator.askedPolicies.count == 1)
        authorizer.distrust(["p0"])
        #expect(try authorizer.decide(question, on: directory).isPermitted)
        #expect(authorizer.evaluator.askedPolicies.map { set.policies[$0].id }.sorted() == ["p0", "p14"])
    }

    @Test func `less fuel than a policy may need to say nothing leaves it to be run`() throws {
        let (set, directory) = (try Self.set(Self.many(20)), try Fixture.directory())
        let question = Self.question(role: "nurse", region: "r7")
        for fuel in [1, 5, 10, 20, 40, 80, 1_000] {
            let own = try Authorizer(policies: set, budget: Budget(fuel: fuel))
            let other = try Authorizer(policies: set, budget: Budget(fuel: fuel), treeOptions: .none)
            #expect(
                try own.decide(question, on: directory).code == other.decide(question, on: directory).code, "\(fuel)")
        }
    }

    @Test func `the lists of what is left take no more memory than trees may`() throws {
        // Each request has another role, and each role leaves all policies without a condition.
        let policies =
            (0..<300).map { number in
                "return { on = \"access\", subject = \"staff\", grants = { \"*\" }, decide = function(request) "
                    + "if request.subject.role == \"r\(number)\" then permit(\"yes\") end end }"
            }
            + (0..<60).map { number in
                "return { on = \"access\", subject = \"staff\", decide = function(request) "
                    + "if request.subject.clearance > \(100 + number) then deny(\"no\") end end }"
            }
        let (set, directory) = (try Self.set(policies), try Fixture.directory())
        let authorizer = try Authorizer(policies: set, treeOptions: TreeOptions(bytes: 2 << 20))
        for round in 0..<600 {
            let question = Self.question(role: "r\(round % 301)", region: "r1")
            #expect(try authorizer.decide(question, on: directory).isPermitted == (round % 301 < 300))
            #expect(authorizer.evaluator.askedPolicies.count == (round % 301 < 300 ? 61 : 60))
        }
        #expect(authorizer.learned.bytes < 2 << 20)
        // Targets that leave too much rule nothing out.
        let wide = try Authorizer(policies: set, treeOptions: TreeOptions(bytes: 1 << 10))
        #expect(try wide.decide(Self.question(role: "r1", region: "r1"), on: directory).isPermitted)
        #expect(wide.evaluator.askedPolicies.count == 360)
    }

    @Test func `more combinations than are kept are decided as before`() throws {
        let (set, directory) = (try Self.set(Self.many(60)), try Fixture.directory())
        let authorizer = try Authorizer(policies: set)
        for limit in [1, 3, 40] {
            authorizer.evaluator.limitLists(to: limit)
            for round in 0..<300 {
                let question = Self.question(
                    role: ["nurse", "clerk", "guest"][round % 3], region: "r\(round * 7 % 61)", level: Int64(round % 4))
                let decision = try authorizer.decide(question, on: directory)
                #expect(decision.isPermitted == (round % 3 < 2 && round * 7 % 61 < 60 && round % 4 <= 2))
            }
        }
    }
}

extension Decision {
    /// True when no policy was asked.
    fileprivate var isDenialOfCore: Bool { !DecisionSummary(self).isOfPolicies }
}
