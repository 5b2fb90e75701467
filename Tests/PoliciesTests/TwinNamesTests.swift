import Model
import Policies
import Testing

/// Two names in one place that look the same are refused, and both are named.
@Suite struct TwinNamesTests {
    private static let twins = [("caf\u{E9}", "cafe\u{301}"), ("K", "\u{212A}"), (";", "\u{37E}")]
    private static let policy = "return { on = \"access\", decide = function() end }"

    private func diagnostics(_ files: [(ExactName, String)]) -> [Diagnostic] {
        var files = files
        if !files.contains(where: { $0.0 == "schema.lua" }) { files.append(("schema.lua", LoadingTests.schema)) }
        let source = PolicySource(path: "p", files: files.map { .init(name: $0.0, bytes: Array($0.1.utf8)) })
        let result = PolicySet.load(source)
        #expect(result.set == nil)
        return result.diagnostics
    }

    private func check(_ files: [(ExactName, String)], _ one: String, _ other: String, in path: String) {
        let shown = TwinNames(one: ExactName(one), other: ExactName(other)).shown
        let found = diagnostics(files).filter {
            $0.message.contains("`\(shown.0)") && $0.message.contains("`\(shown.1)")
                && $0.message.contains("differ only in their Unicode normal form")
        }
        #expect(found.contains { $0.path.hasPrefix("p/\(path)") }, "\(diagnostics(files))")
    }

    @Test func `twins among the files of a folder are refused`() {
        for (one, other) in Self.twins {
            let files: [(ExactName, String)] = [
                (ExactName("\(one).lua"), Self.policy), (ExactName("\(other).lua"), Self.policy),
                ("required.json", "[\"a\"]"), ("settings.json", "{}"),
            ]
            let shown = TwinNames(one: ExactName("\(one).lua"), other: ExactName("\(other).lua")).shown
            #expect(diagnostics(files).contains { $0.message.contains(shown.0) && $0.message.contains(shown.1) })
        }
    }

    @Test func `twins among tenants and settings of the settings file are refused`() {
        for (one, other) in Self.twins {
            let policy = """
                local config = settings { ["\(one)"] = 1 }
                \(Self.policy)
                """
            check(
                [
                    ("a.lua", policy),
                    ("settings.json", #"{ "a": { "tenants": { "\#(one)": {}, "\#(other)": {} } } }"#),
                ], one, other, in: "settings.json")
            check(
                [("a.lua", policy), ("settings.json", #"{ "a": { "all": { "\#(one)": 2, "\#(other)": 3 } } }"#)],
                one, other, in: "settings.json")
            // The twin alone is a setting that the policy does not declare.
            let found = diagnostics([("a.lua", policy), ("settings.json", #"{ "a": { "all": { "\#(other)": 3 } } }"#)])
            #expect(found.contains { $0.message.contains("declares no such setting") }, "\(found)")
        }
    }

    @Test func `twins among settings that a policy declares are refused`() {
        for (one, other) in Self.twins {
            let policy = """
                local config = settings { ["\(one)"] = 1, ["\(other)"] = 2 }
                \(Self.policy)
                """
            check([("a.lua", policy)], one, other, in: "a.lua")
        }
    }

    @Test func `twins among types and properties of the schema are refused`() {
        for (one, other) in Self.twins {
            for (sections, type) in [
                (#"resources = { ["ONE"] = {}, ["OTHER"] = {} }"#, "resources"),
                (#"resources = { order = { ["ONE"] = "string", ["OTHER"] = "string" } }"#, "resources"),
                (#"resources = { a = { ["ONE"] = "string" }, b = { ["OTHER"] = "number" } }"#, "resources"),
                (#"resources = {}, subjects = { ["ONE"] = {}, ["OTHER"] = {} }"#, "subjects"),
                (#"resources = {}, context = { ["ONE"] = "string", ["OTHER"] = "string" }"#, "context"),
            ] {
                let schema = "return { actions = { [\"orders.read\"] = \"read\" }, \(sections) }"
                    .replacing("ONE", with: one).replacing("OTHER", with: other)
                let found = diagnostics([("a.lua", Self.policy), ("schema.lua", schema)])
                #expect(
                    found.contains { $0.message.contains("`\(type)`: ") && $0.message.contains("Unicode normal form") },
                    "\(found)")
            }
        }
    }
}
