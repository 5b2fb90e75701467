import Foundation
import ProgramSupport
import Testing

@testable import CommandLine

/// The verb `vocabulary --luacats`.
@Suite struct AnnotationsTests {
    private let session = Session()

    @Test func `the files beside the shipped policies are up to date`() throws {
        let folder = try session.policies([:])
        let words = ["vocabulary", "--luacats", "--policies", folder, "--plugins", Session.root + "/plugins"]
        #expect(session.run(words).lines.count == 4)
        for name in [".luacats/language.lua", ".luacats/schema.lua", ".luacats/plugins.lua", ".luarc.json"] {
            #expect(
                try session.text(of: "own/\(name)") == session.contents(of: "\(Session.policies)/\(name)"), "\(name)")
        }
        // Existing settings are kept, and none of these files is a policy.
        _ = try session.file("own/.luarc.json", "{}")
        #expect(session.run(words).lines.count == 3)
        #expect(try session.text(of: "own/.luarc.json") == "{}")
        #expect(session.run("check", folder).output.contains("no policies found"))
    }

    @Test func `annotations have the form that language servers read`() throws {
        let folder = try session.policies([:])
        let schema = """
            return { actions = { ["a.b"] = "read" }, subjects = { person = { roles = list "string", boss = optional "user" } },
              resources = { a = { x = "ip" }, b = { y = list "department" } } }
            """
        _ = try session.file("own/schema.lua", schema)
        _ = try session.file("plugins/x/plugin.lua", Self.plugin)
        _ = try session.file("plugins/x/a.csv", "k,v\na,\n")
        #expect(session.run("vocabulary", "--luacats", "--policies", folder).status == 0)
        let known = ["meta", "class", "field", "alias", "param", "return", "generic", "overload", "operator"]
        var classes: Set<Substring> = []
        var used: Set<Substring> = []
        for name in ["language", "schema", "plugins"] {
            for line in try session.text(of: "own/.luacats/\(name).lua").split(separator: "\n") {
                guard line.hasPrefix("---@") else {
                    #expect(line.hasPrefix("--") || line.hasPrefix("function ") && line.hasSuffix(" end"), "\(line)")
                    continue
                }
                let words = line.dropFirst(4).split(separator: " ", maxSplits: 2)
                #expect(known.contains(String(words[0])), "\(line)")
                if ["class", "alias"].contains(words[0]) {
                    #expect(classes.insert(words[1].prefix { $0 != ":" }).inserted, "\(line)")
                }
                for match in line.matches(of: /demilune\.[A-Za-z._]+/) { used.insert(match.output) }
            }
        }
        #expect(used.subtracting(classes).isEmpty, "\(used.subtracting(classes))")
        let text = try session.text(of: "own/.luacats/schema.lua")
        #expect(text.contains("---@field boss demilune.User # user; may be absent"))
        #expect(text.contains("---@field y demilune.List.department # of b; may be absent"))
        #expect(text.contains("---| \"a.*\""))
    }

    private static let plugin = """
        return { name = "x", version = "1", about = "Of two\\nlines", provides = {
          functions = {
            -- The size.
            size = { takes = { { d = "department" }, { day = optional "date" } }, returns = one_of { "s", "l" },
              run = function() return "s" end },
            odd = { returns = one_of { 'a"b', "c" }, run = function() return "c" end },
          },
          attributes = {
            -- Its rank.
            token = { rank = { returns = "number", run = function() return 1 end } },
            context = { near = { returns = "boolean", run = function() return true end } },
          },
          data = { all = { file = "a.csv", key = "k", columns = { k = "string", v = optional "date" } } },
        } }
        """

    @Test func `parts of plugins have classes, and attributes are fields of their owners`() throws {
        let folder = try session.policies([:])
        _ = try session.file("plugins/x/plugin.lua", Self.plugin)
        _ = try session.file("plugins/x/a.csv", "k,v\na,\n")
        let written = session.run("vocabulary", "--luacats", "--policies", folder)
        #expect(written.status == 0, "\(written.errors)")
        let text = try session.text(of: "own/.luacats/plugins.lua")
        for line in [
            "---Of two lines\n---@class demilune.plugin.x\n", "---@field odd fun(): string #",
            "---@field size fun(d: demilune.Department, day?: demilune.Date|string): \"s\"|\"l\" # The size.",
            "---@field all demilune.plugin.x.all",
            "---@field get fun(self: demilune.plugin.x.all, k: string): demilune.plugin.x.all.row #",
            "---@field v demilune.Date # may be absent",
            "---@field has fun(self: demilune.plugin.x.all.row, name: \"k\"|\"v\"): boolean #",
            "---@param name \"x\"\n---@return demilune.plugin.x\nfunction use(name) end",
        ] { #expect(text.contains(line), "\(line)\n\(text)") }
        let language = try session.text(of: "own/.luacats/language.lua").split(separator: "\n---@class ")
        let token = language.first { $0.hasPrefix("demilune.Token\n") }
        #expect(token?.contains("---@field rank number # Its rank. (plugin x)") == true)
        let schema = try session.text(of: "own/.luacats/schema.lua")
        #expect(schema.contains("---@class demilune.Context\n---@field near boolean #"))
        // The vocabulary lists the same, and reports plugins that do not load.
        let vocabulary = session.run("vocabulary", "--json", "--policies", folder)
        let rows = try #require(
            try JSONSerialization.jsonObject(with: Data(vocabulary.output.utf8)) as? [[String: String]])
        func help(_ owner: String, _ name: String) -> String? {
            rows.first { $0["owner"] == owner && $0["name"] == name }?["help"]
        }
        #expect(help("token", ".rank") == "Its rank. (plugin x)")
        #expect(help("x.all", ":get(k: string)") != nil && help("row of x.all", ".v") != nil)
        _ = try session.file("plugins/x/a.csv", "k,w\na,\n")
        for words in [["vocabulary"], ["vocabulary", "--luacats"]] {
            let broken = session.run(words + ["--policies", folder])
            #expect(broken.status == 3 && broken.errors.contains("unknown column `w`"), "\(broken)")
        }
        #expect(try session.text(of: "own/.luacats/plugins.lua").contains("---@param name string\n---@return any"))
    }

    @Test func `a folder without a schema is reported`() throws {
        #expect(session.run("vocabulary", "--luacats", "--policies", session.folder + "/none").status == 3)
        _ = try session.file("own/a.lua", "return 1")
        #expect(session.run("vocabulary", "--luacats", "--policies", session.folder + "/own").status == 3)
    }
}
