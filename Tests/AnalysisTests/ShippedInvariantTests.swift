import Decisions
import Engine
import Model
import Policies
import TestSupport
import Testing

@testable import Analysis

/// The shipped policies: their invariants are proved, and a fault in any policy is found.
@Suite struct ShippedInvariantTests {
    private static let now = Instant("2026-11-22T12:00:00Z")!

    /// A fault planted in a policy: a text of its source and what stands there instead.
    struct Fault: CustomTestStringConvertible {
        let policy: ExactName
        let text: String
        let fault: String
        /// False for a policy that is off by default: no invariant of the folder is about it.
        var isOn = true

        var testDescription: String { "\(policy): \(fault)" }
    }

    static let faults = [
        Fault(
            policy: "administration", text: "request.actor:can(needed[request.point])",
            fault: #"request.actor:can("tokens.list")"#),
        Fault(
            policy: "department_gate", text: "if request.token:meets(resource.department) then return end",
            fault: "if request.token:meets(request.token.department) then return end"),
        Fault(
            policy: "department_scope", text: "department:is_within(request.token.department)",
            fault: "request.token.department:is_within(department)"),
        Fault(
            policy: "expiry_cap", text: "if proposed.last_day <= cap then return end",
            fault: "if proposed.last_day <= cap:plus { days = 1 } then return end"),
        Fault(
            policy: "issue_ceiling", text: "actor:covers(request.proposed)",
            fault: "actor:meets(request.proposed.department)"),
        Fault(
            policy: "mobile_scope", text: #"request.actor.token.kind == "mobile""#,
            fault: #"request.actor.token.kind == "api""#),
        Fault(
            policy: "mobile_scope", text: #"if request.token.kind == "mobile""#,
            fault: #"if request.token.kind ~= "mobile""#),
        Fault(policy: "reveal_guard", text: "token.expires <= request.time", fault: "token.expires < request.time"),
        Fault(
            policy: "reveal_guard", text: "if not actor:covers(token)",
            fault: "if actor.is_operator"),
        Fault(
            policy: "token_visibility", text: "if token.department:is_within(actor.department) then return end",
            fault: "if actor.department:is_within(token.department) then return end"),
        Fault(
            policy: "user_type_permissions", text: "request.token:can(request.action)",
            fault: #"request.token:can("orders.read")"#),
        Fault(
            policy: "duty_separation", text: "resource.owner == request.token.user",
            fault: "resource.owner ~= request.token.user", isOn: false),
        Fault(
            policy: "manager_approval", text: "not request.token.is_managers", fault: "request.token.is_managers",
            isOn: false),
        Fault(
            policy: "office_network", text: "not request.context.ip:is_within_any",
            fault: "request.context.ip:is_within_any", isOn: false),
        Fault(
            policy: "working_hours", text: #"request.token.kind == "api""#, fault: #"request.token.kind == "mobile""#,
            isOn: false),
    ]

    /// All policies on, with networks.
    private static let settings = """
        {
          "expiry_cap": { "tenants": { "acme": { "months": 6, "hard": true } } },
          "duty_separation": { "all": { "enabled": true } }, "manager_approval": { "all": { "enabled": true } },
          "office_network": { "all": { "enabled": true, "networks": ["10.0.0.0/8"] } },
          "working_hours": { "all": { "enabled": true } }
        }
        """

    private static func source(_ fault: Fault?, allOn: Bool) throws -> PolicySource {
        var source = try Fixtures.shipped()
        if let fault {
            let place = try #require(source.files.firstIndex { $0.name == "\(fault.policy).lua" })
            let text = String(decoding: source.files[place].bytes, as: UTF8.self)
            try #require(text.contains(fault.text), "\(fault.policy) has no `\(fault.text)`")
            source.files[place] = PolicyFile(
                name: "\(fault.policy).lua", bytes: Array(text.replacing(fault.text, with: fault.fault).utf8))
        }
        if allOn {
            let place = try #require(source.files.firstIndex { $0.name == "settings.json" })
            source.files[place] = PolicyFile(name: "settings.json", bytes: Array(settings.utf8))
        }
        return source
    }

    private static func verdicts(_ source: PolicySource) throws -> [InvariantVerdict] {
        let set = try Fixtures.load(source)
        let file = set.invariants(source)
        try #require(file.diagnostics.isEmpty, "\(file.diagnostics)")
        return try Exploration(set, file, options: .init(now: now)).verdicts()
    }

    @Test func `every invariant of the shipped policies is proved, and about something`() throws {
        let verdicts = try Self.verdicts(Self.source(nil, allOn: false))
        #expect(verdicts.count >= 15)
        for verdict in verdicts {
            switch verdict.result {
            case .proved(.everyBranch), .proved(.core): break
            case let other: Issue.record("\(verdict.invariant.text): \(other)")
            }
        }
    }

    @Test func `no shipped policy has branches that were not walked, but where it is told`() throws {
        let source = try Self.source(nil, allOn: true)
        let set = try Fixtures.load(source)
        let exploration = try Exploration(set, options: .init(now: Self.now))
        for context in exploration.contexts {
            let (explored, _) = exploration.explored(context)
            for part in explored.parts {
                for case (_, .unexplored(let reason)) in part.tree.leaves {
                    Issue.record("\(part.tree.policy): \(exploration.words(reason))")
                }
            }
        }
    }

    @Test(arguments: faults) func `a fault in a shipped policy is found`(fault: Fault) throws {
        let source = try Self.source(fault, allOn: false)
        if fault.isOn {
            let refuted = try Self.verdicts(source).filter { if case .refuted = $0.result { true } else { false } }
            #expect(!refuted.isEmpty, "no invariant is refuted")
        }
        let before = try Fixtures.load(Self.source(nil, allOn: true))
        let after = try Fixtures.load(Self.source(fault, allOn: true))
        let comparison = try #require(try BranchComparison(before, after, options: .init(now: Self.now)))
        #expect(!comparison.isEqual())
        let diff = comparison.diff()
        #expect(diff.differences.contains { $0.policies == [fault.policy] }, "\(diff.bounds)")
    }
}
