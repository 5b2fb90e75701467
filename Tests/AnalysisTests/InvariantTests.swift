import Decisions
import Engine
import Model
import Policies
import TestSupport
import Testing

@testable import Analysis

/// The verdicts on invariants, each for its reason.
@Suite struct InvariantTests {
    private static let now = Instant("2026-06-01T12:00:00Z")!
    private static let schema = """
        return {
          actions = { ["orders.read"] = "read", ["orders.approve"] = "write", ["users.update"] = "admin" },
          resources = {
            order = { department = optional "department", owner = optional "user", amount = optional "number",
                      note = optional "string", due = optional "date", tags = list "string", labels = map "string" },
            report = {} },
          context = { ip = optional "ip", mfa = optional "boolean", at = optional "instant" },
          subjects = { service = { level = optional "number" } },
        }
        """

    private static func verdicts(
        _ policies: [String], _ invariants: String, settings: String? = nil, branches: Int = 50_000
    ) throws -> [InvariantVerdict] {
        var files = [
            PolicyFile(name: "schema.lua", bytes: Array(schema.utf8)),
            PolicyFile(name: "invariants.lua", bytes: Array(invariants.utf8)),
        ]
        for (number, body) in policies.enumerated() {
            let text =
                body.hasPrefix("return") || body.hasPrefix("local")
                ? body : "return { on = \"access\", grants = { \"*\" }, decide = function(r) \(body) end }"
            files.append(PolicyFile(name: ExactName("p\(number).lua"), bytes: Array(text.utf8)))
        }
        if let settings { files.append(.init(name: "settings.json", bytes: Array(settings.utf8))) }
        let source = PolicySource(path: "p", files: files)
        let set = try Fixtures.load(source)
        let file = set.invariants(source)
        try #require(file.diagnostics.isEmpty, "\(file.diagnostics)")
        var options = Exploration.Options(now: now)
        options.limits.branches = branches
        return try Exploration(set, file, options: options).verdicts()
    }

    private static func verdict(
        _ policies: [String], _ invariant: String, settings: String? = nil, branches: Int = 50_000
    ) throws -> InvariantVerdict.Result {
        try #require(verdicts(policies, invariant, settings: settings, branches: branches).first).result
    }

    private static func word(_ result: InvariantVerdict.Result) -> String {
        switch result {
        case .proved(.everyBranch): "proved"
        case .proved(.core): "core"
        case .proved(.vacuous): "vacuous"
        case .refuted: "refuted"
        case .bounded: "bounded"
        }
    }

