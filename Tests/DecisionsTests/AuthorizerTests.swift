import Decisions
import Foundation
import Model
import Policies
import TestSupport
import Testing

/// A small store and policy sets written for one test each.
enum Fixture {
    static let schema = """
        return {
          actions = { ["orders.read"] = "read", ["orders.approve"] = "write" },
          resources = { order = { department = optional "department", amount = optional "number", owner = optional "user" },
                        invoice = { amount = "number" } },
          context = { mfa = optional "boolean" },
          subjects = { service = { roles = list "string" } },
        }
        """

    static let token = TokenID(high: 1, low: 1)

    static func directory(_ change: (inout TenantRecord) -> Void = { _ in }) throws -> Directory {
        var tenant = TenantRecord(id: "t", name: "T", zone: "Europe/Oslo")
        tenant.departments = [
            DepartmentRecord(id: "sales", name: "Sales"), DepartmentRecord(id: "north", name: "North", parent: "sales"),
            DepartmentRecord(id: "finance", name: "Finance"),
        ]
        tenant.userTypes = [UserTypeRecord(id: "clerk", name: "Clerk", permissions: ["orders.*"])]
        tenant.users = [
            UserRecord(
                id: "anna", name: "anna", fullName: "Anna", email: "a@t.example",
                assignments: [AssignmentRecord(id: "a1", department: "sales", userType: "clerk")])
        ]
        tenant.tokens = [
            TokenRecord(
                id: token, kind: .api, name: "one", assignment: "a1", created: Instant("2026-01-01T00:00:00Z")!,
                expires: Instant("2027-01-01T00:00:00Z")!)
        ]
        change(&tenant)
        return try Directory(Organisation(tenants: [tenant]))
    }

    static func source(_ policies: [String: String], settings: String? = nil) -> PolicySource {
        var files = policies.map { PolicyFile(name: "\($0.key).lua", bytes: Array($0.value.utf8)) }
        files.append(PolicyFile(name: "schema.lua", bytes: Array(schema.utf8)))
        if let settings { files.append(PolicyFile(name: "settings.json", bytes: Array(settings.utf8))) }
        return PolicySource(path: "p", files: files)
    }

    /// A policy that assigns to the request, so that the loader cannot see mistakes before it is run.
    static func policy(_ body: String, head: String = "grants = { \"*\" }", before: String = "") -> String {
        "\(before)\nreturn { on = \"access\", \(head), decide = function(request) request = request\n\(body)\nend }"
    }

    static func authorizer(
        _ policies: [String: String], settings: String? = nil, directory: Directory? = nil,
        budget: Budget = Budget()
    ) throws -> Decider {
        let result = PolicySet.load(source(policies, settings: settings))
        let set = try #require(result.set, "\(result.diagnostics)")
        let authorizer = try Decider(
            policies: set, directory: directory ?? self.directory(), budget: budget, detail: .trace)
        return authorizer
    }

    static func question(
        _ properties: [JSON.Member] = [], action: ExactName = "orders.read", type: ExactName = "order",
        at time: String = "2026-06-01T12:00:00Z"
    ) -> AuthorizationRequest {
        AuthorizationRequest(
            action: action, subject: .token(token.description),
            resource: .init(type: type, id: "1", properties: .object(properties)), now: Instant(time)!)
    }
}

@Suite struct AuthorizerTests {
    let permit = Fixture.policy("permit()")

    @Test func `no permit is a deny, a permit permits, and any deny wins`() throws {
        #expect(try Fixture.authorizer(["a": Fixture.policy("")]).decide(Fixture.question()).code == "not_permitted")
        #expect(try Fixture.authorizer(["a": permit]).decide(Fixture.question()).code == "permitted")
        let deny = Fixture.policy("deny(\"{token.department} says no\", { code = \"closed\" })")
        let decision = try Fixture.authorizer(["a": permit, "b": deny, "c": permit]).decide(Fixture.question())
        #expect(!decision.isPermitted && decision.code == "denied" && decision.policyCode == "closed")
        #expect(decision.reasons.map(\.text) == ["Sales says no"])
        #expect(decision.reasons.map(\.line) == [3])
    }

