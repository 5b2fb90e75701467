import Decisions
import Engine
import Model
import Policies
import TestSupport
import Testing

/// The length of strings, and settings in reasons: the same from trees, from Lua and in explanations.
@Suite struct LengthTests {
    private static let schema = """
        return {
          actions = { ["orders.read"] = "read" },
          resources = { order = { name = optional "string", tags = list "string" } },
        }
        """

    private func decider(
        _ body: String, settings: String = "", values: String? = nil, _ treeOptions: TreeOptions
    ) throws -> Decider {
        let policy = Fixture.policy(body, before: settings)
        var files = [("schema.lua", Self.schema), ("a.lua", policy)]
        if let values { files.append(("settings.json", values)) }
        let source = PolicySource(
            path: "p", files: files.map { PolicyFile(name: ExactName($0.0), bytes: Array($0.1.utf8)) })
        let result = PolicySet.load(source)
        let set = try #require(result.set, "\(result.diagnostics)")
        return try Decider(policies: set, directory: Fixture.directory(), treeOptions: treeOptions, detail: .trace)
    }

    private func question(_ name: String?) -> AuthorizationRequest {
        let tags = JSON.Member("tags", .array([.string("hot"), .string("")]))
        return Fixture.question((name.map { [.init("name", .string($0))] } ?? []) + [tags])
    }

    @Test(arguments: [
        ("#request.resource.name == 5", "Oslo!", true), ("#request.resource.name == 5", "Oslo", false),
        ("#request.resource.name == 6", "Bjørn", true), ("#request.resource.name == 0", "", true),
        ("#request.resource.name > 100", String(repeating: "x", count: 101), true),
        ("#request.token.name == 3", "", true), ("#request.token.user.email == 11", "", true),
        ("#request.token.department.id < 6", "", true), ("#request.action == 11", "", true),
        ("#config.word == 4", "", true), ("#request.resource.tags == 2", "", true),
        (
            "(function() for _, tag in ipairs(request.resource.tags) do if #tag == 3 then return true end end end)()",
            "", true
        ),
    ])
    func `the length of a string is a fact, in bytes`(condition: String, name: String, holds: Bool) throws {
        for treeOptions in [TreeOptions.none, TreeOptions()] {
            let decider = try decider(
                "if \(condition) then permit() end", settings: "local config = settings { word = \"four\" }",
                treeOptions)
            for _ in 0..<3 { #expect(try decider.decide(question(name)).isPermitted == holds) }
        }
    }

    @Test func `the length of something absent fails, and is explained where it is present`() throws {
        for treeOptions in [TreeOptions.none, TreeOptions()] {
            let decider = try decider("if #request.resource.name > 3 then permit() end", treeOptions)
            for _ in 0..<2 {
                let decision = try decider.decide(question(nil))
                #expect(decision.failures.first?.message == "`resource.name` is absent: ask `:has(\"name\")` first")
                let facts = try decider.decide(question("Oslo!")).traces.flatMap(\.facts).map {
                    "\($0.text) = \($0.value)"
                }
                #expect(facts.contains("the length of resource.name = 5"), "\(facts)")
            }
        }
    }

    @Test(arguments: [
        ("local _ = request.resource.tags[3]", "`resource.tags[3]` is absent: the list has fewer elements"),
        ("local _ = request.resource.tags[true]", "a list of string has no `[boolean]`: write `list[1]`, `#list`"),
        (
            "local _ = table.concat(request.resource.tags)",
            "a table of Lua expected, got a list of string of the request"
        ),
        (
            "for _ in pairs(request.token) do end",
            "a table of Lua expected, got a token of the request"
        ),
        ("local _ = request.token:department()", "a department is a value and not a function"),
        (
            "for _, x in request.resource.tags do permit(x) end",
            "a list of string is not a function: read it with `for _,"
        ),
        ("local _ = #request.token", "a token has no length"),
    ])
    func `a failure of a running policy says what to write`(body: String, message: String) throws {
        let decision = try decider(body, TreeOptions()).decide(question("x"))
        #expect(decision.failures.first?.message.contains(message) == true, "\(decision.failures)")
    }

    @Test func `a reason shows a setting of the policy, as the tenant has it, and braces`() throws {
        let values = "{ \"a\": { \"all\": { \"limit\": 6 }, \"tenants\": { \"t\": { \"limit\": 7 } } } }"
        for treeOptions in [TreeOptions.none, TreeOptions()] {
            func reasons(_ reason: String, _ values: String?) throws -> [String] {
                let decider = try decider(
                    "deny(\"\(reason)\")", settings: "settings { limit = 5, word = \"{token.id}\" }", values: values,
                    treeOptions)
                return try decider.decide(question("{token.id}")).reasons.map(\.text)
            }
            #expect(try reasons("at most {settings.limit}", nil) == ["at most 5"])
            #expect(try reasons("at most {settings.limit}", values) == ["at most 7"])
            #expect(try reasons("more { than", nil) == ["more { than"])
            #expect(try reasons("{{limit}} = {{{settings.limit}}}", nil) == ["{limit} = {5}"])
            // Data is never expanded.
            #expect(try reasons("{resource.name} {settings.word}", nil) == ["{token.id} {token.id}"])
        }
    }
}
