import Model
import Policies
import PolicyTesting
import TestSupport
import Testing

/// The mutants that are made of a source.
@Suite struct MutationTests {
    /// The mutants of one policy, as `line:column kind: words`, without that of the whole policy.
    private func mutants(
        _ source: String, of kinds: Set<Mutation.Kind>? = nil, settings: String? = nil
    ) throws -> [String] {
        let test = """
            test("t", { token = { department = "Sales", user_type = "Integrator" }, action = "orders.read",
              resource = { type = "order", department = "Sales" }, expect = { silent = true } })
            """
        var planted = try Fixtures.planted(
            "a", source: source, test: test)
        if let settings {
            planted.files.append(PolicyFile(name: "settings.json", bytes: Array(settings.utf8)))
        }
        let run = try PolicyTests(planted, organisations: ["demo": try Organisation.demo()]).mutated(.init())
        #expect(run.isReady, "\(run.tests)")
        return run.entries.map(\.mutant).filter { mutant in
            kinds?.contains(mutant.mutation.kind) ?? (mutant.mutation.kind != .policy)
        }.map { mutant in
            "\(mutant.place.line ?? 0):\(mutant.place.column ?? 0) \(mutant.mutation.kind): \(mutant.mutation.words)"
        }
    }

    /// The mutants of a `decide` with this body, which says nothing in the only test.
    private func mutants(in body: String, of kinds: Mutation.Kind...) throws -> [String] {
        try mutants(
            """
            local policy = { on = "access", grants = { "*" } }
            function policy.decide(request)
              \(body)
              if request.action == "users.delete" then deny("never") end
            end
            return policy
            """, of: Set(kinds)
        ).filter { $0.hasPrefix("3:") }
    }

    @Test(arguments: [
        (
            "if request.token.kind ~= \"api\" then deny(\"x\") end", Mutation.Kind.comparison,
            ["3:25 comparison: `==` instead of `~=`"]
        ),
        (
            "if request.time.hour > 22 then deny(\"x\") end", .comparison,
            ["3:24 comparison: `<=` instead of `>`"]
        ),
        (
            "if request.time.hour < 3 or request.time.hour >= 23 then deny(\"x\") end", .boundary,
            ["3:24 boundary: `<=` instead of `<`", "3:49 boundary: `>` instead of `>=`"]
        ),
        (
            "if request.time.hour == 3 and request.token.kind == \"mobile\" then deny(\"x\") end", .connective,
            ["3:29 connective: `or` instead of `and`"]
        ),
        (
            "if request.time.hour == 3 or request.token.kind == \"mobile\" then deny(\"x\") end", .operand,
            [
                "3:6 operand: without `request.time.hour == 3` before `or`",
                "3:32 operand: without `request.token.kind == \"mobile\"` after `or`",
            ]
        ),
        (
            "if not request.resource:has(\"department\") then deny(\"x\") end", .negation,
            ["3:6 negation: without `not` before `request.resource:has(\"department\")`"]
        ),
        (
            "if request.time.hour > 22 then deny(\"x\") end", .constant,
            ["3:26 constant: `21` instead of `22`", "3:26 constant: `23` instead of `22`"]
        ),
        (
            "if request.time.hour > 99.5 then deny(\"x\") end", .constant,
            ["3:26 constant: `98.5` instead of `99.5`", "3:26 constant: `100.5` instead of `99.5`"]
        ),
        (
            "if request.token.kind == \"mobile\" then deny(\"x\") end", .constant,
            ["3:28 constant: `\"api\"` instead of `\"mobile\"`"]
        ),
        (
            "if request.token:can(\"orders.delete\") then deny(\"x\") end", .constant,
            ["3:24 constant: `\"orders.read\"` instead of `\"orders.delete\"`"]
        ),
        (
            "if request.date > date \"2030-12-31\" then deny(\"x\") end", .constant,
            [
                "3:26 constant: `\"2030-12-30\"` instead of `\"2030-12-31\"`",
                "3:26 constant: `\"2031-01-01\"` instead of `\"2030-12-31\"`",
            ]
        ),
        (
            "if request.token.kind == \"mobile\" then deny(\"a\", { code = \"one\" }) deny(\"b\", { code = \"two\" }) end",
            .constant,
            [
                "3:28 constant: `\"api\"` instead of `\"mobile\"`", "3:61 constant: `\"two\"` instead of `\"one\"`",
                "3:89 constant: `\"one\"` instead of `\"two\"`",
            ]
        ),
        (
            "if request.token:can_any { \"users.update\", \"users.delete\" } then deny(\"x\") end", .constant,
            ["3:30 constant: without `\"users.update\"`", "3:46 constant: without `\"users.delete\"`"]
        ),
        (
            "if request.token.kind == \"mobile\" then local x = 1 deny(\"x\") end", .branch,
            ["3:3 branch: without the branch of `request.token.kind == \"mobile\"`"]
        ),
        (
            "if request.time.hour == 3 then deny(\"a\") elseif request.time.hour == 4 then deny(\"b\") else local x = 1 end",
            .branch,
            [
                "3:6 branch: without the branch of `request.time.hour == 3`",
                "3:51 branch: without the branch of `request.time.hour == 4`",
                "3:94 branch: without the branch of `else`",
            ]
        ),
        (
            "for i = 1, 3 do if request.time.hour == i then deny(\"x\") end end", .branch,
            ["3:3 branch: without this loop"]
        ),
        (
            "if request.token.kind == \"mobile\" then deny(\"x\") end", .condition,
            ["3:6 condition: without the condition `request.token.kind == \"mobile\"`"]
        ),
        (
            "if request.token.kind == \"mobile\" then deny(\"x\") end", .effectRemoved,
            ["3:42 effectRemoved: without `deny`"]
        ),
        (
            "if request.token.kind == \"mobile\" then return deny(\"x\") end", .effectRemoved,
            ["3:49 effectRemoved: without `deny`"]
        ),
        (
            "if request.token.kind == \"mobile\" then deny(\"x\") permit(\"y\") advise(\"z\") oblige(\"log\") end",
            .effectChanged,
            [
                "3:42 effectChanged: `permit` instead of `deny`", "3:52 effectChanged: `deny` instead of `permit`",
                "3:64 effectChanged: `deny` instead of `advise`",
            ]
        ),
        (
            "if request.token.kind == \"mobile\" then oblige(\"log\", { on = \"deny\", who = \"x\" }) end", .detail,
            ["3:58 detail: without `on`", "3:71 detail: without `who`"]
        ),
    ])
    func `every kind of change is made at its place`(body: String, kind: Mutation.Kind, expected: [String]) throws {
        #expect(try mutants(in: body, of: kind) == expected)
    }

