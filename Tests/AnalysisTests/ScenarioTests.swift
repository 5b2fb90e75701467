import Analysis
import Decisions
import Model
import Policies
import Testing

@Suite struct ScenarioTests {
    @Test(arguments: [
        (Change.departmentActive("sales", false), "department_inactive"), (.userActive("anna", false), "user_inactive"),
        (.tokenSuspended(AnalysisFixture.token, true), "token_suspended"),
        (.tokenRevoked(AnalysisFixture.token), "token_revoked"),
        (.tokenExpires(AnalysisFixture.token, Instant("2026-06-01T00:00:00Z")!), "token_expired"),
        (.assignmentRemoved("a1"), "assignment_gone"), (.tenantActive(false), "tenant_inactive"),
        (.userTypeHolds("clerk", permission: "orders.read", false), "not_permitted"),
        (.tokenAssignment(AnalysisFixture.token, "a2"), "permitted"),
        (.departmentMoved("north", under: nil), "not_permitted"),
    ])
    func `a scenario is decided as if it were true, and nothing is changed`(change: Change, code: String) throws {
        let fixture = try AnalysisFixture.policy(
            """
            if request.token.department.name == "Finance" then permit() return end
            if request.token:can(request.action) and request.resource.department:is_within(request.token.department)
            then permit() end
            """)
        let question = AnalysisFixture.question("orders.read", [.init("department", .string("north"))])
        let supposed = try Scenario([change], tenant: "t").apply(to: fixture.directory)
        #expect(try fixture.decide(question, on: supposed).code == code)
        #expect(try fixture.decide(question).code == "permitted")
        #expect(!change.words(in: fixture.directory, tenant: "t").isEmpty)
    }

