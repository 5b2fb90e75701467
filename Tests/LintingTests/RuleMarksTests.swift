import Foundation
import Model
import Policies
import TestSupport
import Testing

@testable import Linting
@testable import Plugins

/// Every rule has a true finding in files that were not written for it: the scripts that attack the sandbox, the draft
/// of the documentation, and the shipped policies and the Todo example with typical mistakes.
@Suite struct RuleMarksTests {
    /// A mistake: a replaced text in a file, or a removed file.
    private struct Slip {
        let file: String
        var old: String?
        let new: String?
        let rule: String

        init(_ rule: String, _ file: String, _ old: String? = nil, _ new: String? = nil) {
            (self.rule, self.file, self.old, self.new) = (rule, file, old, new)
        }
    }

    private static let slips: [Slip] = [
        Slip("assignment", "expiry_cap.lua", "local cap =", "cap ="),
        Slip(
            "avoidable-deny", "department_gate.lua",
            "deny(\"the request does not say in which department the {resource.type} is\"", "advise(\"it has none\""),
        Slip("bidirectional", "mobile_scope.lua", "a mobile token does", "a \u{202E}mobile token does"),
        Slip("constant-comparison", "mobile_scope.lua", "~= \"admin\"", "~= \"Admin\""),
        Slip("constant-condition", "reveal_guard.lua", "if token.kind == \"mobile\"", "if token.kind or \"mobile\""),
        Slip(
            "cut-argument", "department_scope.lua", "contains(resource.type)",
            "contains(resource.type:gsub(\"s$\", \"\"))"),
        Slip("declaration", "expiry_cap.lua", "on = {", "at = {"),
        Slip("duplicate-key", "expiry_cap.lua", "hard = false", "hard = false, hard = true"),
        Slip(
            "inapplicable-action", "todo.lua", "\"can_create_todo\" then",
            "\"can_create_todo\" and resource.type == \"user\" then"),
        Slip("duplicate-policy", "issue_ceiling.lua", nil, "twice.lua"),
        Slip(
            "empty-reason", "department_gate.lua",
            "{token.user} lacks what {resource.department} requires of whoever enters", ""),
        Slip(
            "computed-obligation", "mobile_scope.lua", "return policy",
            "function policy.extra(kind) oblige(\"log_\" .. kind) end\nreturn policy"),
        Slip("failing", "administration.lua", "  [\"token.list\"] = \"tokens.list\",\n", ""),
        Slip("failing-load", "administration.lua", "local needed = {", "error(\"to do\")\nlocal needed = {"),
        Slip("file-name", "expiry_cap.lua", nil, "expiry-cap.lua"),
        Slip(
            "ineffective-return", "department_gate.lua", "{ code = \"gate_closed\" })",
            "{ code = \"gate_closed\" })\n  return false"),
        Slip("late-declaration", "expiry_cap.lua", "config.months", "settings { months = 12 }.months"),
        Slip("library", "lib/calendar.lua", "return {", "local days = {"),
        Slip("look-alike", "mobile_scope.lua", "\"mobile_token\"", "\"m\u{043E}bile_token\""),
        Slip("misplaced-file", "issue_ceiling.lua", nil, "issue_ceiling.LUA"),
        Slip("missing-file", "schema.lua"),
        Slip(
            "negated-comparison", "mobile_scope.lua", "if request.action_kind ~= \"admin\"",
            "if not request.action_kind == \"admin\""),
        Slip("not-a-function", "department_gate.lua", "request.token:meets(", "request.token.meets("),
        Slip("plugin", "org/plugin.lua", "version = \"1.0.0\"", "version = 1"),
        Slip("required", "department_gate.lua"),
        Slip("reserved-name", "issue_ceiling.lua", "local actor = request.actor", "local __actor = request.actor"),
        Slip("schema", "schema.lua", "optional \"department\"", "optional \"departement\""),
        Slip("settings", "expiry_cap.lua", "months = 12,", "month = 12,"),
        Slip("shadowed-name", "reveal_guard.lua", "local actor, token =", "local error, token ="),
        Slip(
            "silent-branch", "todo.lua", "permit(\"an editor creates todos\")",
            "local _said = \"an editor creates todos\""),
        Slip(
            "suppression", "user_type_permissions.lua", "return policy",
            "-- check: allow opens-policy: it did once\nreturn policy"),
        Slip("syntax", "token_visibility.lua", "then", "the"),
        Slip("test-without-policy", "department_gate.lua"),
        Slip("type-as-default", "expiry_cap.lua", "hard = false", "hard = \"boolean\""),
        Slip("type-mismatch", "issue_ceiling.lua", "actor:covers(request.proposed)", "actor.department == \"Sales\""),
        Slip(
            "unconditional-permit", "user_type_permissions.lua", "if request.token:can(request.action) then",
            "do"),
        Slip("undeclared-global", "department_scope.lua", "deny(", "denie("),
        Slip("type-without-action", "schema.lua", "on = { \"user\" }", "on = { \"todo\" }"),
        Slip("unfilled-template", "department_scope.lua", "deny(\"", "deny(\"no: \" .. \""),
        Slip("ungranted-action", "user_type_permissions.lua", "\"*\"", "\"orders.*\""),
        Slip("ungranted-permit", "administration.lua", "  grants = { \"token.*\" },\n", ""),
        Slip("unguarded-read", "mobile_scope.lua", "request.actor:has(\"token\") and ", ""),
        Slip("unknown-attribute", "department_scope.lua", "request.token.department", "request.token.departement"),
        Slip("unknown-grant", "administration.lua", "\"token.*\"", "\"tokn.*\""),
        Slip("unknown-in-reason", "department_gate.lua", "{token.user}", "{token.owner}"),
        Slip("unknown-in-store", "settings.json", "\"acme\"", "\"acne\""),
        Slip(
            "unknown-in-test", "department_gate_test.lua", "deny = \"department_gate\"", "deny = \"departement_gate\""),
        Slip("unknown-permission", "issue_ceiling.lua", "\"tokens.issue_for_others\"", "\"tokens.issue_for_other\""),
        Slip("unknown-point", "reveal_guard.lua", "\"token.reveal\"", "\"token.show\""),
        Slip("unreachable", "reveal_guard.lua", "    return\n  end\n", "    return\n  else\n    return\n  end\n"),
        Slip("unread-file", "settings.json", nil, "setting.json"),
        Slip("untested", "mobile_scope_test.lua"),
        Slip("unused-grant", "administration.lua", "permit(", "advise("),
        Slip(
            "unused-local", "token_visibility.lua", "local actor, token = request.actor, request.token",
            "local actor, token, kind = request.actor, request.token, request.token.kind"),
        Slip(
            "unused-library", "lib/calendar.lua", "return {",
            "return {\n  is_leap = function(year) return year % 4 == 0 end,"),
        Slip("unused-setting", "expiry_cap.lua", "config.months", "12"),
        Slip("invariant", "invariants.lua", #""an expired token does nothing", "#, ""),
        Slip(
            "never-decisive", "mobile_scope.lua", #"if request.token.kind == "mobile" then"#,
            #"if request.token.kind == "mobile" and not request.token:can(request.action) then"#),
        Slip("same-denies", "mobile_scope.lua", nil, "twice.lua"),
        Slip(
            "shadowed-deny", "user_type_permissions.lua", "  if request.token:can",
            #"  if request.resource:has("department") and not request.token:meets(request.resource.department) then "#
                + #"deny("no") end if request.token:can"#),
        Slip("unlimited-permit", "administration.lua", "request.actor:can(needed[request.point])", "false"),
        Slip(
            "unwalked-branch", "user_type_permissions.lua", "request.token:can(request.action)",
            #"request.token:can(request.action) and request.tenant:find("a")"#),
        Slip("wrong-argument", "expiry_cap.lua", "plus { months =", "plus { month ="),
    ]

    /// The shipped policies, all of them required, or the Todo example, after a mistake.
    private static func folder(after slip: Slip) throws -> PolicySource {
        let isOfTodo = slip.file == "todo.lua" || slip.rule == "type-without-action"
        let shipped =
            slip.file.hasPrefix("lib/")
            ? try Fixtures.repositories() : isOfTodo ? try Fixtures.todo() : try Fixtures.shipped()
        var files: [PolicyFile] = []
        for file in shipped.files {
            guard file.name == ExactName(slip.file) else {
                files.append(file)
                continue
            }
            guard let new = slip.new else { continue }
            guard let old = slip.old else {
                // Under another name, or under both names for a duplicated policy.
                if new == "twice.lua" { files.append(file) }
                files.append(.init(name: ExactName(new), bytes: file.bytes))
                continue
            }
            let text = String(decoding: file.bytes, as: UTF8.self)
            #expect(text.contains(old), "\(slip.file) has no `\(old)` any more")
            files.append(.init(name: file.name, bytes: Array(text.replacing(old, with: new).utf8)))
        }
        let required = shipped.files.filter { file in
            file.name.isPolicyFile && !String(decoding: file.bytes, as: UTF8.self).contains("enabled = false")
        }.map { "\"\($0.name.withoutExtension)\"" }
        files.append(.init(name: "required.json", bytes: Array("[\(required.joined(separator: ", "))]".utf8)))
        return PolicySource(path: "policies", files: files, plugins: try plugins(after: slip))
    }

    private static func plugins(after slip: Slip) throws -> PluginSet {
        guard slip.file.contains("/"), !slip.file.hasPrefix("lib/") else { return try Fixtures.shipped().plugins }
        let shipped = try PluginSource.folder(Fixtures.root + "/plugins")
        let folders = shipped.folders.map { folder in
            let files = folder.files.map { file in
                guard "\(folder.name)/\(file.name)" == slip.file, let old = slip.old, let new = slip.new else {
                    return file
                }
                let text = String(decoding: file.bytes, as: UTF8.self)
                #expect(text.contains(old), "\(slip.file) has no `\(old)` any more")
                return PolicyFile(name: file.name, bytes: Array(text.replacing(old, with: new).utf8))
            }
            return PluginSource.Folder(name: folder.name, files: files)
        }
        return PluginLoader.load(PluginSource(path: "plugins", folders: folders)).set
    }

    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

    /// The rules with findings in the scripts that attack the sandbox, each as a policy.
    private static func foundInAttacks(_ names: [String]) throws -> Set<String> {
        let folder = root.appending(path: "Tests/DecisionsTests/Hostile")
        let schema = Array(try Data(contentsOf: folder.appending(path: "schema.lua")))
        var found: Set<String> = []
        for name in names {
            let files = [
                PolicyFile(name: "schema.lua", bytes: schema),
                .init(name: "attack.lua", bytes: Array(try Data(contentsOf: folder.appending(path: name + ".lua")))),
            ]
            found.formUnion(Linter(PolicySource(path: "p", files: files)).run().compactMap(\.rule))
        }
        return found
    }

    @Test func `the shipped policies have no findings`() throws {
        let source = try Self.folder(after: Slip("", ""))
        let directory = try Directory(Organisation.demo())
        #expect(Linter(source, directory: directory, deepUntil: Linter.unlimited).run().map(\.description) == [])
    }

    @Test(arguments: slips.indices) func `a mistake in a shipped policy is found`(index: Int) throws {
        let slip = Self.slips[index]
        let directory = slip.rule == "unknown-in-store" ? try Directory(Organisation.demo()) : nil
        let isDeep = Rule.all.contains { $0.name == slip.rule && $0.isDeep }
        let linter = Linter(
            try Self.folder(after: slip), directory: directory, deepUntil: isDeep ? Linter.unlimited : nil)
        let found = linter.run().map { $0.rule ?? "" }
        #expect(found.contains(slip.rule), "\(found)")
    }

    @Test func `every rule has a finding in a file that was not written for it`() throws {
        var found = Set(Self.slips.map(\.rule))
        found.formUnion(
            try Self.foundInAttacks([
                "effect_many", "error_in_decide", "state_upvalue", "state_self", "fuel_tail", "pattern_of_request",
                "syntax_constants",
                "effect_iterator",
                "expression_for_bounds", "fuel_recursion", "string_index", "pattern_back_reference",
            ]))
        let missing = Set(Rule.all.map(\.name)).subtracting(found)
        #expect(missing.isEmpty, "\(missing)")
    }
}
