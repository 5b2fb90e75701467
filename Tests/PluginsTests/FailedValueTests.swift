import Engine
import Model
import TestSupport
import Testing

@testable import Decisions

/// Conditions on a value that could not be computed are failures: neither true nor false, whichever method asks.
@Suite struct FailedValueTests {
    private static let types = [
        "text": "string", "number": "number", "boolean": "boolean", "department": "department", "user": "user",
        "kind": "user_type", "date": "date", "instant": "instant", "ip": "ip",
        "time": "time", "duration": "duration", "network": "network",
    ]

    private static let plugin: String = {
        var functions = types.sorted { $0.key < $1.key }.map { ($0.key, "\"\($0.value)\"") }
        functions.append(("list", "list \"string\""))
        let lines = functions.map { name, type in
            #"\#(name) = { takes = { { t = "token" } }, returns = \#(type), run = function(t) error("no value") end }"#
        }
        let columns = #"columns = { name = "string", note = optional "string" }"#
        return PluginFixture.manifest(
            "b",
            """
            functions = { \(lines.joined(separator: ",\n")) },
            data = { rows = { file = "rows.csv", key = "name", \(columns) } },
            """)
    }()

    /// Each method and operator, on a failed value and with one.
    private static let conditions = [
        "t:can(b.text(t))", "t:can_any({ b.text(t) })", "t:can_all({ b.text(t) })",
        "t:can_any({ 'orders.approve', b.text(t) }) and t:can_all({ 'orders.read', b.text(t) })",
        "b.text(t) == 'x'", "#b.text(t) > 1", "b.list(t):contains('x')", "#b.list(t) > 0", "b.number(t) > 1",
        "b.boolean(t)", "t.department:is_within(b.department(t))", "b.department(t):is_within(t.department)",
        "b.department(t):is_within_any({ t.department })", "t.department:is_within_any({ b.department(t) })",
        "b.department(t):has('parent')", "b.department(t).parent.name == 'x'", "b.department(t).name == 'x'",
        "t:meets(b.department(t))", "b.user(t):permits('orders.read')", "b.user(t).active",
        "b.kind(t):permits('orders.read')", "b.kind(t).active", "b.date(t) < request.date", "b.date(t).year == 2026",
        "b.date(t):plus({ days = 1 }) < request.date", "b.instant(t).hour == 1", "b.instant(t) < request.time",
        "b.time(t):between('06:00', '21:00')", "request.time:between(b.time(t), '21:00')",
        "b.instant(t):between('06:00', '21:00')", "b.time(t).hour > 1", "request.time.time_of_day < b.time(t)",
        "b.instant(t).time_of_day < time '06:00'", "b.instant(t) - request.time > duration 'PT1H'",
        "request.date - b.date(t) > duration 'P1D'", "request.time + b.duration(t) > request.time",
        "b.duration(t) - duration 'P1D' > duration 'PT1H'", "b.duration(t).days > 1",
        "b.ip(t):is_within(b.network(t))", "(ip '10.0.0.1'):is_within(b.network(t))",
        "b.network(t):is_within('10.0.0.0/8')", "(ip '10.0.0.1'):is_within_any({ b.network(t) })",
        "b.ip(t):is_within('10.0.0.0/8')", "b.ip(t):is_within_any({ '10.0.0.0/8' })",
        "b.rows:has(b.text(t))", "b.rows:get(b.text(t)):has('note')", "b.rows:get(b.text(t)).note == 'x'",
    ]

    @Test(arguments: conditions)
    func `a condition on a failed value fails the policy`(condition: String) throws {
        for condition in [condition, "not (\(condition))"] {
            let body = "local t = request.token permit() if \(condition) then deny('no') end"
            for treeOptions in [TreeOptions.none, .reference, TreeOptions()] {
                let authorizer = try PluginFixture.authorizer(
                    ["b": ["plugin.lua": Self.plugin, "rows.csv": "name,note\na,\n"]],
                    ["p": PluginFixture.policy(body, uses: "b")], treeOptions: treeOptions)
                for _ in 0..<3 {
                    let decision = try authorizer.decide(PluginFixture.question())
                    #expect(decision.code == "policy_failed", "\(condition): \(decision)")
                    #expect(decision.failures.first?.message.contains("no value") == true, "\(decision.failures)")
                }
                #expect(authorizer.authorizer.learned.uncacheable.isEmpty)
            }
        }
    }
}
