import Model
import Plugins
import Policies
import TestSupport
import Testing

@testable import Decisions

/// Records, maps and lists that policies pass to functions of plugins.
@Suite struct PluginPartsTests {
    private static let plugin = PluginFixture.manifest(
        "x",
        """
        functions = {
          team = { takes = { { labels = map "string" } }, returns = "string",
            run = function(labels) if labels:has("team") then return labels:get("team") end return "none" end },
          large = { takes = { { pod = { name = "string", size = optional "number" } } }, returns = "boolean",
            run = function(pod) return pod:has("size") and pod.size > 5 end },
          whole = { takes = { { pod = { name = "string", size = "number" } } }, returns = "boolean",
            run = function(pod) return pod.size > 5 end },
          total = { takes = { { pods = list { name = "string", size = "number" } } }, returns = "number",
            run = function(pods) local n = 0 for _, pod in ipairs(pods) do n = n + pod.size end return n end },
          any = { takes = { { pods = list { name = "string" } } }, returns = "boolean",
            run = function(pods) return pods:any(function(pod) return pod.name == "b" end) and pods[1].name == "a" end },
          second = { takes = { { tags = list "string" } }, returns = "string", run = function(tags) return tags[2] end },
          own = { takes = { { context = "context" } }, returns = "boolean", run = function(c) return c.pod.size > 5 end },
        },
        """)

    private static let context: [JSON.Member] = [
        .init("labels", .object([.init("team", .string("core"))])), .init("tags", .strings(["a", "b"] as [String])),
        .init("pod", .object([.init("name", .string("p")), .init("size", .integer(7)), .init("zone", .string("z"))])),
        .init(
            "pods",
            .array(
                [("a", 1), ("b", 4)].map { .object([.init("name", .string($0.0)), .init("size", .integer($0.1))]) })),
    ]

    @Test(arguments: [
        ("x.team(c.labels) == 'core'", "permitted"), ("x.large(c.pod)", "permitted"),
        ("x.total(c.pods) == 5", "permitted"),
        ("x.any(c.pods)", "permitted"), ("x.second(c.tags) == 'b'", "permitted"), ("x.own(c)", "permitted"),
        ("x.large(c.pods[2])", "permitted no"), ("x.whole(c.pods[2])", "permitted no"),
    ])
    func `a function reads the parts of its arguments`(condition: String, code: String) throws {
        let decider = try PluginFixture.authorizer(
            ["x": ["plugin.lua": Self.plugin]],
            [
                "p": PluginFixture.policy(
                    "local c = request.context if \(condition) then permit() else permit('no') end")
            ])
        for _ in 0..<3 {
            let decision = try decider.decide(PluginFixture.question(context: Self.context))
            let told = decision.reasons.map(\.text).first == "no" ? "\(decision.code) no" : decision.code
            #expect(told == code, "\(condition): \(decision.failures)")
        }
    }

    @Test func `a record without a part that the function needs is refused where it is passed`() throws {
        let body = "local c = request.context if x.whole(c.pod) then permit() end"
        let loaded = PluginFixture.load(["x": ["plugin.lua": Self.plugin]])
        let errors = PolicySet.load(
            PluginFixture.policySource(["p": PluginFixture.policy(body)], plugins: loaded.set)
        ).diagnostics
        #expect(errors.map(\.rule) == ["wrong-argument"], "\(errors)")
        let hidden = "request = request " + body
        let decider = try PluginFixture.authorizer(
            ["x": ["plugin.lua": Self.plugin]], ["p": PluginFixture.policy(hidden)])
        let decision = try decider.decide(PluginFixture.question(context: Self.context))
        #expect(
            decision.failures.first?.message
                == "`x.whole` takes a record as `pod`, got a record whose `pod.size` is missing or of another type",
            "\(decision.failures)")
    }

    @Test(arguments: [
        ("returns = map \"string\"", "a result cannot be a map"),
        ("returns = { a = \"string\" }", "a result cannot be a record"),
        ("takes = { { x = one_of { \"a\" } } }, returns = \"boolean\"", "a parameter cannot be `one_of` some strings"),
        ("takes = { { x = list(\"string\", 2) } }, returns = \"boolean\"", "cannot state the number of elements"),
    ])
    func `a manifest says what a plugin cannot take or give`(text: String, message: String) {
        let manifest = PluginFixture.manifest("x", "functions = { f = { \(text), run = function() end } }")
        let faults = PluginFixture.load(["x": ["plugin.lua": manifest]]).faults
        #expect(faults.contains { $0.message.contains(message) }, "\(faults)")
    }
}
