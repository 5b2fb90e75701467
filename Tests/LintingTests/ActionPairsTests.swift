import Model
import Policies
import Testing

@testable import Linting

/// The actions and types of resource that are possible at a place of a policy.
@Suite struct ActionPairsTests {
    private static let schema = """
        return {
          actions = {
            read = "read", erase = { kind = "delete", on = { "pod", "note" }, properties = { soft = "boolean" } },
            run = { kind = "write", on = { "pod" }, properties = { image = "string", tries = optional "number" } },
          },
          resources = { pod = { name = "string" }, note = { text = "string", name = "string" }, folder = {} },
        }
        """

    private static func found(_ body: String, _ rules: [Rule]) -> [String] {
        let policy = "local policy = { on = \"access\" }\nfunction policy.decide(request)\n\(body)\nend\nreturn policy"
        let files = [("a.lua", policy), ("a_test.lua", ""), ("schema.lua", schema)]
        let source = PolicySource(
            path: "p", files: files.map { .init(name: ExactName($0.0), bytes: Array($0.1.utf8)) })
        let loaded = PolicySet.load(source)
        #expect(loaded.set != nil, "\(loaded.diagnostics)")
        return Linter(source, rules: rules).run().map { "\(($0.line ?? 0) - 2) \($0.message)" }
    }

    @Test(
        arguments: [
            (
                "if request.action == 'run' and request.resource.type == 'note' then deny('a') end",
                ["1 the type is never `note` here: `run` only applies to `pod`"]
            ),
            (
                "local action, kind = request.action, request.resource.type\nif kind == 'folder' then\n"
                    + "if action.name == 'erase' then deny('a') end end",
                ["3 the action is never `erase` here: it applies to `note` and `pod`, and the type is `folder`"]
            ),
            (
                "if request.action ~= 'run' then return end\nif request.resource.type ~= 'folder' then deny('a') end",
                ["2 the type is never `folder` here: `run` only applies to `pod`"]
            ),
            (
                "if request.action ~= 'run' and request.action ~= 'erase' then return end\n"
                    + "if request.resource.type == 'folder' then deny('a') end",
                ["2 the type is never `folder` here: `erase` and `run` apply to `note` and `pod`"]
            ),
            ("if request.action == 'run' and request.resource.type == 'pod' then deny('a') end", []),
            ("if request.action == 'read' and request.resource.type == 'folder' then deny('a') end", []),
            ("if request.action == 'run' or request.resource.type == 'note' then deny('a') end", []),
            (
                "if request.resource.type == 'folder' then deny('a') elseif request.action == 'run' then deny('b') end",
                []
            ),
        ] as [(String, [String])])
    func `an action on a type that it does not apply to is found`(body: String, expected: [String]) {
        #expect(Self.found(body, [.inapplicableAction]) == expected)
    }

    @Test(
        arguments: [
            ("if request.action.soft then deny('a') end", 1),
            ("if request.action == 'erase' and request.action.soft then deny('a') end", 0),
            ("if request.action ~= 'run' then return end if request.action.image == 'x' then deny('a') end", 0),
            ("if request.action == 'run' and request.action.tries > 1 then deny('a') end", 1),
            (
                "if request.action == 'run' and request.action:has('tries') and request.action.tries > 1 then deny('a') end",
                0
            ),
            ("if request.action == 'run' and request.resource.name == 'x' then deny('a') end", 0),
            ("if request.action == 'erase' and request.resource.name == 'x' then deny('a') end", 0),
            ("if request.action == 'erase' and request.resource.text == 'x' then deny('a') end", 1),
            (
                "if request.resource.type ~= 'note' then return end if request.resource.text == 'x' then deny('a') end",
                0
            ),
            (
                "if request.resource.type == 'folder' then return end if request.resource.name == 'x' then deny('a') end",
                0
            ),
            ("if request.resource.name == 'x' then deny('a') end", 1),
        ] as [(String, Int)])
    func `a required property of every possible action or type is present`(body: String, count: Int) {
        #expect(Self.found(body, [.unguardedRead]).count == count, "\(Self.found(body, [.unguardedRead]))")
    }

    @Test func `a deny behind an optional property of an action can be avoided`() {
        let body = "if request.action:has('tries') and request.action.tries > 1 then deny('a') end"
        #expect(Self.found(body, [.avoidableDeny]).count == 1)
    }

    @Test(arguments: [
        ("if request.action.sofd then deny('a') end", "did you mean `soft`?"),
        ("if request.action:has('imag') then deny('a') end", "did you mean `image`?"),
        ("if request.action:declares('nothing') then deny('a') end", "no action has a property `nothing`"),
        ("if request.action.tries == 'x' then deny('a') end", "cannot compare a number with a string"),
        ("if request.action == request.resource then deny('a') end", "cannot compare a string with a resource"),
        ("deny('{action.sofd}')", "did you mean `soft`?"),
    ])
    func `a wrong name or type does not load`(body: String, message: String) {
        let policy = "return { on = \"access\", decide = function(request)\n\(body)\nend }"
        let files = [("a.lua", policy), ("schema.lua", Self.schema)]
        let found = PolicySet.load(
            PolicySource(path: "p", files: files.map { .init(name: ExactName($0.0), bytes: Array($0.1.utf8)) })
        ).diagnostics
        #expect(found.contains { $0.message.contains(message) }, "\(found)")
    }
}
