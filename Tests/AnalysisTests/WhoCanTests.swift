import Analysis
import Decisions
import Model
import Policies
import Testing

@Suite struct WhoCanTests {
    private func who(
        _ fixture: AnalysisFixture, _ question: AuthorizationRequest, departments: [ExactName]? = nil
    ) -> [String: ConditionalDecision] {
        let found = WhoCan(question, departments: departments, tenant: 0, fixture.authorizer, on: fixture.directory)
        return Dictionary(
            uniqueKeysWithValues: found.rows.map { (fixture.directory.tokens[$0.token].id.description, $0.answer) })
    }

    private let one = AnalysisFixture.token.description
    private let other = AnalysisFixture.other.description

    @Test func `an unstated property that is not read makes no difference`() throws {
        let fixture = try AnalysisFixture.policy("if request.token:can(request.action) then permit() end")
        #expect(who(fixture, AnalysisFixture.question("orders.approve")) == [other: .yes])
        #expect(who(fixture, AnalysisFixture.question("orders.read")) == [one: .yes, other: .yes])
    }

    @Test func `an unstated property that is read is a condition, with an example`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.context:has('mfa') and request.context.mfa then permit() end")
        let mfa = Change.property(.init(.context, "mfa"), .init(.boolean(true)))
        #expect(who(fixture, AnalysisFixture.question()) == [one: .when([mfa]), other: .when([mfa])])
        #expect(
            who(fixture, AnalysisFixture.question(context: [.init("mfa", .boolean(true))])) == [one: .yes, other: .yes])
        #expect(who(fixture, AnalysisFixture.question(context: [.init("mfa", .boolean(false))])) == [:])
    }

    @Test func `a property that could change the result is named`() throws {
        let fixture = try AnalysisFixture.policy(
            "permit() if request.resource:has('amount') and request.resource.amount > 500 then deny('much') end")
        guard case .unless(let changes)? = who(fixture, AnalysisFixture.question())[one],
            case .property(let property, let value?) = changes[0]
        else {
            Issue.record("no example")
            return
        }
        #expect(property.text == "resource.amount")
        let spoilt = AnalysisFixture.question("orders.read", [.init("amount", value.json)])
        #expect(try fixture.decide(spoilt).code == "denied")
    }

    @Test func `three conditions that must be met together are found`() throws {
        let fixture = try AnalysisFixture.policy(
            """
            local c, r = request.context, request.resource
            if c:has("mfa") and c.mfa and r:has("amount") and r.amount > 7 and c:has("ip") and c.ip:is_within("10.0.0.0/8")
            then permit() end
            """)
        guard case .when(let changes)? = who(fixture, AnalysisFixture.question())[one] else {
            Issue.record("no example")
            return
        }
        #expect(
            Set(changes.map { change in if case .property(let property, _) = change { property.text } else { "" } })
                == ["context.mfa", "resource.amount", "context.ip"])
    }

    @Test func `a comparison of an open property with the token is decided token by token`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.resource:has('department') and request.resource.department == request.token.department then permit() end"
        )
        let property = Change.Property(.resource, "department")
        #expect(
            who(fixture, AnalysisFixture.question()) == [
                one: .when([.property(property, .init(.string("sales")))]),
                other: .when([.property(property, .init(.string("finance")))]),
            ])
    }

    @Test func `a comparison of an open property with a day of the token is decided token by token`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.resource:has('due') and request.resource.due == request.token.last_day then permit() end")
        let property = Change.Property(.resource, "due")
        #expect(
            who(fixture, AnalysisFixture.question()) == [
                one: .when([.property(property, .init(.string("2027-01-01")))]),
                other: .when([.property(property, .init(.string("2027-03-01")))]),
            ])
    }

    @Test func `reading content gives neither yes nor no`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.context:has('channel') and request.context.channel:match('^%d+$') then permit() end")
        guard case .reads(let properties, false)? = who(fixture, AnalysisFixture.question())[one] else {
            Issue.record("it is told as certain")
            return
        }
        #expect(properties.map(\.text) == ["context.channel"])
    }

    @Test func `plugin results on an open property are sampled, and no is not certain`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.context:has('ip') and cidr.contains('172.16.0.0/12', request.context.ip) then permit() end",
            uses: "cidr")
        let found = who(fixture, AnalysisFixture.question())[one]
        #expect(
            found == .when([.property(.init(.context, "ip"), .init(.string("172.16.0.0")))]),
            "\(String(describing: found))")
    }

    @Test func `a department and those under it are decided one by one`() throws {
        let fixture = try AnalysisFixture.policy(
            "if request.resource.department:is_within(request.token.department) then permit() end")
        let found = WhoCan(
            AnalysisFixture.question(), departments: ["sales", "north", "south", "finance"], tenant: 0,
            fixture.authorizer,
            on: fixture.directory)
        #expect(found.rows.map(\.departments) == [["sales", "north", "south"], ["finance"]])
        #expect(found.yes == 2 && found.asked == 2 && found.isComplete)
    }

    @Test func `it can be stopped`() throws {
        let fixture = try AnalysisFixture.policy("permit()")
        let found = WhoCan(AnalysisFixture.question(), tenant: 0, fixture.authorizer, on: fixture.directory) { _, _ in
            false
        }
        #expect(!found.isComplete && found.rows.isEmpty)
    }

    /// Compares with requests whose open properties are random.
    @Test func `every result agrees with requests that have random further properties`() throws {
        var kinds: [String: Int] = [:]
        for seed in 0..<10 as Range<UInt64> {
            try check(try GeneratedStore(seed: seed, policies: 2, permits: seed % 2 == 1), seed, &kinds)
        }
        #expect(kinds.count >= 3, "\(kinds)")
    }

    private func check(_ store: GeneratedStore, _ seed: UInt64, _ kinds: inout [String: Int]) throws {
        let made = store.questions(50)
        for action in ["orders.read", "orders.approve"] {
            let question = AuthorizationRequest(
                action: ExactName(action), subject: .token(""), resource: .init(type: "order", id: "1"),
                now: Instant("2026-06-01T10:00:00Z")!, obligations: .all)
            let found = WhoCan(question, tenant: 0, store.authorizer, on: store.directory)
            let rows = Dictionary(uniqueKeysWithValues: found.rows.map { ($0.token, $0.answer) })
            for token in store.directory.tokens.indices where store.directory.tokens[token].tenant == 0 {
                let answer = rows[token] ?? .no
                func decide(_ change: (inout AuthorizationRequest) -> Void) throws -> Bool? {
                    var fixture = question
                    fixture.subject = .token(store.directory.tokens[token].id.description)
                    change(&fixture)
                    return try? store.decide(fixture).isPermitted
                }
                kinds["\(answer)".prefix { $0 != "(" }.description, default: 0] += 1
                switch answer {
                case .yes, .no:
                    for other in made where other.resource?.type == "order" {
                        let permits = try decide {
                            $0.context = other.context
                            $0.resource?.properties = other.resource!.properties
                        }
                        if let permits {
                            #expect(permits == (answer == .yes), "seed \(seed) \(action) \(token) \(other)")
                        }
                    }
                case .when(let changes), .unless(let changes):
                    let isWhen = if case .when = answer { true } else { false }
                    #expect(try decide { _ in } == !isWhen)
                    #expect(try decide { $0 = Scenario(changes, tenant: "t1").apply(to: $0) } == isWhen)
                case .reads: break
                }
            }
        }
    }
}