    /// Policies, an invariant, and the verdict.
    private static let cases: [(policies: [String], invariant: String, verdict: String)] = [
        (["permit()"], #"never(permit, "a", function(r) return true end)"#, "refuted"),
        (["deny('no')"], #"never(permit, "a", function(r) return true end)"#, "proved"),
        (["permit()"], #"always(permit, "a", function(r) return true end)"#, "proved"),
        (["permit()"], #"always(deny, "a", function(r) return r.action == "orders.read" end)"#, "refuted"),
        (["permit()"], #"never(deny, "a", function(r) return r.action == "orders.read" end)"#, "proved"),
        // Any deny wins, and a policy that fails denies.
        (["permit()", "deny('no')"], #"never(permit, "a", function(r) return true end)"#, "proved"),
        (
            ["permit()", "if r.resource.amount > 5 then end"],
            #"never(permit, "a", function(r) return not r.resource:has("amount") end)"#, "proved"
        ),
        // What is not granted fails.
        (
            [#"return { on = "access", grants = { "orders.*" }, decide = function(r) permit() end }"#],
            #"never(permit, "a", function(r) return r.action == "users.update" end)"#, "proved"
        ),
        // Observing policies never decide.
        (
            [#"return { on = "access", mode = "observe", decide = function(r) deny("no") end }"#, "permit()"],
            #"never(permit, "a", function(r) return true end)"#, "refuted"
        ),
        // The core refuses expired tokens; policies alone do not.
        (["permit()"], #"never(permit, "a", function(r) return r.token.expires <= r.time end)"#, "core"),
        (
            ["permit()"],
            #"never(permit, "a", { about = "policies" }, function(r) return r.token.expires <= r.time end)"#, "refuted"
        ),
        (
            ["if r.token.expires > r.time then permit() end"],
            #"never(permit, "a", { about = "policies" }, function(r) return r.token.expires <= r.time end)"#, "proved"
        ),
        (["permit()"], #"never(permit, "a", function(r) return r.action == "a" and false end)"#, "vacuous"),
        (["permit()"], #"never(permit, "a", function(r) end)"#, "vacuous"),
        // A subject that is no token.
        (
            [#"return { on = "access", subject = "any", grants = { "*" }, decide = function(r) permit() end }"#],
            #"never(permit, "a", { subject = "service" }, function(r) return r.action == "orders.read" end)"#, "refuted"
        ),
        (
            ["permit()"],
            #"never(permit, "a", { subject = "service" }, function(r) return r.action == "orders.read" end)"#, "proved"
        ),
        // Content that can be anything is not walked; it does not matter where the rest decides.
        (
            ["if r.resource:has('note') and r.resource.note:find('x') then permit() end"],
            #"never(permit, "a", function(r) return r.action == "orders.read" end)"#, "bounded"
        ),
        (
            ["if r.resource:has('note') and r.resource.note:find('x') then permit() end", "deny('no')"],
            #"never(permit, "a", function(r) return r.action == "orders.read" end)"#, "proved"
        ),
        // A condition that fails says nothing of those requests.
        (["permit()"], #"never(permit, "a", function(r) return r.resource.amount > 5 end)"#, "bounded"),
        // Numbers, days and instants are found by their order, then in the calendar.
        (
            ["if r.resource:has('amount') and r.resource.amount > 5 then permit() end"],
            #"never(permit, "a", function(r) return r.resource:has("amount") and r.resource.amount < 6.5 end)"#,
            "refuted"
        ),
        (
            ["if r.resource:has('due') and r.resource.due > r.date:plus { months = 3 } then permit() end"],
            #"never(permit, "a", function(r) return r.resource.due ~= date "2027-01-01" end)"#, "refuted"
        ),
        (
            ["if r.resource:has('due') and r.resource.due > r.date:plus { months = 3 } then permit() end"],
            #"never(permit, "a", function(r) return r.resource:has("due") and r.resource.due ~= date "2027-01-01" end)"#,
            "refuted"
        ),
        (
            ["if r.time.hour >= 9 and r.time.hour < 17 and r.time.weekday < 6 then permit() end"],
            #"never(permit, "a", function(r) return r.time.hour == 12 end)"#, "refuted"
        ),
        (
            ["if r.time.hour >= 9 and r.time.hour < 17 then permit() end"],
            #"never(permit, "a", function(r) return r.time.hour == 20 end)"#, "proved"
        ),
        (
            ["if r.context:has('ip') and r.context.ip:is_within('10.0.0.0/8') then permit() end"],
            #"never(permit, "a", function(r) return r.context:has("ip") and not r.context.ip:is_within("10.1.0.0/16") end)"#,
            "refuted"
        ),
        // A day later is another instant in another zone, and so is the end of a day.
        (
            [
                "if instant '2026-03-28T12:00:00Z':plus { days = 1 } == instant '2026-03-29T12:00:00Z' then permit() end"
            ],
            #"never(permit, "a", function(r) return r.action == "orders.read" end)"#, "refuted"
        ),
        (
            ["if date '2026-03-28':end_of_day() ~= instant '2026-03-29T00:00:00Z' then permit() end"],
            #"never(permit, "a", function(r) return r.action == "orders.read" end)"#, "bounded"
        ),
        // Lists, maps and loops.
        (
            ["for _, tag in ipairs(r.resource.tags) do if tag == 'hot' then permit() end end"],
            #"never(permit, "a", function(r) return r.resource:has("type") and r.resource.type == "order" end)"#,
            "refuted"
        ),
        (
            ["if r.resource:has('labels') and r.resource.labels:has('env') then permit() end"],
            #"never(permit, "a", function(r) return r.action == "orders.read" end)"#, "refuted"
        ),
        (
            [
                "if r.resource:has('owner') and r.resource.owner == r.token.user then permit() end"
            ],
            #"never(permit, "a", function(r) return r.token:can("orders.read") and r.token.kind == "mobile" end)"#,
            "refuted"
        ),
    ]

    @Test(arguments: cases.indices) func `each verdict is the one for its reason`(number: Int) throws {
        let example = Self.cases[number]
        let result = try Self.verdict(example.policies, example.invariant)
        #expect(Self.word(result) == example.verdict, "\(example.policies) \(example.invariant): \(result)")
    }

    @Test func `settings count as they are, for each tenant`() throws {
        let policy = """
            local config = settings { limit = 5, hard = true }
            return { on = "access", grants = { "*" }, decide = function(r)
              permit()
              if config.hard and r.resource:has("amount") and r.resource.amount > config.limit then deny("no") end
            end }
            """
        let settings = #"{ "p0": { "tenants": { "acme": { "limit": 100 }, "lax": { "hard": false } } } }"#
        func verdict(_ condition: String) throws -> String {
            Self.word(
                try Self.verdict(
                    [policy],
                    "never(permit, \"a\", function(r) return r.resource:has(\"amount\") and \(condition) end)",
                    settings: settings))
        }
        #expect(try verdict(#"r.resource.amount > 5 and r.tenant ~= "acme" and r.tenant ~= "lax""#) == "proved")
        #expect(try verdict(#"r.resource.amount > 5 and r.tenant == "acme""#) == "refuted")
        #expect(try verdict(#"r.resource.amount > 100 and r.tenant ~= "lax""#) == "proved")
        #expect(try verdict(#"r.resource.amount > 100"#) == "refuted")
    }

    @Test func `what was not walked is said, and never taken for a proof`() throws {
        let body = "if r.resource:has('amount') then return end if r.context:has('mfa') then permit() end"
        let invariant = #"never(permit, "a", function(r) return r.action == "orders.read" end)"#
        #expect(Self.word(try Self.verdict([body], invariant)) == "refuted")
        #expect(Self.word(try Self.verdict([body, "deny('no')"], invariant, branches: 1)) == "proved")
        guard case .bounded(let bounds) = try Self.verdict([body], invariant, branches: 1) else {
            Issue.record("no bound")
            return
        }
        #expect(bounds == [.unexplored(policy: "p0", .tooMany(branches: 1))])
        let long = try Self.verdict(
            [
                "if r.resource:has('tags') then local n = 0 for _, t in ipairs(r.resource.tags) do n = n + 1 end "
                    + "if n > 5 then permit() end end"
            ], invariant)
        guard case .bounded(let lists) = long else {
            Issue.record("\(long)")
            return
        }
        #expect(lists.count == 1, "\(lists)")
    }

    @Test func `without time nothing is decided, and that is said`() throws {
        let invariant = #"never(permit, "a", function(r) return r.action == "orders.read" end)"#
        let source = PolicySource(
            path: "p",
            files: [
                .init(name: "schema.lua", bytes: Array(Self.schema.utf8)),
                .init(
                    name: "p.lua",
                    bytes: Array(#"return { on = "access", decide = function(r) deny("no") end }"#.utf8)),
                .init(name: "invariants.lua", bytes: Array(invariant.utf8)),
            ])
        let set = try Fixtures.load(source)
        var options = Exploration.Options(now: Self.now)
        options.limits.isOver = { true }
        let exploration = try Exploration(set, set.invariants(source), options: options)
        guard case .bounded(let bounds)? = exploration.verdicts().first?.result else {
            Issue.record("decided")
            return
        }
        #expect(bounds == [.timeout])
        let found = exploration.deepFindings()
        #expect(found.findings.isEmpty && !found.isComplete)
        let comparison = try #require(try BranchComparison(set, set, options: options))
        #expect(!comparison.isEqual())
        let diff = comparison.diff()
        #expect(!diff.isEqual && diff.bounds.contains { $0.contains("the time was over") })
    }

    @Test func `a counterexample is as small as can be`() throws {
        let result = try Self.verdict(
            ["if r.token:can(r.action) then permit() end"],
            #"never(permit, "a", function(r) return r.action == "orders.approve" end)"#)
        guard case .refuted(let example, let decision) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(decision.isPermitted && example.question.action == "orders.approve")
        #expect(example.question.resource == nil && example.question.context == .object([]))
        let tenant = example.organisation.tenants[0]
        #expect(tenant.userTypes.map(\.permissions) == [["orders.approve"]])
        #expect(tenant.users.count == 1 && tenant.departments.count == 1 && tenant.tokens.count == 1)
    }
}
