import Analysis
import Decisions
import Foundation
import Model
import Policies
import TestSupport
import Testing

/// The least that a token needs, by a decision log.
@Suite struct UsageAdviceTests {
    private static let can = "if request.token:can(request.action) then permit() end"
    private static let window = Instant("2026-10-01T00:00:00Z")!..<Instant("2026-12-01T00:00:00Z")!

    private func line(
        _ fixture: AnalysisFixture, _ question: AuthorizationRequest, masked: Set<ExactName> = []
    ) throws -> [UInt8] {
        var writer = JSONWriter()
        let decision = try fixture.examine(question).decision
        DecisionLog.line(question, decision, nanoseconds: 1, masked: masked, into: &writer)
        return writer.bytes
    }

    /// The advice for tokens, by number, after requests that were logged at their times.
    private func advice(
        _ fixture: AnalysisFixture, _ questions: [AuthorizationRequest], of tokens: [Int] = [1],
        lines: [[UInt8]] = [], jobs: Int = 1, on other: Directory? = nil
    ) throws -> UsageAdvice {
        let folder = try Folder()
        let text = try questions.map { try line(fixture, $0) } + lines
        let path = folder.path + "/log.ndjson"
        try Data(text.flatMap { $0.last == 0x0A ? $0 : $0 + [0x0A] }).write(to: URL(filePath: path))
        let input = try #require(FileHandle(forReadingAtPath: path))
        var options = UsageAdvice.Options(
            window: Self.window, now: AnalysisFixture.now, expiringBefore: Instant("2027-01-01T00:00:00.000001Z")!)
        options.jobs = jobs
        return try UsageAdvice(
            input.fileDescriptor, of: tokens, options, policies: fixture.authorizer.policies,
            directory: other ?? fixture.directory)
    }

    private func question(
        _ action: ExactName = "orders.read", in department: ExactName? = nil, of token: TokenID = AnalysisFixture.other,
        at time: Instant = AnalysisFixture.now
    ) -> AuthorizationRequest {
        let members = department.map { [JSON.Member("department", .string($0))] } ?? []
        return AnalysisFixture.question(action, members, token: token.description, at: time)
    }

    private func words(_ token: TokenAdvice) -> [String] { token.findings.map { "\($0)" } }

    // MARK: Permissions

    @Test func `a token needs the permissions that its permitted requests need, and no more`() throws {
        let fixture = try AnalysisFixture.policy(Self.can)
        let advice = try advice(fixture, [question("orders.read"), question("orders.read")])
        let token = try #require(advice.tokens.first)
        #expect(token.held == ["orders.approve", "orders.read"])
        #expect(token.needed == ["orders.read"] && token.superfluous == ["orders.approve"])
        #expect(token.uses.permitted == 2 && token.uses.actions == ["orders.read": 2])
        #expect(token.least?.combination == .new(department: "finance", permissions: ["orders.read"]))
        #expect(token.least?.kept == 2 && token.least?.lapsed == 0)
        #expect(advice.log.lines == 2 && advice.log.omitted.isEmpty && advice.log.outside == 0)
    }

