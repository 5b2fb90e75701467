import Analysis
import Decisions
import Engine
import Model
import Policies
import TestSupport
import Testing

@Suite struct CounterfactualTests {
    @Test func `another department and all under it would be permitted`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.resource:has('department') and request.resource.department:is_within(request.token.department) then permit() end"
        )
        let counterfactual = try fixture.counterfactual(
            AnalysisFixture.question("orders.read", [.init("department", .string("finance"))]))
        #expect(counterfactual.isToPermit && counterfactual.isComplete)
        let words = fixture.words(counterfactual)
        #expect(words.first == "resource.department is Sales or under it", "\(words)")
        #expect(words.contains("the token one is for anna in Finance as Chief"), "\(words)")
        #expect(words.contains("the department Finance is under Sales"), "\(words)")
        #expect(counterfactual.paths[0].agents == [.request] && counterfactual.paths[1].agents == [.administrator])
        let step = try #require(counterfactual.paths.first?.steps.first)
        #expect(step.fact == "resource.department is_within token.department")
        #expect(step.before == "false" && step.after == "true")
    }

    @Test func `an amount is given with its bound, and a setting as an alternative`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.resource:has('amount') and request.resource.amount <= config.limit then permit() end",
            settings: "limit = 500")
        let counterfactual = try fixture.counterfactual(
            AnalysisFixture.question("orders.read", [.init("amount", .integer(700))]))
        #expect(
            fixture.words(counterfactual) == ["resource.amount is at most 500", "the setting a.limit of t is 700"],
            "\(fixture.words(counterfactual))")
    }

    @Test func `an action's properties are varied like those of a resource`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.action:has('rows') and request.action.rows <= 20 and request.action.soft then permit() end")
        var question = AnalysisFixture.question("orders.approve")
        question.actionProperties = .object([.init("rows", .integer(70)), .init("soft", .boolean(true))])
        #expect(fixture.words(try fixture.counterfactual(question)) == ["action.rows is at most 20"])
        question.actionProperties = .object([.init("rows", .integer(7)), .init("soft", .boolean(false))])
        #expect(fixture.words(try fixture.counterfactual(question)) == ["action.soft is true"])
        question.actionProperties = .object([.init("soft", .boolean(true))])
        #expect(fixture.words(try fixture.counterfactual(question)) == ["action.rows is at most 20"])
    }

    @Test func `an amount between two bounds is found`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.resource:has('amount') and request.resource.amount > 10 and request.resource.amount < 20.5 then permit() end"
        )
        let counterfactual = try fixture.counterfactual(
            AnalysisFixture.question("orders.read", [.init("amount", .integer(700))]))
        #expect(
            fixture.words(counterfactual).first == "resource.amount is more than 10 and less than 20.5",
            "\(fixture.words(counterfactual))")
    }

    @Test func `a missing permission is granted to the type, or to the user`() throws {
        let fixture = try AnalysisFixture.policy("if request.token:can(request.action) then permit() end")
        let words = fixture.words(try fixture.counterfactual(AnalysisFixture.question("orders.approve")))
        #expect(
            Set(words) == [
                "the token one is for anna in Finance as Chief", "the user type Clerk has orders.approve",
                "the user anna has orders.approve of their own",
            ], "\(words)")
    }

    @Test func `two facts are changed when one is not enough`() throws {
        let fixture = try AnalysisFixture.policy(
            """
            if request.context:has("mfa") and request.context.mfa and request.resource:has("amount")
              and request.resource.amount < 100 then permit() end
            """)
        let counterfactual = try fixture.counterfactual(
            AnalysisFixture.question(
                "orders.read", [.init("amount", .integer(700))], context: [.init("mfa", .boolean(false))]))
        #expect(fixture.words(counterfactual) == ["context.mfa is true and resource.amount is less than 100"])
        #expect(counterfactual.paths.allSatisfy { $0.decision.isPermitted })
    }

    @Test func `a permit is turned by the facts it read`() throws {
        let fixture = try AnalysisFixture.policy(
            "permit() if request.context:has('ip') and not request.context.ip:is_within('10.0.0.0/8') then deny('x') end"
        )
        let counterfactual = try fixture.counterfactual(
            AnalysisFixture.question(context: [.init("ip", .string("10.1.2.3"))]))
        #expect(!counterfactual.isToPermit)
        #expect(
            counterfactual.paths.map(\.changes) == [[.property(.init(.context, "ip"), .init(.string("192.0.2.1")))]])
    }

    @Test func `a network is shown as a network`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.context:has('ip') and request.context.ip:is_within('10.0.0.0/8') then permit() end")
        let words = fixture.words(
            try fixture.counterfactual(AnalysisFixture.question(context: [.init("ip", .string("192.0.2.1"))])))
        #expect(words == ["context.ip is within 10.0.0.0/8"])
    }

    @Test func `the value a request needs is given by its comparison in the changed case`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.resource:has('amount') and request.resource.amount > 5000000 then permit() end")
        #expect(
            fixture.words(try fixture.counterfactual(AnalysisFixture.question())) == [
                "resource.amount is more than 5000000"
            ])
    }

    @Test func `another time alone may be enough`() throws {
        let fixture = try AnalysisFixture.policy("if request.time.hour >= 14 then permit() end")
        let words = fixture.words(try fixture.counterfactual(AnalysisFixture.question()))
        #expect(words == ["it is 2026-11-22T13:00:00Z"])
    }

    @Test(arguments: [
        ("token_suspended", "the token one is not suspended"),
        ("token_expired", "the token one expires at 2026-11-23T23:00:00Z"),
        ("user_inactive", "the user anna is active"), ("department_inactive", "the department Sales is active"),
    ])
    func `a deny of the engine itself is undone`(code: String, words: String) throws {
        var tenant = AnalysisFixture.tenant
        switch code {
        case "token_suspended": tenant.tokens[0].suspended = tenant.tokens[0].created
        case "token_expired": tenant.tokens[0].expires = tenant.tokens[0].created
        case "user_inactive": tenant.users[0].isActive = false
        default: tenant.departments[0].isActive = false
        }
        let fixture = try AnalysisFixture.policy("permit()", directory: try Directory(Organisation(tenants: [tenant])))
        let traced = try fixture.examine(AnalysisFixture.question())
        #expect(traced.decision.code == code)
        #expect(fixture.words(Counterfactual(traced, fixture.authorizer)).contains(words))
    }

    @Test func `a revoked token has no counterfactual`() throws {
        var tenant = AnalysisFixture.tenant
        tenant.tokens[0].revoked = tenant.tokens[0].created
        let fixture = try AnalysisFixture.policy("permit()", directory: try Directory(Organisation(tenants: [tenant])))
        #expect(try fixture.counterfactual(AnalysisFixture.question()).paths.isEmpty)
    }

    @Test func `the shipped policies have changes for the administrator and for the request`() throws {
        let fixture = try AnalysisFixture.demo()
        let token = try #require(fixture.directory.tokens.first { $0.name == "Warehouse sync" })
        let finance = try #require(
            fixture.directory.departments.first { $0.name == "Finance" && $0.tenant == token.tenant })
        let counterfactual = try fixture.counterfactual(
            AnalysisFixture.question(
                "orders.read", [.init("department", .string(finance.id))], token: token.id.description))
        let tenant = fixture.directory.tenants[token.tenant].id
        let words = fixture.words(counterfactual, tenant: tenant)
        #expect(words.first == "resource.department is Sales or under it", "\(words)")
        #expect(
            words.contains("the user type Integrator has finance.enter and the department Finance is under Sales"),
            "\(words)")
        #expect(counterfactual.isComplete && counterfactual.decisionCount < 3_000)
    }

    @Test func `a subject without a token or a tenant has counterfactuals, too`() throws {
        let authorizer = try Authorizer(policies: try Fixtures.load(try Fixtures.todo()))
        let question = AuthorizationRequest(
            action: "can_update_todo",
            subject: .external(
                type: "user", id: "CiRmZDE2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs",
                properties: .object([])),
            resource: .init(
                type: "todo", id: "7", properties: .object([.init("ownerID", .string("rick@the-citadel.com"))])),
            now: AnalysisFixture.now)
        let traced = try authorizer.examine(question, on: .empty)
        #expect(!traced.decision.isPermitted)
        let counterfactual = Counterfactual(traced, authorizer)
        #expect(
            counterfactual.paths.contains {
                $0.changes.first?.words(in: .empty, tenant: "") == "resource.ownerID is morty@the-citadel.com"
            },
            "\(counterfactual.paths.map(\.changes)) \(traced.facts.map(\.text))")
    }

    /// Every counterfactual is decided anew, on a snapshot that was made of all records.
    @Test func `every counterfactual turns the decision, and no part of it alone does`() throws {
        var told = (paths: 0, parts: 0)
        for seed in 0..<4 as Range<UInt64> {
            try compare(try GeneratedStore(seed: seed, policies: 2, permits: seed % 2 == 0), seed, &told)
            // Generated policies seldom need two changes at once.
            for body in [
                "if r.token:can(r.action) and r.token.user.active and r.context:has('mfa') then permit() end",
                "if r.token:can(r.action) then permit() end if not r.context:has('mfa') then deny('mfa') end",
            ] { try compare(try GeneratedStore(seed: seed, crowd: 1, policy: body), seed, &told) }
        }
        #expect(told.paths > 20 && told.parts > 0, "\(told)")
    }

    private func compare(_ store: GeneratedStore, _ seed: UInt64, _ told: inout (paths: Int, parts: Int)) throws {
        for question in store.questions(6) {
            guard let traced = try? store.authorizer.examine(question, on: store.directory),
                let tenant = traced.request.map({ $0.tenant }), tenant >= 0
            else { continue }
            let id = store.directory.tenants[tenant].id
            let counterfactual = Counterfactual(traced, store.authorizer, most: 300)
            for path in counterfactual.paths {
                told.paths += 1
                let answers = try store.decide(question, path.changes, tenant: id)
                #expect(
                    answers.isPermitted == counterfactual.isToPermit, "seed \(seed): \(path.changes) of \(question)")
                for change in path.changes where path.changes.count > 1 {
                    told.parts += 1
                    let alone = try? store.decide(question, [change], tenant: id)
                    #expect(
                        alone?.isPermitted != counterfactual.isToPermit, "seed \(seed): \(change) alone of \(question)")
                }
            }
        }
    }
}