    @Test(arguments: [
        ("error(\"x\")", "policy_failed"), ("while true do end", "budget_exhausted"),
        ("local t = {} while true do t[#t + 1] = (\"x\"):rep(100000) end", "budget_exhausted"),
        ("if request.resource.department == \"Sales\" then permit() end", "policy_failed"),
        ("if request.resource.owner == request.token.user then permit() end", "policy_failed"),
        ("permit(tonumber('1'))", "policy_failed"), ("oblige((select(1, {})))", "policy_failed"),
        ("request.x = 1", "policy_failed"),
        ("return request.token.departmnet", "policy_failed"),
        ("local _ = request.token < request.token", "policy_failed"),
        ("local d = request.token.department; return d.parent", "policy_failed"),
    ])
    func `a failed policy is a deny with its code, and the statements of others stay`(body: String, code: String) throws
    {
        let authorizer = try Fixture.authorizer(
            ["bad": Fixture.policy(body), "good": permit], budget: Budget(fuel: 200_000, memory: 1 << 20))
        for _ in 0..<3 {
            let decision = try authorizer.decide(Fixture.question([.init("department", .string("north"))]))
            #expect(!decision.isPermitted && decision.code == code)
            #expect(decision.failures.map(\.policy) == ["bad"])
        }
    }

    @Test func `permits without effect are listed separately`() throws {
        let authorizer = try Fixture.authorizer([
            "a": Fixture.policy("permit(\"fine\") oblige(\"log\")"), "b": Fixture.policy("deny(\"no\")"),
        ])
        let decision = try authorizer.decide(Fixture.question())
        #expect(decision.reasons.map(\.text) == ["no"] && decision.obligations.isEmpty)
        #expect(decision.overruled.map(\.text) == ["fine", "log"])
        #expect(try Fixture.authorizer(["a": permit]).decide(Fixture.question()).overruled.isEmpty)
    }

    @Test(arguments: [
        ("request.action:match('^orders%.(%a+)') == 'read'", "permitted"),
        ("request.action:upper() == 'ORDERS.READ'", "permitted"),
        ("request.action:sub(1, 3) == 'ord'", "permitted"),
        ("request.action:gsub('o', '0') == '0rders.read'", "permitted"),
        ("request.action:len() == 3", "not_permitted"), ("request.action:mach('x') == nil", "policy_failed"),
        ("request.action:dump() == nil", "policy_failed"),
        ("request.token.department:lower() == 'sales'", "policy_failed"),
        ("request.action.rep(request.token, 2) == nil", "policy_failed"),
    ])
    func `a string of the request has all string methods`(condition: String, code: String) throws {
        let authorizer = try Fixture.authorizer(["a": Fixture.policy("if \(condition) then permit() end")])
        for _ in 0..<2 { #expect(try authorizer.decide(Fixture.question()).code == code) }
    }

    @Test func `a failure suggests the intended name`() throws {
        let authorizer = try Fixture.authorizer(["a": Fixture.policy("local _ = request.token.department == \"Sales\"")]
        )
        let failure = try #require(try authorizer.decide(Fixture.question()).failures.first)
        #expect(
            failure.message == "cannot compare a department with a string: write `.id` or `.name` of the department")
        #expect(failure.line == 3)
    }

    @Test func `permitting an action that grants do not name is a failure`() throws {
        let narrow = Fixture.policy("permit()", head: "grants = { \"orders.approve\" }")
        let authorizer = try Fixture.authorizer(["a": narrow])
        #expect(try authorizer.decide(Fixture.question()).code == "policy_failed")
        #expect(try authorizer.decide(Fixture.question(action: "orders.approve")).isPermitted)
    }

    @Test func `an observing policy decides nothing and is reported`() throws {
        let watch = Fixture.policy("deny(\"would not\")", head: "mode = \"observe\"")
        let decision = try Fixture.authorizer(["a": permit, "w": watch]).decide(Fixture.question())
        #expect(decision.isPermitted && decision.observed.map(\.text) == ["would not"])
    }