    @Test func `permissions that a department requires for access are needed`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.token:meets(request.resource.department) and request.token:can(request.action) then permit() end"
        )
        let token = try #require(try advice(fixture, [question(in: "finance")]).tokens.first)
        #expect(token.needed == ["orders.approve", "orders.read"] && token.superfluous == [])
        #expect(token.advised == nil && !words(token).contains("overpowerful"))
    }

    @Test func `permissions of the user stay, and count as needed where policies read them`() throws {
        var tenant = AnalysisFixture.tenant
        tenant.users[0].permissions = ["orders.read", "orders.approve"]
        tenant.userTypes[1].permissions = ["orders.*"]
        let fixture = try AnalysisFixture.policy(
            Self.can, directory: try Directory(Organisation(tenants: [tenant])))
        let token = try #require(try advice(fixture, [question("orders.read")]).tokens.first)
        #expect(token.needed == ["orders.read"] && token.superfluous == ["orders.approve"])
        // A new user type can have nothing at all, and the token can do as much as before.
        #expect(token.least?.combination == .new(department: "finance", permissions: []))
        #expect(token.least?.losesNothing == true && token.advised == nil)
    }

    @Test func `a request at another time may need more`() throws {
        // The requests differ in nothing but their time, so that only the second pass over the log sees the need.
        let fixture = try AnalysisFixture.policy(
            """
            if request.time.hour >= 20 and not request.token:can("orders.approve") then deny("late") end
            if request.token:can(request.action) then permit() end
            """)
        let late = Instant("2026-11-20T21:00:00Z")!
        let token = try #require(try advice(fixture, [question(), question(at: late)]).tokens.first)
        #expect(token.needed == ["orders.approve", "orders.read"] && token.least?.kept == 2)
        let early = try #require(try advice(fixture, [question(), question()]).tokens.first)
        #expect(early.needed == ["orders.read"])
    }

    @Test func `a token whose policies ask for its own user type gets no other`() throws {
        let fixture = try AnalysisFixture.policy("if request.token.user_type.id == \"chief\" then permit() end")
        let token = try #require(try advice(fixture, [question()]).tokens.first)
        guard case .noOther? = token.obstacle else {
            Issue.record("\(token)")
            return
        }
        #expect(token.needed == nil && token.least == nil && token.advised == nil)
    }

    // MARK: Combinations

    @Test func `the smallest of the own combinations that is enough is advised`() throws {
        var tenant = AnalysisFixture.tenant
        tenant.users[0].assignments += [
            AssignmentRecord(id: "a3", department: "north", userType: "clerk"),
            AssignmentRecord(id: "a4", department: "south", userType: "chief"),
            AssignmentRecord(id: "a5", department: "north", userType: "clerk", isRemoved: true),
        ]
        tenant.tokens[1].assignment = "a2"
        let directory = try Directory(Organisation(tenants: [tenant]))
        let fixture = try AnalysisFixture.policy(
            """
            if request.token:can(request.action) and
              request.resource.department:is_within(request.token.department) then permit() end
            """, directory: directory)
        // Requests in `north`: `a1` is of the department above, `a3` of the department itself.
        tenant.tokens[1].assignment = "a1"
        tenant.userTypes[0].permissions = ["orders.read", "orders.approve"]
        let above = try Directory(Organisation(tenants: [tenant]))
        let logged = try AnalysisFixture.policy(Self.can, directory: above)
        let lines = try [question(in: "north"), question(in: "north")].map { try line(logged, $0) }
        let token = try #require(try advice(fixture, [], lines: lines, on: above).tokens.first)
        #expect(token.existing?.combination == .existing("a3"))
        #expect(token.existing?.lostDepartments == ["sales", "south"])
        #expect(token.least?.combination == .new(department: "north", permissions: ["orders.read"]))
        #expect(token.advised?.combination == .existing("a3"))
        // In both departments no smaller combination is enough.
        let both = try [question(in: "north"), question(in: "south")].map { try line(logged, $0) }
        let wide = try #require(try advice(fixture, [], lines: both, on: above).tokens.first)
        #expect(wide.existing == nil && wide.uses.departments == ["north": 1, "south": 1])
        #expect(wide.least?.combination == .new(department: "sales", permissions: ["orders.read"]))
    }

    @Test func `a combination with anything that the token has not is not smaller`() throws {
        var tenant = AnalysisFixture.tenant
        tenant.userTypes.append(UserTypeRecord(id: "other", name: "Other", permissions: ["orders.approve"]))
        tenant.userTypes[0].permissions = ["orders.read", "orders.approve"]
        tenant.userTypes.append(UserTypeRecord(id: "reader", name: "Reader", permissions: ["orders.read"]))
        tenant.users[0].assignments += [
            // Elsewhere, though with fewer permissions and departments.
            AssignmentRecord(id: "a3", department: "finance", userType: "reader")
        ]
        tenant.tokens[1].assignment = "a1"
        let directory = try Directory(Organisation(tenants: [tenant]))
        let fixture = try AnalysisFixture.policy(Self.can, directory: directory)
        let token = try #require(try advice(fixture, [question("orders.read")]).tokens.first)
        #expect(token.existing == nil && token.needed == ["orders.read"])
    }

    @Test func `acts on a token stay permitted, and tokens that act on each other are advised together`() throws {
        // Whoever administers a token must hold all that it holds, in a department above its own.
        var tenant = AnalysisFixture.tenant
        tenant.userTypes[1].permissions = ["orders.read", "orders.approve"]
        tenant.users.append(
            UserRecord(
                id: "bo", name: "bo", fullName: "Bo", email: "",
                assignments: [AssignmentRecord(id: "b1", department: "sales", userType: "chief")]))
        tenant.tokens[0].assignment = "b1"
        tenant.tokens[1].assignment = "b1"
        (tenant.tokens[1].kind, tenant.tokens[1].name) = (.api, "two")
        let directory = try Directory(Organisation(tenants: [tenant]))
        let text = """
            return { on = { "access", "token.list" }, grants = { "*" }, decide = function(request)
              if request.point == "access" then
                if request.token:can(request.action) then permit() end
              elseif request.actor:covers(request.token) then permit() end
            end }
            """
        let source = PolicySource(
            path: "p",
            files: [
                .init(name: "a.lua", bytes: Array(text.utf8)),
                .init(name: "schema.lua", bytes: Array(AnalysisFixture.schema.utf8)),
            ])
        let fixture = AnalysisFixture(
            authorizer: try Authorizer(policies: try Fixtures.load(source)), directory: directory)
        let act = AuthorizationRequest(
            kind: .list, action: "token.list", subject: .actor, actor: .token(AnalysisFixture.token.description),
            tenant: "t", token: AnalysisFixture.other.description, now: AnalysisFixture.now, obligations: .ofActs)
        try #require(try fixture.decide(act).isPermitted)
        // The other token needs little, so it could be narrowed; the one that acts has to cover it as it is today.
        let found = try advice(
            fixture, [question("orders.read"), act, question("orders.read", of: AnalysisFixture.token)], of: [0, 1])
        let alone = try advice(
            fixture, [question("orders.read"), act, question("orders.read", of: AnalysisFixture.token)], of: [1])
        #expect(found.tokens[1].needed == ["orders.read"] && alone.tokens[0].needed == ["orders.read"])
        #expect(found.tokens[0].needed == ["orders.approve", "orders.read"], "\(found.tokens[0])")
        // Acts on a token that is moved where nobody may act on it any more are refused, so it is not moved there.
        let north = try advice(fixture, [question("orders.read", in: "north"), act], of: [1])
        #expect(north.tokens[0].least?.kept == 2 && north.tokens[0].least?.lapsed == 0)
    }

    @Test func `lines of tokens that are not in the store are told, and tokens that have ended are noticed as such`()
        throws
    {
        let fixture = try AnalysisFixture.policy(Self.can)
        var tenant = AnalysisFixture.tenant
        tenant.tokens.removeFirst()
        tenant.tokens[0].revoked = AnalysisFixture.now
        let other = try Directory(Organisation(tenants: [tenant]))
        let found = try advice(
            fixture, [question(of: AnalysisFixture.token), question(), question()], of: [0], on: other)
        #expect(found.log.omitted.byReason.map(\.reason) == [.unknownToken] && found.log.unread == 0)
        #expect(words(found.tokens[0]) == ["ended(code: \"token_revoked\")"])
    }

    @Test func `a search that finds nothing in time says so`() throws {
        // Each hour needs another permission: more than the rounds can find one after another is found all the same.
        let fixture = try AnalysisFixture.policy(
            """
            if request.time.hour % 2 == 0 and not request.token:can("orders.approve") then deny("even") end
            if request.token:can(request.action) then permit() end
            """)
        let questions = (0..<24).map {
            question(at: Instant("2026-11-20T00:00:00Z")!.adding(seconds: Int64($0) * 3_600))
        }
        let token = try #require(try advice(fixture, questions).tokens.first)
        #expect(token.needed == ["orders.approve", "orders.read"] && token.least?.kept == 24)
    }

    @Test func `an administrator's acts count as uses of the token that acts`() throws {
        let fixture = try AnalysisFixture.demo()
        let actor = try #require(fixture.directory.tokens.firstIndex { $0.name == "Admin console" })
        let object = try #require(fixture.directory.tokens.firstIndex { $0.name == "Warehouse sync" })
        let question = AuthorizationRequest(
            kind: .list, action: "token.list", subject: .actor,
            actor: .token(fixture.directory.tokens[actor].id.description), tenant: "3",
            token: fixture.directory.tokens[object].id.description, now: AnalysisFixture.now, obligations: .ofActs)
        try #require(try fixture.decide(question).isPermitted)
        let token = try #require(try advice(fixture, [question], of: [actor]).tokens.first)
        #expect(token.uses.permitted == 1 && token.needed?.contains("tokens.list") == true)
    }

    // MARK: What is not known

    @Test func `an unused token needs nothing that is known`() throws {
        let fixture = try AnalysisFixture.policy(Self.can)
        let token = try #require(try advice(fixture, [question(of: AnalysisFixture.token)]).tokens.first)
        guard case .unused? = token.obstacle else {
            Issue.record("\(token)")
            return
        }
        #expect(token.needed == nil && token.uses.permitted == 0)
    }

    @Test func `masked requests show no need, and are told`() throws {
        let fixture = try AnalysisFixture.policy(Self.can)
        var secret = question()
        secret.context = .object([.init("ip", .string("10.0.0.1"))])
        let lines = [try line(fixture, secret, masked: ["ip"])]
        let advice = try advice(fixture, [question()], lines: lines)
        let token = try #require(advice.tokens.first)
        guard case .masked(1)? = token.obstacle else {
            Issue.record("\(token)")
            return
        }
        #expect(token.needed == nil && token.uses.permitted == 2 && advice.log.omitted.count == 1)
    }

    @Test func `lines that are none are told, and denied requests need nothing`() throws {
        let fixture = try AnalysisFixture.policy(Self.can)
        let denied = question("orders.approve", of: AnalysisFixture.token)
        let advice = try advice(fixture, [denied], of: [0], lines: [Array("no JSON".utf8), Array("{}".utf8)])
        let token = try #require(advice.tokens.first)
        #expect(token.uses.denied == 1 && token.uses.permitted == 0)
        #expect(advice.log.lines == 3 && advice.log.omitted.byReason.map(\.reason) == [.unreadable, .incomplete])
    }

    @Test func `requests that are denied today do not count, and are told`() throws {
        let fixture = try AnalysisFixture.policy(Self.can)
        let lines = [try line(fixture, question("orders.approve")), try line(fixture, question("orders.read"))]
        let strict = try AnalysisFixture.policy(
            "if request.action == \"orders.approve\" then deny(\"no more\") end " + Self.can)
        let token = try #require(try advice(strict, [], lines: lines).tokens.first)
        #expect(token.needed == ["orders.read"] && token.least?.kept == 1 && token.least?.lapsed == 1)
        let none = try #require(try advice(strict, [], lines: [lines[0]]).tokens.first)
        guard case .lapsed? = none.obstacle else {
            Issue.record("\(none)")
            return
        }
    }

    @Test func `requests before the window do not count`() throws {
        let fixture = try AnalysisFixture.policy(Self.can)
        let before = question("orders.approve", at: Instant("2026-09-30T23:59:59Z")!)
        let advice = try advice(fixture, [before, question()])
        let token = try #require(advice.tokens.first)
        #expect(token.uses.permitted == 1 && token.needed == ["orders.read"] && advice.log.outside == 1)
        #expect(advice.log.first == before.now && advice.log.last == AnalysisFixture.now)
    }

    // MARK: What else is noticed

    @Test func `idle, ending, suspended and inactive tokens are noticed`() throws {
        var tenant = AnalysisFixture.tenant
        tenant.tokens[0].lastActive = Instant("2026-03-01T00:00:00Z")
        tenant.tokens[1].suspended = Instant("2026-10-01T00:00:00Z")
        tenant.users[0].isActive = false
        let directory = try Directory(Organisation(tenants: [tenant]))
        let fixture = try AnalysisFixture.policy(Self.can, directory: directory)
        let tokens = try advice(fixture, [], of: [0, 1], lines: [Array("{}".utf8)]).tokens
        #expect(
            words(tokens[0]) == [
                "dormant(since: 2026-03-01T00:00:00Z)", "expiring(2027-01-01T00:00:00Z)",
                "inactive(code: \"user_inactive\")",
            ])
        #expect(words(tokens[1]) == ["unused", "inactive(code: \"user_inactive\")", "suspended"])
    }

    @Test func `tokens that last longer than policies advise, or that they would refuse, are noticed`() throws {
        let fixture = try AnalysisFixture.demo()
        let numbers = ["Legacy ERP bridge", "Weather feed", "Warehouse sync"].compactMap { name in
            fixture.directory.tokens.firstIndex { $0.name == ExactName(name) }
        }
        let tokens = try advice(fixture, [], of: numbers, lines: [Array("{}".utf8)]).tokens
        #expect(words(tokens[0]).contains { $0.hasPrefix("long(advised: ") })
        #expect(words(tokens[1]).contains("refusedAsMade(policies: [expiry_cap])"))
        #expect(!words(tokens[2]).contains { $0.hasPrefix("long") || $0.hasPrefix("refused") })
    }

    // MARK: Held to the oracle

    @Test(arguments: [1, 2])
    func `every advised combination permits what was logged, and no permission less does`(jobs: Int) throws {
        let fixture = try AnalysisFixture.demo()
        var numbers = Numbers(seed: 41)
        let schema = fixture.authorizer.policies.schema
        var questions: [AuthorizationRequest] = []
        for (token, record) in fixture.directory.tokens.enumerated() {
            // Each token is used for a few actions, in a few departments.
            let own = fixture.directory.departments.filter { $0.tenant == record.tenant }
            let actions = (0..<2).map { _ in schema.actionNames[numbers.below(schema.actionNames.count)] }
            for _ in 0..<6 {
                let action = actions[numbers.below(2)]
                var question = AnalysisFixture.question(
                    action, [.init("department", .string(own[numbers.below(own.count)].id))],
                    token: fixture.directory.tokens[token].id.description)
                question.resource?.type = schema.resources(of: action).first?.name ?? "order"
                question.obligations = .all
                questions.append(question)
            }
        }
        let logged = questions.filter { (try? fixture.decide($0)) != nil }
        let all = Array(fixture.directory.tokens.indices)
        let found = try advice(fixture, logged, of: all, jobs: jobs)
        let oracle = Oracle(policies: fixture.authorizer.policies)
        func permits(_ token: TokenAdvice, _ change: (inout TenantRecord, TokenID) -> Void) throws -> Bool {
            let id = fixture.directory.tokens[token.token].id
            var organisation = Organisation(of: fixture.directory)
            let place = try #require(
                organisation.tenants.firstIndex { tenant in tenant.tokens.contains { $0.id == id } })
            change(&organisation.tenants[place], id)
            let directory = try Directory(organisation)
            return try logged.allSatisfy { question in
                guard case .token(id.description) = question.subject, try fixture.decide(question).isPermitted else {
                    return true
                }
                return try oracle.decide(question, on: directory).isPermitted
            }
        }
        func bind(_ department: ExactName, _ permissions: [ExactName]) -> (inout TenantRecord, TokenID) -> Void {
            { tenant, id in
                let token = tenant.tokens.firstIndex { $0.id == id }!
                let user = tenant.users.firstIndex { user in
                    user.assignments.contains { $0.id == tenant.tokens[token].assignment }
                }!
                tenant.userTypes.append(UserTypeRecord(id: "test", name: "test", permissions: permissions))
                tenant.users[user].assignments.append(
                    AssignmentRecord(id: "test", department: department, userType: "test"))
                tenant.tokens[token].assignment = "test"
            }
        }
        var (narrowed, moved) = (0, 0)
        for token in found.tokens {
            if case .new(let department, let permissions)? = token.least?.combination {
                #expect(try permits(token, bind(department, permissions)))
                for permission in permissions {
                    #expect(try !permits(token, bind(department, permissions.filter { $0 != permission })))
                }
                narrowed += 1
            }
            if case .existing(let assignment)? = token.existing?.combination {
                #expect(
                    try permits(token) { tenant, id in
                        tenant.tokens[tenant.tokens.firstIndex { $0.id == id }!].assignment = assignment
                    })
                moved += 1
            }
        }
        #expect(narrowed > 10 && moved > 0, "\(narrowed) \(moved)")
    }
}
