import Model
import Policies
import Testing

/// A name that its type does not have fails on every request, so a policy with one does not load.
@Suite struct UnreadableNamesTests {
    private static let schema = """
        return {
          actions = { ["orders.read"] = "read" },
          resources = { order = { note = optional "string", tags = list "string", amount = "number", open = "boolean" } },
          context = { ip = "ip" },
        }
        """

    private func diagnostics(_ body: String) -> [Diagnostic] {
        let policy = "return { on = \"access\", decide = function(request)\n\(body)\nend }"
        let files = [("schema.lua", Self.schema), ("a.lua", policy)]
        return PolicySet.load(
            PolicySource(path: "p", files: files.map { .init(name: ExactName($0.0), bytes: Array($0.1.utf8)) })
        ).diagnostics
    }

    @Test(arguments: [
        ("return request.point.name", "a string has no `name`"),
        ("return request.action.kind", "an action has no `kind`: write `request.action_kind`"),
        ("return request.action_kind.name", "a string has no `name`"),
        ("return request.tenant.id", "a string has no `id`"),
        ("return request.token.kind.name", "a string has no `name`"),
        ("return request.token.user.name.first", "a string has no `first`"),
        ("local point = request.point; return point.id", "a string has no `id`"),
        ("return request.resource.tags[1].name", "a string has no `name`"),
        ("return request.point:name()", "a string has no `name`"),
        ("return request.action:format()", "an action has no `format`"),
        ("return request.action:startswith(\"a\")", "an action has no `startswith`: write"),
        ("return request.point:has(\"x\")", "a string has no `has`"),
        ("return request.point[\"name\"]", "a string has no `name`"),
        ("return request[\"tokn\"]", "a request has no `tokn` (did you mean `token`?)"),
        ("return request[\"token\"].user[\"nam\"]", "a user has no `nam` (did you mean `name`?)"),
        ("return request.point[1]", "a string has no elements"),
        ("return request.token[1]", "a token has no elements"),
        ("return request.resource.tags[0]", "counted from 1"),
        ("return request.time:plus { hours = 1 }.hours", "an instant has no `hours` (did you mean `hour`?)"),
        ("return request.date:plus { days = 1 }.hour", "a date has no `hour`"),
        ("return request.date:end_of_day().name", "an instant has no `name`"),
        ("return request.date:end_of_day():end_of_day()", "an instant has no `end_of_day`"),
        ("return request.time:plus { hours = 1 }.year.name", "a number has no `name`"),
        ("return request.resource.amount.value", "a number has no `value`"),
        ("return request.resource.amount:value()", "a number has no `value`"),
        ("return request.resource.open.value", "a boolean has no `value`"),
        ("return request.resource:has(\"note\").value", "a boolean has no `value`"),
        ("return (#request.resource.tags).value", "a number has no `value`"),
        ("return request.context.ip.version", "an ip has no `version`"),
        ("return (\"x\").name", "a string has no `name`"),
        ("return (\"x\"):name()", "a string has no `name`"),
        ("for _ in ipairs(request.point) do end", "a string has no elements"),
        ("for _ in ipairs(request.token) do end", "a token has no elements"),
        ("for _ in pairs(request.resource) do end", "a resource has no elements"),
    ])
    func `a name that can never be read does not load`(body: String, message: String) {
        let found = diagnostics(body)
        #expect(found.contains { $0.message.contains(message) && $0.line != nil && $0.severity == .error }, "\(found)")
    }

    @Test(arguments: [
        "local _ = request.action:match(\"^orders\")", "local _ = request.action:len()", "local _ = request.action.len",
        "local _ = (\"%s\"):format(request.action)", "local _ = request.action:gsub(\"a\", \"b\")",
        "local _ = request.resource[\"note\"]", "local _ = request.resource.tags[1]",
        "local _ = #request.resource.tags",
        "for _, tag in ipairs(request.resource.tags) do local _ = tag:upper() end",
        "for _, tag in pairs({ 1 }) do local _ = tag end",
        "for n, tag in pairs(request.resource.tags) do local _ = tag:upper() .. n end",
        "local _ = request.time:plus { hours = 1 }.hour",
        "local _ = request.date:plus { days = 1 }:end_of_day().date.weekday",
        "local _ = request.time:plus { hours = 1 } < request.time:plus { hours = 2 }",
        "local t = { name = 1 }; local _ = t.name + t[\"name\"]", "local _ = string.format(\"%s\", \"x\"):upper()",
    ])
    func `readable names load`(body: String) {
        let found = diagnostics(body)
        #expect(found.isEmpty, "\(found)")
    }
}