    @Test(arguments: [
        ("deny(\"first\") error(\"x\")", Failure.Kind.failed, ["first"]), ("while true do end", .fuel, []),
    ])
    func `a failed observing policy decides nothing and is reported`(
        body: String, kind: Failure.Kind, said: [String]
    ) throws {
        let watch = Fixture.policy(body, head: "mode = \"observe\"")
        let authorizer = try Fixture.authorizer(["a": permit, "w": watch], budget: Budget(fuel: 200_000))
        for _ in 0..<2 {
            let decision = try authorizer.decide(Fixture.question())
            #expect(decision.isPermitted && decision.code == "permitted" && decision.failures.isEmpty)
            #expect(decision.observedFailures.map(\.policy) == ["w"])
            #expect(decision.observedFailures.map(\.kind) == [kind])
            #expect(decision.observed.map(\.text) == said)
        }
        // Alone it does not deny either: the code says that nothing permits.
        let alone = try Fixture.authorizer(["w": watch], budget: Budget(fuel: 200_000)).decide(Fixture.question())
        #expect(alone.code == "not_permitted" && alone.observedFailures.map(\.kind) == [kind])
    }

    @Test func `an obligation that the caller cannot meet is a deny that names it`() throws {
        let authorizer = try Fixture.authorizer(["a": permit, "b": Fixture.policy("oblige(\"log\", { level = 2 })")])
        var question = Fixture.question()
        let refused = try authorizer.decide(question)
        #expect(refused.code == "obligation_unsupported" && refused.unsupported == ["log"])
        // Nothing is to be done for a deny: the obligation belongs to the permit that it would have been.
        #expect(refused.obligations.isEmpty && refused.refused.map(\.text) == ["log"])
        question.obligations = .named(["log"])
        #expect(try authorizer.decide(question).isPermitted)
    }

    @Test func `the validity of the actor is checked before every policy`() throws {
        func code(_ change: @escaping (inout TenantRecord) -> Void, at time: String = "2026-06-01T12:00:00Z") throws
            -> String
        {
            try Fixture.authorizer(["a": permit], directory: Fixture.directory(change)).decide(
                Fixture.question(at: time)
            )
            .code
        }
        let now = Instant("2026-05-01T00:00:00Z")!
        #expect(try code { _ in } == "permitted")
        #expect(try code { $0.tokens[0].revoked = now } == "token_revoked")
        #expect(try code { $0.tokens[0].suspended = now } == "token_suspended")
        #expect(try code { $0.users[0].isActive = false } == "user_inactive")
        #expect(try code { $0.users[0].assignments[0].isRemoved = true } == "assignment_gone")
        #expect(try code { $0.departments[0].isActive = false } == "department_inactive")
        #expect(try code({ _ in }, at: "2027-01-01T00:00:00Z") == "token_expired")
        #expect(try code({ _ in }, at: "2026-12-31T23:59:59.999999Z") == "permitted")
    }