    @Test func `a setting is changed for one tenant, and reset`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.resource.amount <= config.limit then permit() end", settings: "limit = 10")
        let question = AnalysisFixture.question("orders.read", [.init("amount", .integer(50))])
        let change = Change.setting(policy: "a", name: "limit", value: .init(.integer(50)), tenant: "t")
        let before = fixture.authorizer.policies
        let after = try Scenario([change], tenant: "t").apply(to: before)
        #expect(try fixture.decide(question).code == "not_permitted")
        fixture.authorizer.use(after)
        #expect(try fixture.decide(question).code == "permitted")
        fixture.authorizer.use(before)
        #expect(try fixture.decide(question).code == "not_permitted")
        #expect(after.version != before.version)
    }

    @Test(arguments: [
        (Change.departmentMoved("sles", under: nil), "there is no department `sles` (did you mean `sales`?)"),
        (.departmentMoved("sales", under: "north"), "the department `sales` is under itself"),
        (.userActive("ann", false), "there is no user `ann` (did you mean `anna`?)"),
        (.tokenAssignment(AnalysisFixture.token, "a9"), "no assignment has the id `a9`"),
        (
            .tokenRevoked(TokenID(high: 0, low: 1)),
            "there is no token `00000000000000000000000000000001` in the tenant `t`"
        ),
    ])
    func `an impossible change is refused with a reason`(change: Change, message: String) throws {
        let fixture = try AnalysisFixture.policy("permit()")
        let error = #expect(throws: ChangeError.self) {
            try Scenario([change], tenant: "t").apply(to: fixture.directory)
        }
        #expect(error?.message == message)
    }

    @Test(arguments: [
        ("b", "limit", "there is no policy `b` (did you mean `a`?)"),
        ("a", "limits", "`a` declares no setting `limits` (did you mean `limit`?)"),
        ("a", "limit", "`a.limit` must be a number, got a string, `\"x\"`"),
    ])
    func `an unknown or wrong setting is refused`(policy: String, name: String, message: String) throws {
        let fixture = try AnalysisFixture.policy("permit()", settings: "limit = 10")
        let change = Change.setting(
            policy: ExactName(policy), name: ExactName(name), value: .init(.string("x")), tenant: nil)
        let error = #expect(throws: ChangeError.self) {
            try Scenario([change], tenant: "t").apply(to: fixture.authorizer.policies)
        }
        #expect(error?.message == message)
    }

    @Test func `changed tokens are listed, sample by sample`() throws {
        let fixture = try AnalysisFixture.policy("if request.token:can(request.action) then permit() end")
        let supposed = try Scenario([.userTypeHolds("chief", permission: "orders.approve", false)], tenant: "t")
            .apply(to: fixture.directory)
        let sides = PairedAuthorizers(
            before: (fixture.authorizer, fixture.directory), after: (fixture.authorizer, supposed))
        let diff = DecisionDiff(
            sides, DecisionDiff.samples(of: fixture.authorizer), tenant: "t",
            now: (AnalysisFixture.now, AnalysisFixture.now))
        // The pattern is removed along with the names it covers.
        #expect(diff.losing == 1 && diff.gaining == 0 && diff.asked == 2)
        #expect(Set(diff.rows.map(\.token)) == [AnalysisFixture.other] && diff.count == 4)
        #expect(diff.rows.allSatisfy { $0.isTurned && $0.before.isPermitted })
    }

    @Test func `moving a department is evaluated`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.resource:has('department') and request.resource.department:is_within(request.token.department) then permit() end"
        )
        let changes = [Change.departmentMoved("finance", under: "sales")]
        let supposed = try Scenario(changes, tenant: "t").apply(to: fixture.directory)
        let sides = PairedAuthorizers(
            before: (fixture.authorizer, fixture.directory), after: (fixture.authorizer, supposed))
        let diff = DecisionDiff(
            sides, DecisionDiff.samples(of: fixture.authorizer, for: changes), tenant: "t",
            now: (AnalysisFixture.now, AnalysisFixture.now))
        #expect(diff.gaining == 1 && diff.losing == 0)
        #expect(
            diff.rows.allSatisfy { $0.token == AnalysisFixture.token && $0.sample.place == .department("finance") })
    }

    /// Results that are shared by the tokens of one assignment are right for each of them.
    @Test func `decision diffs equal deciding every sample on both sides`() throws {
        var count = 0
        for seed in 0..<4 as Range<UInt64> { count += try diff(seed) }
        #expect(count > 20)
    }

    /// - Returns: the number of differences.
    private func diff(_ seed: UInt64) throws -> Int {
        let store = try GeneratedStore(seed: seed, policies: 3, permits: true)
        let changes: [Change] = [.departmentMoved("audit", under: nil), .userActive("bert", seed % 2 == 0)]
        let after = try Scenario(changes, tenant: "t1").apply(to: store.directory)
        let samples = DecisionDiff.samples(of: store.authorizer, for: changes)
        let now = Instant("2026-06-01T10:00:00Z")!
        let diff = DecisionDiff(
            PairedAuthorizers(before: (store.authorizer, store.directory), after: (store.authorizer, after)), samples,
            tenant: "t1",
            now: (now, now))
        var count = 0
        for token in store.directory.tokens where store.directory.tenants[token.tenant].id == "t1" {
            let department = store.directory.departments[store.directory.assignments[token.assignment].department].id
            for sample in samples {
                let place: ExactName? =
                    switch sample.place {
                    case .nowhere: nil
                    case .own: department
                    case .department(let id): id
                    }
                let question = AuthorizationRequest(
                    action: sample.action, subject: .token(token.id.description),
                    resource: sample.resource.map {
                        .init(
                            type: $0, id: nil,
                            properties: .object(place.map { [.init("department", .string($0))] } ?? []))
                    }, now: now, obligations: .all)
                let one = try? store.decide(question)
                let other = try? store.decide(question, on: after)
                count += one?.isPermitted != other?.isPermitted || one?.code != other?.code ? 1 : 0
            }
        }
        #expect(diff.count == count, "seed \(seed)")
        return count
    }

    @Test func `comparing two decisions lists statements that are gone`() throws {
        let one = try AnalysisFixture.policy("permit('yes') deny('no')")
        let other = try AnalysisFixture.policy("permit('yes')")
        let sides = PairedAuthorizers(
            before: (one.authorizer, one.directory), after: (other.authorizer, other.directory))
        let found = try sides.ask(AnalysisFixture.question())
        #expect(found.isTurned && found.isDifferent)
        #expect(found.gone.map(\.text) == ["no"] && found.new.isEmpty)
        #expect(
            try !PairedAuthorizers(before: sides.before, after: sides.before).ask(AnalysisFixture.question())
                .isDifferent)
    }

    /// Decisions are the same on a directory that is made of the records of another.
    @Test(arguments: 0..<6)
    func `records of a snapshot make the same snapshot`(seed: UInt64) throws {
        let store = try GeneratedStore(seed: seed, policies: 4)
        let again = try Directory(Organisation(of: store.directory))
        #expect(Organisation(of: again) == Organisation(of: store.directory))
        var decided = 0
        for question in store.questions(60) {
            let one = try? store.decide(question)
            let other = try? store.decide(question, on: again)
            #expect(one?.code == other?.code && one?.reasons == other?.reasons)
            if one != nil { decided += 1 }
        }
        #expect(decided > 30)
    }
}