    @Test func `a declaration loses its parts, and defaults change`() throws {
        let source = """
            local policy = { on = { "access", "token.list" }, grants = { "orders.read", "token.list" }, mode = "observe" }
            policy.enabled = true
            local config = settings { hours = 200, hard = false, level = "low", days = list { "a", "b" }, unread = 3 }
            function policy.decide(request)
              if request.time.hour > config.hours or config.hard or config.level == "high" or #config.days > 7 then
                deny("x")
              end
            end
            return policy
            """
        let found = try mutants(source, of: [.declaration, .setting])
        #expect(
            found
                == [
                    "1:25 declaration: without `\"access\"` in `on`",
                    "1:35 declaration: without `\"token.list\"` in `on`",
                    "1:62 declaration: without the grant `\"orders.read\"`",
                    "1:77 declaration: without the grant `\"token.list\"`", "1:93 declaration: without `mode`",
                    "2:18 declaration: `enabled`: `false` instead of `true`",
                    "3:35 setting: `hours`: `199` instead of `200`", "3:35 setting: `hours`: `201` instead of `200`",
                    "3:47 setting: `hard`: `true` instead of `false`",
                    "3:62 setting: `level`: `\"high\"` instead of `\"low\"`",
                    "3:83 setting: `days`: without `\"a\"` in `days`",
                    "3:88 setting: `days`: without `\"b\"` in `days`",
                ].map { $0.replacing("`days`: without", with: "without") })
    }

    @Test func `a change that makes no difference is not made`() throws {
        // A default that `settings.json` overrides.
        let source = """
            local policy = { on = "access", enabled = true, grants = { "*", "orders.read" } }
            local config = settings { hours = 200 }
            function policy.decide(request)
              if request.time.hour > config.hours then deny("x") end
            end
            return policy
            """
        #expect(
            try mutants(
                source, of: [.setting, .declaration], settings: #"{"a": {"all": {"hours": 200, "enabled": true}}}"#)
                == ["1:60 declaration: without the grant `\"*\"`"])
        #expect(
            try mutants(source, of: [.setting], settings: #"{"a": {"tenants": {"acme": {"hours": 9}}}}"#).count == 2)
        // The end of a function that ends anyway, an empty branch, text for people.
        let silent = """
            local policy = { on = "access" }
            function policy.decide(request)
              if request.action == "users.delete" then deny("two words") end
              if request.time.hour == 3 then return end
            end
            return policy
            """
        #expect(
            try mutants(silent).filter { $0.hasPrefix("4:") } == [
                "4:24 comparison: `~=` instead of `==`", "4:27 constant: `2` instead of `3`",
                "4:27 constant: `4` instead of `3`",
            ])
        #expect(try !mutants(silent).contains { $0.contains("two words") && !$0.contains("without") })
    }

    @Test func `a swap keeps the rest of a condition together`() throws {
        let source = """
            local policy = { on = "access" }
            function policy.decide(request)
              local token = request.token
              if token.kind == "mobile" and token:can("users.read") and token:can("users.delete") then deny("a") end
              if token.kind == "mobile" or token:can("users.read") or token:can("users.delete") then deny("b") end
            end
            return policy
            """
        let test = """
            test("t", { token = { department = "Sales", user_type = "Customer" }, action = "orders.read",
              resource = { type = "order", department = "Sales" }, expect = { silent = true } })
            """
        let planted = try Fixtures.planted("a", source: source, test: test)
        let run = try PolicyTests(planted, organisations: ["demo": try Organisation.demo()]).mutated(.init())
        let changed = run.entries.filter { $0.mutant.mutation.kind == .connective }.map { entry in
            entry.patch.split(separator: "\n").first { $0.hasPrefix("+  ") }!.trimmingPrefix("+  if ").prefix {
                $0 != "\n"
            }
        }
        #expect(
            changed.map { String($0.prefix(80)) }
                == [
                    #"(token.kind == "mobile" or token:can("users.read")) and token:can("users.delete") then deny("a") end"#,
                    #"token.kind == "mobile" and token:can("users.read") or token:can("users.delete") then deny("a") end"#,
                    #"token.kind == "mobile" and token:can("users.read") or token:can("users.delete") then deny("b") end"#,
                    #"(token.kind == "mobile" or token:can("users.read")) and token:can("users.delete") then deny("b") end"#,
                ].map { String($0.prefix(80)) })
    }
}