    @Test func `an undeclared name is a deny, and a missing required property an error`() throws {
        let authorizer = try Fixture.authorizer(["a": permit])
        #expect(try authorizer.decide(Fixture.question(action: "orders.raed")).code == "action_unknown")
        #expect(try authorizer.decide(Fixture.question(type: "ordr")).code == "resource_type_unknown")
        let missing = #expect(throws: RequestError.self) {
            try authorizer.decide(Fixture.question([.init("amuont", .integer(1))], type: "invoice"))
        }
        #expect(missing?.property == "resource.properties.amount")
        #expect(missing?.message.contains("`amuont`") == true)
        let wrong = #expect(throws: RequestError.self) {
            try authorizer.decide(Fixture.question([.init("amount", .string("1"))]))
        }
        #expect(
            wrong?.message
                == "`resource.properties.amount`: `\"1\"` is no number such as `12.5`; write it without quotes")
        let hidden = #expect(throws: RequestError.self) {
            let text = "1\u{200B}\u{1B}[2K\u{FEFF}" + String(repeating: "ö", count: 100)
            return try authorizer.decide(Fixture.question([.init("amount", .string(text))]))
        }
        let shown = (hidden?.message ?? "").unicodeScalars
        #expect(shown.allSatisfy { $0.value >= 0x20 && $0.value < 0x200B || $0 == "…" } && shown.count < 150)
        let nowhere = #expect(throws: RequestError.self) {
            try authorizer.decide(Fixture.question([.init("department", .string("nowhere"))]))
        }
        #expect(nowhere?.property == "resource.properties.department")
        #expect(
            try authorizer.decide(Fixture.question([.init("extra", .integer(1))])).ignored == [
                "resource.properties.extra"
            ])
        var unknown = Fixture.question()
        unknown.subject = .token(TokenID(high: 9, low: 9).description)
        #expect(try authorizer.decide(unknown).code == "token_unknown")
    }

    @Test func `the trace has the observed facts in order, and nothing else`() throws {
        let policy = Fixture.policy(
            """
            if not request.resource:has("amount") then return end
            if request.resource.amount <= config.limit then permit() end
            """, before: "local config = settings { limit = 100 }")
        let authorizer = try Fixture.authorizer(["a": policy], settings: "{\"a\":{\"tenants\":{\"t\":{\"limit\":7}}}}")
        let decision = try authorizer.decide(Fixture.question([.init("amount", .number(7.5))]))
        #expect(!decision.isPermitted)
        #expect(
            decision.traces.first?.facts.map { "\($0.text) = \($0.value)" }
                == ["resource has amount = true", "resource.amount <= settings.limit = false"])
        #expect(try authorizer.decide(Fixture.question([.init("amount", .integer(7))])).isPermitted)
    }

    @Test func `data is never used as a template`() throws {
        let body = "deny(request.token.name .. \" {token.user}\")"
        let decision = try Fixture.authorizer(["a": Fixture.policy(body)]).decide(Fixture.question())
        #expect(decision.reasons.map(\.text) == ["one {token.user}"])
    }

    @Test func `nothing outlives an evaluation`() throws {
        let counter = Fixture.policy("n = n + 1; if n > 1 then permit() end", before: "local n = 0")
        let table = Fixture.policy(
            "t.seen = (t.seen or 0) + 1; if t.seen > 1 then permit() end", before: "local t = {}")
        let authorizer = try Fixture.authorizer(["a": counter, "b": table])
        for _ in 0..<5 { #expect(try authorizer.decide(Fixture.question()).code == "not_permitted") }
    }

    @Test func `a policy with many facts leaves others the memory they need`() throws {
        let greedy = Fixture.policy(
            "for i = 1, 20000 do if request.action == \"x\" .. i then permit() end end", head: "mode = \"observe\"")
        var policies = ["z": permit, "y": Fixture.policy("if request.action == \"orders.read\" then permit() end")]
        for name in ["a", "b", "c", "d", "e"] {
            policies[name] = greedy.replacing("\"x\"", with: "\"\(name)\"")
        }
        let authorizer = try Fixture.authorizer(policies, budget: Budget(fuel: 10_000_000))
        for _ in 0..<2 { #expect(try authorizer.decide(Fixture.question()).code == "permitted") }
    }

    @Test func `strings that policies compare with do not accumulate over requests`() async {
        // In a process of its own, so that no other test uses memory meanwhile.
        await #expect(processExitsWith: .success) {
            let hoarder = Fixture.policy(
                """
                local s = ("x"):rep(400000) .. tostring(request.resource.amount)
                if s == request.action then deny(s) end permit()
                """)
            let authorizer = try Fixture.authorizer(["a": hoarder])
            func residentBytes() throws -> Int {
                let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
                return Int(fields[1])! * 4096
            }
            let before = try residentBytes()
            for round in 0..<200 {
                let decision = try authorizer.decide(Fixture.question([.init("amount", .integer(Int64(round)))]))
                #expect(decision.isPermitted)
            }
            // Without a bound, the rounds would keep 80 MB, in two copies.
            #expect(try residentBytes() - before < 100 << 20)
        }
    }
}
