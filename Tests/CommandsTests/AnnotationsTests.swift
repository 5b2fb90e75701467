import Foundation
import Testing

@testable import Commands

/// `vocabulary --luacats`.
@Suite struct AnnotationsTests {
    private let session = Session()

    @Test func `what lies beside the shipped policies is what is written`() throws {
        let folder = try session.policies([:])
        #expect(session.run("vocabulary", "--luacats", "--policies", folder).lines.count == 3)
        for name in [".luacats/language.lua", ".luacats/schema.lua", ".luarc.json"] {
            #expect(
                try session.text(of: "own/\(name)") == session.contents(of: "\(Session.policies)/\(name)"), "\(name)")
        }
        // What somebody has set up is kept, and nothing of it is a policy.
        _ = try session.file("own/.luarc.json", "{}")
        #expect(session.run("vocabulary", "--luacats", "--policies", folder).lines.count == 2)
        #expect(try session.text(of: "own/.luarc.json") == "{}")
        #expect(session.run("check", folder).output.contains("there is no policy here"))
    }

    @Test func `annotations are of a form that language servers read`() throws {
        let folder = try session.policies([:])
        let schema = """
            return { actions = { ["a.b"] = "read" }, subjects = { person = { roles = list "string", boss = optional "user" } },
              resources = { a = { x = "ip" }, b = { y = list "department" } } }
            """
        _ = try session.file("own/schema.lua", schema)
        #expect(session.run("vocabulary", "--luacats", "--policies", folder).status == 0)
        let known = ["meta", "class", "field", "alias", "param", "return", "generic", "overload", "operator"]
        var classes: Set<Substring> = []
        var used: Set<Substring> = []
        for name in ["language", "schema"] {
            for line in try session.text(of: "own/.luacats/\(name).lua").split(separator: "\n") {
                guard line.hasPrefix("---@") else {
                    #expect(line.hasPrefix("--") || line.hasPrefix("function ") && line.hasSuffix(" end"), "\(line)")
                    continue
                }
                let words = line.dropFirst(4).split(separator: " ", maxSplits: 2)
                #expect(known.contains(String(words[0])), "\(line)")
                if ["class", "alias"].contains(words[0]) { #expect(classes.insert(words[1]).inserted, "\(line)") }
                for match in line.matches(of: /demilune\.[A-Za-z._]+/) { used.insert(match.output) }
            }
        }
        #expect(used.subtracting(classes).isEmpty, "\(used.subtracting(classes))")
        let text = try session.text(of: "own/.luacats/schema.lua")
        #expect(text.contains("---@field boss demilune.User # user; may be absent"))
        #expect(text.contains("---@field y demilune.List.department # of b; may be absent"))
        #expect(text.contains("---| \"a.*\""))
    }

    @Test func `a folder without a schema is told`() throws {
        #expect(session.run("vocabulary", "--luacats", "--policies", session.folder + "/none").status == 3)
        _ = try session.file("own/a.lua", "return 1")
        #expect(session.run("vocabulary", "--luacats", "--policies", session.folder + "/own").status == 3)
    }
}
