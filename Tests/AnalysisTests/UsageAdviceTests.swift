import Analysis
import Decisions
import Model
import Policies
import TestSupport
import Testing

/// The least that a token needs, by a decision log.
@Suite struct UsageAdviceTests {
    // MARK: Permissions

    @Test func `a token needs the permissions that its permitted requests need, and no more`() throws {
        let fixture = try AnalysisFixture.policy(AdviceFixture.can)
        let advice = try AdviceFixture.advice(
            fixture, [AdviceFixture.question("orders.read"), AdviceFixture.question("orders.read")])
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
        let token = try #require(
            try AdviceFixture.advice(fixture, [AdviceFixture.question(in: "finance")]).tokens.first)
        #expect(token.needed == ["orders.approve", "orders.read"] && token.superfluous == [])
        #expect(token.advised == nil && !AdviceFixture.words(token).contains("overpowerful"))
    }

    @Test func `permissions of the user stay, and count as needed where policies read them`() throws {
        var tenant = AnalysisFixture.tenant
        tenant.users[0].permissions = ["orders.read", "orders.approve"]
        tenant.userTypes[1].permissions = ["orders.*"]
        let fixture = try AnalysisFixture.policy(
            AdviceFixture.can, directory: try Directory(Organisation(tenants: [tenant])))
        let token = try #require(
            try AdviceFixture.advice(fixture, [AdviceFixture.question("orders.read")]).tokens.first)
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
        let token = try #require(
            try AdviceFixture.advice(fixture, [AdviceFixture.question(), AdviceFixture.question(at: late)]).tokens.first
        )
        #expect(token.needed == ["orders.approve", "orders.read"] && token.least?.kept == 2)
        let early = try #require(
            try AdviceFixture.advice(fixture, [AdviceFixture.question(), AdviceFixture.question()]).tokens.first)
        #expect(early.needed == ["orders.read"])
    }

    @Test func `a token whose policies ask for its own user type gets no other`() throws {
        let fixture = try AnalysisFixture.policy("if request.token.user_type.id == \"chief\" then permit() end")
        let token = try #require(try AdviceFixture.advice(fixture, [AdviceFixture.question()]).tokens.first)
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
        let logged = try AnalysisFixture.policy(AdviceFixture.can, directory: above)
        let lines = try [AdviceFixture.question(in: "north"), AdviceFixture.question(in: "north")].map {
            try AdviceFixture.line(logged, $0)
        }
        let token = try #require(try AdviceFixture.advice(fixture, [], lines: lines, on: above).tokens.first)
        #expect(token.existing?.combination == .existing("a3"))
        #expect(token.existing?.lostDepartments == ["sales", "south"])
        #expect(token.least?.combination == .new(department: "north", permissions: ["orders.read"]))
        #expect(token.advised?.combination == .existing("a3"))
        // In both departments no smaller combination is enough.
        let both = try [AdviceFixture.question(in: "north"), AdviceFixture.question(in: "south")].map {
            try AdviceFixture.line(logged, $0)
        }
        let wide = try #require(try AdviceFixture.advice(fixture, [], lines: both, on: above).tokens.first)
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
        let fixture = try AnalysisFixture.policy(AdviceFixture.can, directory: directory)
        let token = try #require(
            try AdviceFixture.advice(fixture, [AdviceFixture.question("orders.read")]).tokens.first)
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
        let found = try AdviceFixture.advice(
            fixture,
            [
                AdviceFixture.question("orders.read"), act,
                AdviceFixture.question("orders.read", of: AnalysisFixture.token),
            ], of: [0, 1])
        let alone = try AdviceFixture.advice(
            fixture,
            [
                AdviceFixture.question("orders.read"), act,
                AdviceFixture.question("orders.read", of: AnalysisFixture.token),
            ], of: [1])
        #expect(found.tokens[1].needed == ["orders.read"] && alone.tokens[0].needed == ["orders.read"])
        #expect(found.tokens[0].needed == ["orders.approve", "orders.read"], "\(found.tokens[0])")
        // Acts on a token that is moved where nobody may act on it any more are refused, so it is not moved there.
        let north = try AdviceFixture.advice(
            fixture, [AdviceFixture.question("orders.read", in: "north"), act], of: [1])
        #expect(north.tokens[0].least?.kept == 2 && north.tokens[0].least?.lapsed == 0)
    }

    @Test func `a need that shows in some hours only is found`() throws {
        let fixture = try AnalysisFixture.policy(
            """
            if request.time.hour % 2 == 0 and not request.token:can("orders.approve") then deny("even") end
            if request.token:can(request.action) then permit() end
            """)
        let questions = (0..<24).map {
            AdviceFixture.question(at: Instant("2026-11-20T00:00:00Z")!.adding(seconds: Int64($0) * 3_600))
        }
        let token = try #require(try AdviceFixture.advice(fixture, questions).tokens.first)
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
        let token = try #require(try AdviceFixture.advice(fixture, [question], of: [actor]).tokens.first)
        #expect(token.uses.permitted == 1 && token.needed?.contains("tokens.list") == true)
    }

    // MARK: Held to the oracle

    @Test(arguments: [1, 2])
    func `every advised combination permits what was logged, and no permission less does`(jobs: Int) throws {
        let fixture = try AnalysisFixture.demo()
        let logged = AdviceFixture.questions(fixture, seed: 41)
        let all = Array(fixture.directory.tokens.indices)
        let found = try AdviceFixture.advice(fixture, logged, of: all, jobs: jobs)
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
