import Analysis
import Decisions
import Model
import Policies
import TestSupport
import Testing

/// The smallest ceilings that permit what a decision log has.
@Suite struct NarrowingTests {
    /// Permits what the token can where it is, and enforces ceilings.
    private static let limited =
        "if request:has(\"beyond_ceiling\") then deny(\"beyond\") end "
        + "if request.token:can(request.action) then permit() end"

    private func ceiling(_ advice: TokenAdvice?) throws -> Ceiling {
        guard case .limited(let ceiling)? = try #require(advice).advised?.combination else {
            Issue.record("\(String(describing: advice))")
            return Ceiling()
        }
        return ceiling
    }

    // MARK: Permissions and departments

    @Test func `a ceiling leaves what was used, and no more`() throws {
        let fixture = try AnalysisFixture.policy(Self.limited)
        let advice = try AdviceFixture.advice(
            fixture, [AdviceFixture.question(in: "finance"), AdviceFixture.question(in: "finance")], limiting: [])
        let token = try #require(advice.tokens.first)
        // The whole of its department was used, so departments are not limited.
        #expect(try ceiling(token).permissions == ["orders.read"] && ceiling(token).parts == [.permissions])
        #expect(token.least?.lostPermissions == ["orders.approve"] && token.least?.lostDepartments == [])
        #expect(token.least?.kept == 2 && token.least?.lapsed == 0 && token.existing == nil)
    }

    @Test func `several departments are left, without those between and above them`() throws {
        var tenant = AnalysisFixture.tenant
        tenant.departments.append(DepartmentRecord(id: "far", name: "Far", parent: "north"))
        tenant.userTypes[0].permissions = ["orders.*"]
        let directory = try Directory(Organisation(tenants: [tenant]))
        let fixture = try AnalysisFixture.policy(Self.limited, directory: directory)
        let advice = try AdviceFixture.advice(
            fixture,
            ["north", "far", "south"].map { AdviceFixture.question(in: $0, of: AnalysisFixture.token) }, of: [0],
            limiting: [])
        #expect(try ceiling(advice.tokens.first).departments == ["north", "south"])
        #expect(advice.tokens.first?.least?.lostDepartments == ["sales"])
    }

    @Test func `what the user has whatever the user type is taken away, too`() throws {
        var tenant = AnalysisFixture.tenant
        tenant.users[0].permissions = ["orders.read", "orders.approve"]
        let fixture = try AnalysisFixture.policy(
            Self.limited, directory: try Directory(Organisation(tenants: [tenant])))
        let advice = try AdviceFixture.advice(fixture, [AdviceFixture.question("orders.approve")], limiting: [])
        #expect(try ceiling(advice.tokens.first).permissions == ["orders.approve"])
    }

    @Test func `a token that used all that it has gets none`() throws {
        let fixture = try AnalysisFixture.policy(Self.limited)
        let token = try #require(
            try AdviceFixture.advice(
                fixture,
                [AdviceFixture.question("orders.read"), AdviceFixture.question("orders.approve", in: "finance")],
                limiting: []
            ).tokens.first)
        #expect(token.advised == nil && token.obstacle == nil && token.least?.losesNothing == true)
    }

    @Test func `an existing ceiling is not widened, and keeps its other limits`() throws {
        var tenant = AnalysisFixture.tenant
        var narrow = Ceiling()
        (narrow.permissions, narrow.departments) = (["orders.*"], ["north"])
        narrow.networks = [try IPNetwork("10.0.0.0/8")]
        narrow.purpose = "sync"
        tenant.userTypes[0].permissions = ["orders.*"]
        tenant.tokens[0].ceiling = narrow
        let schema = AnalysisFixture.schema.replacing("mfa =", with: "purpose = optional \"string\", mfa =")
        let source = PolicySource(
            path: "p",
            files: [
                .init(
                    name: "a.lua",
                    bytes: Array(
                        "return { on = \"access\", grants = { \"*\" }, decide = function(request) \(Self.limited) end }"
                            .utf8)), .init(name: "schema.lua", bytes: Array(schema.utf8)),
            ])
        let fixture = AnalysisFixture(
            authorizer: try Authorizer(policies: try Fixtures.load(source)),
            directory: try Directory(Organisation(tenants: [tenant])))
        let question = AnalysisFixture.question(
            "orders.read", [.init("department", .string("north"))],
            context: [.init("ip", .string("10.2.3.4")), .init("purpose", .string("sync"))])
        // It was used more widely before it was limited.
        var before = tenant
        before.tokens[0].ceiling = nil
        let wide = AnalysisFixture(
            authorizer: fixture.authorizer, directory: try Directory(Organisation(tenants: [before])))
        let old = AnalysisFixture.question(
            "orders.approve", [.init("department", .string("south"))],
            context: [.init("ip", .string("192.168.2.3")), .init("purpose", .string("other"))])
        let token = try #require(
            try AdviceFixture.advice(
                fixture, [question], of: [0], lines: [try AdviceFixture.line(wide, old)],
                limiting: [.networks, .hours, .purpose]
            ).tokens.first)
        let found = try ceiling(token)
        #expect(found.permissions == ["orders.read"] && found.departments == ["north"])
        #expect(found.networks == narrow.networks && found.purpose == "sync")
        #expect(found.partsBeyond(narrow) { $0 == $1 } == [])
        #expect(token.least?.kept == 1 && token.least?.lapsed == 1)
    }

    @Test func `policies that enforce no ceiling are told`() throws {
        let fixture = try AnalysisFixture.policy(AdviceFixture.can)
        let token = try #require(
            try AdviceFixture.advice(fixture, [AdviceFixture.question()], limiting: []).tokens.first)
        guard case .notEnforced? = token.obstacle else {
            Issue.record("\(token)")
            return
        }
        #expect(token.advised == nil)
    }

    // MARK: Networks, hours and purposes

    @Test func `networks are limited where every request states its address`() throws {
        let fixture = try AnalysisFixture.policy(Self.limited)
        func question(_ address: String?) -> AuthorizationRequest {
            AnalysisFixture.question(
                context: address.map { [.init("ip", .string($0))] } ?? [], token: AnalysisFixture.other.description)
        }
        func found(_ addresses: [String?]) throws -> TokenAdvice? {
            try AdviceFixture.advice(fixture, addresses.map(question), limiting: [.networks]).tokens.first
        }
        let limited = try found(["10.1.2.3", "10.1.2.200", "2001:db8:1:2::3"])
        #expect(
            try ceiling(limited).networks?.map(\.description) == ["10.1.2.0/24", "2001:db8:1::/48"])
        #expect(limited?.least?.newLimits == [.networks] && limited?.least?.kept == 3)
        #expect(try ceiling(try found(["10.1.2.3", nil])).networks == nil)
    }

    @Test func `hours are the fewest in a row that have all uses, on the tenant's clock`() throws {
        let fixture = try AnalysisFixture.policy(Self.limited)
        // 22:30 and 01:30 on the clock of Oslo, on a Friday and a Saturday.
        let times = ["2026-11-20T21:30:00Z", "2026-11-21T00:30:00Z"].map { Instant($0)! }
        let token = try AdviceFixture.advice(fixture, times.map { AdviceFixture.question(at: $0) }, limiting: [.hours])
            .tokens.first
        #expect(try ceiling(token).hours?.description == "fri,sat 22:00-02:00")
    }

    @Test(arguments: [
        (Set([3]), Set([9, 10, 16]), "wed 09:00-17:00"), (Set(1...5), Set(0...23), "mon-fri"),
        (Set(1...7), Set([23]), "23:00-00:00"), (Set(1...7), Set([0]), "00:00-01:00"),
        (Set([6]), Set([0, 23]), "sat 23:00-01:00"),
    ])
    func `hours of a week`(days: Set<Int>, hours: Set<Int>, text: String) {
        #expect(Ceiling.Hours(of: days, hours)?.description == text)
    }

    @Test func `hours that are all the time limit nothing`() {
        #expect(Ceiling.Hours(of: Set(1...7), Set(0...23)) == nil && Ceiling.Hours(of: [], []) == nil)
    }

    // MARK: Held to the oracle

    @Test(arguments: [1, 2])
    func `every ceiling permits what was logged, and no permission and no department less does`(jobs: Int) throws {
        let fixture = try AnalysisFixture.demo()
        let logged = AdviceFixture.questions(fixture, seed: 43)
        let all = Array(fixture.directory.tokens.indices)
        let found = try AdviceFixture.advice(fixture, logged, of: all, jobs: jobs, limiting: [.hours])
        let oracle = Oracle(policies: fixture.authorizer.policies)
        func permits(_ token: TokenAdvice, _ ceiling: Ceiling) throws -> Bool {
            let id = fixture.directory.tokens[token.token].id
            var organisation = Organisation(of: fixture.directory)
            for place in organisation.tenants.indices {
                for index in organisation.tenants[place].tokens.indices
                where organisation.tenants[place].tokens[index].id == id {
                    organisation.tenants[place].tokens[index].ceiling = ceiling
                }
            }
            let directory = try Directory(organisation)
            return try logged.allSatisfy { question in
                guard case .token(id.description) = question.subject, try fixture.decide(question).isPermitted else {
                    return true
                }
                return try oracle.decide(question, on: directory).isPermitted
            }
        }
        var count = 0
        for token in found.tokens where token.advised != nil {
            count += 1
            let ceiling = try ceiling(token)
            let record = fixture.directory.tokens[token.token]
            #expect(ceiling.partsBeyond(record.ceiling) { $0 == $1 } == [])
            #expect(try permits(token, ceiling), "\(ceiling)")
            for permission in ceiling.permissions ?? [] where ceiling.permissions!.count > 1 {
                var less = ceiling
                less.permissions = ceiling.permissions!.filter { $0 != permission }
                #expect(try !permits(token, less), "\(ceiling) without \(permission)")
            }
            for department in ceiling.departments ?? [] where ceiling.departments!.count > 1 {
                var less = ceiling
                less.departments = ceiling.departments!.filter { $0 != department }
                #expect(try !permits(token, less), "\(ceiling) without \(department)")
            }
            #expect(token.advised?.kept ?? 0 > 0)
        }
        #expect(count > 10)
    }
}
