import Engine
import Model
import Policies
import TestSupport
import Testing

@testable import Analysis

/// Each law by a proof that needs it.
@Suite struct LawTests {
    fileprivate struct Case: CustomTestStringConvertible {
        let law: Law
        /// The condition under which a policy permits, and one that contradicts it by the law alone.
        let permits: String
        let never: String
        var kind = "access"
        var grants = #"{ "*" }"#
        var settings = ""

        var testDescription: String { law.rawValue }
    }

    private static let schema = """
        return {
          actions = { ["orders.read"] = "read", ["orders.approve"] = "write", ["orders.ship"] = "write" },
          resources = {
            order = { department = optional "department", owner = optional "user", amount = optional "number",
                      note = optional "string" },
            report = {} },
          context = { ip = optional "ip", channel = optional "string" },
        }
        """

    /// Another limit for one tenant.
    private static let settings = #"{ "a": { "tenants": { "acme": { "limit": 7 } } } }"#

    fileprivate static let cases = [
        Case(law: .presence, permits: #"r.token.kind == "mobile""#, never: #"r.token:has("name")"#),
        Case(law: .names, permits: #"r.token.kind ~= "api""#, never: #"r.token.kind ~= "mobile""#),
        Case(
            law: .equality,
            permits: #"r.resource:has("note") and r.context:has("channel") and r.resource.note == r.context.channel"#,
            never:
                #"r.resource:has("note") and r.context:has("channel") and r.resource.note == "a" and r.context.channel == "b""#
        ),
        Case(
            law: .sameAttributes, permits: #"r.resource:has("owner") and r.resource.owner == r.token.user"#,
            never: #"r.resource:has("owner") and r.resource.owner.id ~= r.token.user.id"#),
        Case(
            law: .order, permits: #"r.resource:has("amount") and r.resource.amount < 5"#,
            never: #"r.resource:has("amount") and r.resource.amount > 10"#),
        Case(law: .calendar, permits: #"r.time.date > r.token.last_day"#, never: #"r.date <= r.token.last_day"#),
        Case(
            law: .departments,
            permits: #"r.resource:has("department") and r.resource.department:is_within(r.token.department)"#,
            never: #"r.resource:has("department") and r.token.department:is_within(r.resource.department) "#
                + #"and r.resource.department ~= r.token.department"#),
        Case(
            law: .permissions, permits: #"r.token.user_type:permits("orders.read")"#,
            never: #"not r.token:has("ceiling") and not r.token:can("orders.read")"#),
        Case(
            law: .requirements,
            permits: #"r.resource:has("department") and r.token:meets(r.resource.department)"#,
            never: #"r.resource:has("department") and r.resource.department:is_within(r.token.department) "#
                + #"and not r.token:meets(r.token.department)"#),
        Case(
            law: .covering, permits: #"not r.actor.is_operator and r.actor:covers(r.proposed)"#,
            never: #"not r.actor.is_operator and r.proposed:can("orders.read") and not r.actor:can("orders.read")"#,
            kind: "token.issue"),
        Case(
            law: .theOperator, permits: "r.actor.is_operator", never: #"not r.actor:can("orders.read")"#,
            kind: "token.issue"),
        Case(law: .actions, permits: #"r.action_kind == "read""#, never: #"r.action == "orders.approve""#),
        Case(law: .resources, permits: #"r.resource:has("amount")"#, never: #"not r.resource:has("type")"#),
        Case(law: .grants, permits: "true", never: #"r.action ~= "orders.read""#, grants: #"{ "orders.read" }"#),
        Case(
            law: .settings, permits: #"r.resource:has("amount") and r.resource.amount <= config.limit"#,
            never: #"r.resource:has("amount") and r.resource.amount > 5 and r.tenant ~= "acme""#, settings: "limit = 5"),
        Case(
            law: .networks, permits: #"r.context:has("ip") and r.context.ip:is_within("10.1.0.0/16")"#,
            never: #"r.context:has("ip") and not r.context.ip:is_within("10.0.0.0/8")"#),
        Case(law: .validity, permits: "true", never: "r.token.expires <= r.time"),
    ]

    @Test func `every law has a case`() { #expect(Set(Self.cases.map(\.law)) == Set(Law.allCases)) }

    @Test(arguments: cases) fileprivate func `a proof that needs a law fails without it`(example: Case) throws {
        let policy = """
            \(example.settings.isEmpty ? "" : "local config = settings { \(example.settings) }")
            return { on = "\(example.kind)", grants = \(example.grants), decide = function(r)
              if \(example.permits) then permit() end
            end }
            """
        let invariant = """
            never(permit, "an example", { on = "\(example.kind)" }, function(r) return \(example.never) end)
            """
        let source = PolicySource(
            path: "p",
            files: [
                .init(name: "schema.lua", bytes: Array(Self.schema.utf8)),
                .init(name: "a.lua", bytes: Array(policy.utf8)),
                .init(name: "invariants.lua", bytes: Array(invariant.utf8)),
            ]
                + (example.settings.isEmpty
                    ? [] : [.init(name: "settings.json", bytes: Array(Self.settings.utf8))]))
        let set = try Fixtures.load(source)
        func isProved(without laws: Set<Law>) throws -> Bool {
            var options = Exploration.Options(now: Instant("2026-06-01T12:00:00Z")!)
            options.without = laws
            let verdicts = try Exploration(set, set.invariants(source), options: options).verdicts()
            if case .proved? = verdicts.first?.result { return true }
            return false
        }
        #expect(try isProved(without: []))
        #expect(try !isProved(without: [example.law]))
    }
}
